-- name: order with NULL first
SELECT n, id FROM answers.facts ORDER BY n ASC NULLS FIRST, id;
-- name: order with NULL last
SELECT n, id FROM answers.facts ORDER BY n DESC NULLS LAST, id DESC;
-- name: limit with ties in equal rows
SELECT n FROM answers.facts ORDER BY n DESC NULLS LAST LIMIT 7;
-- name: order by an expression
SELECT id FROM answers.facts ORDER BY n * m DESC NULLS LAST, id LIMIT 5;
-- name: order of decimals
SELECT price, id FROM answers.facts WHERE price IS NOT NULL ORDER BY price, id;
-- name: order of texts
SELECT txt, id FROM answers.facts WHERE txt IS NOT NULL ORDER BY txt, id;
-- name: order of groups
SELECT k, COUNT(*) AS c FROM answers.facts GROUP BY k ORDER BY c DESC, k NULLS FIRST LIMIT 3;
-- name: limit in a subquery
SELECT COUNT(*) FROM (SELECT id FROM answers.facts ORDER BY id LIMIT 5) t;
-- name: order by a moment
SELECT ts, id FROM answers.facts ORDER BY ts DESC NULLS LAST, id LIMIT 10;
-- name: limit zero
SELECT id FROM answers.facts LIMIT 0;
