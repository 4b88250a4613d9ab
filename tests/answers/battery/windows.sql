-- name: row number and ranks
SELECT id, ROW_NUMBER() OVER (ORDER BY id), RANK() OVER (ORDER BY n ASC NULLS FIRST), DENSE_RANK() OVER (PARTITION BY k ORDER BY n DESC NULLS LAST) FROM answers.facts;
-- name: running sum
SELECT id, SUM(n) OVER (PARTITION BY k ORDER BY id) FROM answers.facts;
-- name: frame of rows
SELECT id, SUM(n) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING), COUNT(n) OVER (ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM answers.facts;
-- name: lag and lead
SELECT id, LAG(n) OVER (ORDER BY id), LEAD(price, 2) OVER (PARTITION BY flag ORDER BY id) FROM answers.facts;
-- name: first and last value
SELECT id, FIRST_VALUE(k) OVER (PARTITION BY flag ORDER BY id), LAST_VALUE(k) OVER (PARTITION BY flag ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) FROM answers.facts;
-- name: ROUND beside a window
SELECT id, ROUND(price * 100, 2), RANK() OVER (ORDER BY price NULLS FIRST) FROM answers.facts;
-- name: share of a total
SELECT k, SUM(price), SUM(SUM(price)) OVER () FROM answers.facts GROUP BY k;
-- name: filter on a rank
SELECT id FROM (SELECT id, ROW_NUMBER() OVER (PARTITION BY k ORDER BY id) AS r FROM answers.facts) t WHERE r = 1;
-- name: window over a join
SELECT a.id, b.cap, COUNT(*) OVER (PARTITION BY b.k) FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k AND b.cap > 1;
-- name: minimum and maximum of dates
SELECT id, MIN(d) OVER (PARTITION BY k ORDER BY id), MAX(ts) OVER (PARTITION BY k ORDER BY id) FROM answers.facts;
