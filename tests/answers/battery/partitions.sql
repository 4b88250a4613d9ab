-- name: one partition
SELECT id FROM answers.facts WHERE quarter_start = DATE '2001-04-01';
-- name: partitions in a list
SELECT quarter_start, COUNT(*) FROM answers.facts WHERE quarter_start IN (DATE '2001-01-01', DATE '2004-01-01') GROUP BY quarter_start;
-- name: a range of partitions
SELECT COUNT(*) FROM answers.facts WHERE quarter_start BETWEEN DATE '2001-02-01' AND DATE '2001-12-31';
-- name: no partition
SELECT COUNT(*), SUM(n) FROM answers.facts WHERE quarter_start = DATE '1999-01-01';
-- name: all but one
SELECT COUNT(*) FROM answers.facts WHERE NOT quarter_start = DATE '2001-01-01';
-- name: a partition or a value
SELECT id FROM answers.facts WHERE quarter_start = DATE '2001-01-01' OR n = 1;
-- name: partition by a subquery
SELECT id FROM answers.facts WHERE quarter_start IN (SELECT MAX(quarter_start) FROM answers.others);
-- name: partition by a join
SELECT a.id FROM answers.facts a JOIN places.places b ON a.quarter_start = b.quarter_start WHERE b.cap = 5;
-- name: partitions there are
SELECT DISTINCT quarter_start FROM answers.facts;
-- name: year of the partition
SELECT id FROM answers.facts WHERE YEAR(quarter_start) = 2004;
