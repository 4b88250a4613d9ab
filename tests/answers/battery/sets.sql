-- name: union all
SELECT k FROM answers.facts UNION ALL SELECT k FROM places.places;
-- name: union
SELECT k, n FROM answers.facts UNION SELECT k, cap FROM places.places;
-- name: intersect
SELECT k FROM answers.facts INTERSECT SELECT k FROM places.places;
-- name: except
SELECT k FROM answers.facts EXCEPT SELECT k FROM places.places;
-- name: except all
SELECT k FROM answers.facts EXCEPT ALL SELECT k FROM places.places;
-- name: intersect all
SELECT n FROM answers.facts INTERSECT ALL SELECT n FROM answers.others;
-- name: union of decimals of different scale
SELECT price FROM answers.facts UNION SELECT fine FROM answers.others;
-- name: union in a subquery
SELECT COUNT(*), COUNT(DISTINCT x) FROM (SELECT n AS x FROM answers.facts UNION ALL SELECT m FROM answers.facts) t;
