-- name: scalar in the filter
SELECT id FROM answers.facts WHERE price > (SELECT AVG(price) FROM answers.facts);
-- name: scalar by group
SELECT a.id FROM answers.facts a WHERE a.n >= (SELECT MAX(b.n) FROM answers.facts b WHERE b.k = a.k);
-- name: scalar of nothing
SELECT id FROM answers.facts WHERE n = (SELECT MAX(n) FROM answers.nothing);
-- name: scalar in the list
SELECT id, (SELECT MAX(cap) FROM places.places) FROM answers.others;
-- name: correlated count
SELECT a.id FROM answers.others a WHERE 0 = (SELECT COUNT(*) FROM places.places b WHERE b.k = a.k);
-- name: common table expression read twice
WITH t AS (SELECT k, COUNT(*) AS c FROM answers.facts GROUP BY k) SELECT x.k, x.c, y.c FROM t x JOIN t y ON x.c = y.c AND x.k < y.k;
-- name: nested
SELECT k, c FROM (SELECT k, COUNT(*) AS c FROM (SELECT k FROM answers.facts WHERE n IS NOT NULL) t GROUP BY k) u WHERE c > 2;
-- name: IN of an aggregate
SELECT id FROM answers.facts WHERE n IN (SELECT MAX(n) FROM answers.facts GROUP BY k);
