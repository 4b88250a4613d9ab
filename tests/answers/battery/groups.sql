-- name: group by with NULL
SELECT k, COUNT(*), COUNT(n), SUM(n), MIN(n), MAX(n) FROM answers.facts GROUP BY k;
-- name: group by an expression
SELECT n % 3, COUNT(*) FROM answers.facts GROUP BY n % 3;
-- name: rollup with a filter on a grouped column
SELECT quarter_start, k, COUNT(*) FROM answers.facts WHERE quarter_start = DATE '2001-01-01' GROUP BY ROLLUP (quarter_start, k);
-- name: cube with a filter on a grouped column
SELECT k, flag, COUNT(*) FROM answers.facts WHERE k = 'ATL' GROUP BY CUBE (k, flag);
-- name: grouping sets
-- duckdb: SELECT k, flag, COUNT(*) FROM answers.facts GROUP BY GROUPING SETS ((k), (flag), ())
SELECT k, flag, COUNT(*) FROM answers.facts GROUP BY k, flag GROUPING SETS ((k), (flag), ());
-- name: grouping tells a total from NULL
-- duckdb: SELECT k, GROUPING(k), COUNT(*) FROM answers.facts GROUP BY ROLLUP (k)
SELECT k, GROUPING(k), COUNT(*) FROM answers.facts GROUP BY k WITH ROLLUP;
-- name: coalesce over rollup
SELECT COALESCE(k, 'all'), COUNT(*) FROM answers.facts GROUP BY ROLLUP (k);
-- name: distinct aggregates
SELECT COUNT(DISTINCT k), COUNT(DISTINCT n), SUM(DISTINCT m), COUNT(*) FROM answers.facts;
-- name: distinct aggregates by group
SELECT flag, COUNT(DISTINCT k), COUNT(DISTINCT n), MAX(n) FROM answers.facts GROUP BY flag;
-- name: distinct pairs
SELECT COUNT(*) FROM (SELECT DISTINCT k, n FROM answers.facts) t;
-- name: having
SELECT k, COUNT(*) FROM answers.facts GROUP BY k HAVING COUNT(*) > 3 AND MAX(n) IS NOT NULL;
-- name: having without group by
SELECT COUNT(*) FROM answers.facts HAVING COUNT(*) > 1000;
-- name: aggregates of nothing
SELECT COUNT(*), SUM(n), MAX(k), AVG(price) FROM answers.nothing;
-- name: groups of nothing
SELECT k, COUNT(*) FROM answers.nothing GROUP BY k;
-- name: a filter above an aggregate of nothing
SELECT c FROM (SELECT COUNT(*) AS c FROM answers.nothing) t WHERE c = 0;
-- name: group by of negative zero
SELECT COUNT(*) FROM (SELECT f FROM answers.facts GROUP BY f) t;
-- name: aggregate of an aggregate
SELECT MAX(c), MIN(c) FROM (SELECT k, COUNT(*) AS c FROM answers.facts GROUP BY k) t;
-- name: filtered aggregate by CASE
SELECT k, SUM(CASE WHEN n > 0 THEN n ELSE 0 END), COUNT(CASE WHEN n > 0 THEN 1 END) FROM answers.facts GROUP BY k;
-- name: a total grouped again
SELECT t.n, COUNT(*) AS c FROM (SELECT COUNT(flag) AS n FROM answers.facts) t WHERE t.n > 1000 GROUP BY t.n;
-- name: a total that is not shown
SELECT 'x' AS x FROM (SELECT COUNT(*) AS n FROM answers.facts) t;
