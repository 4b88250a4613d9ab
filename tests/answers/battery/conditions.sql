-- name: CASE over an outer join
SELECT a.id, CASE WHEN b.open OR a.n = 2 THEN 1 ELSE 0 END AS c, CASE WHEN NOT (b.open AND a.n = 2) THEN 1 ELSE 0 END AS e FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k;
-- name: sums of CASE over an outer join
SELECT COUNT(*), SUM(CASE WHEN (b.open OR a.n = 2) THEN 1 ELSE 0 END), SUM(CASE WHEN NOT (b.open AND a.n = 2) THEN 1 ELSE 0 END), SUM(CASE WHEN b.open IS NULL THEN 1 ELSE 0 END) FROM answers.facts a LEFT JOIN (SELECT k, MAX(cap) > 1 AS open FROM places.places GROUP BY k) b ON a.k = b.k;
-- name: IF and COALESCE over an outer join
SELECT a.id, IF(b.cap > 1, 'large', 'small'), COALESCE(b.grp, a.txt, 'none'), NVL(b.cap, -1) FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k;
-- name: AND and OR of NULL
SELECT id, flag AND n > 1, flag OR n > 1, NOT flag, (flag AND n > 1) IS NULL FROM answers.facts;
-- name: CASE without ELSE
SELECT id, CASE WHEN n > 0 THEN price END, CASE k WHEN 'ATL' THEN 1 WHEN 'BOS' THEN 2 END FROM answers.facts;
-- name: CASE of decimals by arithmetic
SELECT SUM(CASE WHEN k = 'ATL' THEN CAST(n AS DECIMAL(12, 2)) * 0.3 ELSE CAST(m AS DECIMAL(12, 2)) END) FROM answers.facts;
-- name: CASE of decimals of different scale
SELECT id, CASE WHEN flag THEN price ELSE fine END FROM answers.facts;
-- name: NULLIF
SELECT id, NULLIF(n, 1), NULLIF(k, '') FROM answers.facts;
-- name: a filter on CASE
SELECT id FROM answers.facts WHERE CASE WHEN flag THEN n ELSE m END > 1;
-- name: a filter on COALESCE over an outer join
SELECT a.id FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k WHERE COALESCE(b.cap, 0) = 0;
-- name: BETWEEN, IN and NOT IN with NULL
SELECT id, n BETWEEN 0 AND 3, n IN (1, 2), n NOT IN (1, 2), k IN ('ATL', '') FROM answers.facts;
-- name: null safe comparison
SELECT id, n <=> m, NOT (k <=> txt) FROM answers.facts;
-- name: greatest and least
SELECT id, GREATEST(n, m) >= n, LEAST(n, m) <= n FROM answers.facts WHERE n IS NOT NULL AND m IS NOT NULL;
-- name: a constant false filter over an aggregate
SELECT * FROM (SELECT COUNT(*) AS c FROM answers.facts) t WHERE FLOOR(0.05) > 0;
