-- name: two date parts in a filter
SELECT COUNT(*) FROM answers.facts WHERE YEAR(d) = 2001 AND QUARTER(d) = 2;
-- name: two date parts of the partition
SELECT COUNT(*) FROM answers.facts WHERE YEAR(quarter_start) = 2001 AND QUARTER(quarter_start) = 2;
-- name: year and month of a moment
SELECT COUNT(*) FROM answers.facts WHERE YEAR(ts) = 2001 AND MONTH(ts) >= 4;
-- name: year and hour of a moment
SELECT COUNT(*) FROM answers.facts WHERE YEAR(ts) = 2001 AND HOUR(ts) >= 20;
-- name: month without a year
SELECT id FROM answers.facts WHERE MONTH(d) = 2 OR DAY(d) = 31;
-- name: date parts
SELECT id, YEAR(d), QUARTER(d), MONTH(d), DAY(d), YEAR(ts), HOUR(ts), MINUTE(ts), SECOND(ts) FROM answers.facts;
-- name: group by date parts
SELECT YEAR(d), QUARTER(d), COUNT(*) FROM answers.facts GROUP BY YEAR(d), QUARTER(d);
-- name: comparisons of dates
SELECT id, d < DATE '2001-04-01', d = DATE '2000-02-29', d >= quarter_start FROM answers.facts;
-- name: comparisons of moments
SELECT id, ts < TIMESTAMP '2001-04-01 00:00:00', ts = TIMESTAMP '1969-12-31 23:59:59.999999' FROM answers.facts;
-- name: ends of the calendar
SELECT MIN(d), MAX(d), MIN(ts), MAX(ts) FROM answers.facts;
-- name: days between
SELECT id, DATEDIFF(d, DATE '2001-01-01') FROM answers.facts WHERE d > DATE '1900-01-01';
-- name: days added
-- duckdb: SELECT id, CAST(d + 1 AS DATE), CAST(d - 31 AS DATE) FROM answers.facts WHERE d > DATE '1900-01-01' AND d < DATE '9000-01-01'
SELECT id, DATE_ADD(d, 1), DATE_SUB(d, 31) FROM answers.facts WHERE d > DATE '1900-01-01' AND d < DATE '9000-01-01';
-- name: date of a moment and back
SELECT id, CAST(ts AS DATE), CAST(d AS TIMESTAMP) FROM answers.facts;
-- name: between two moments
SELECT id FROM answers.facts WHERE ts BETWEEN TIMESTAMP '1970-01-01 00:00:00' AND TIMESTAMP '2001-06-30 20:00:00';
-- name: last day of the month
SELECT id, LAST_DAY(d) FROM answers.facts WHERE d > DATE '1900-01-01' AND d < DATE '9000-01-01';
-- name: date as text
SELECT id, CAST(d AS STRING) FROM answers.facts;
-- name: text as date
SELECT CAST('2000-02-29' AS DATE), CAST('2001-01-02 03:04:05' AS TIMESTAMP) FROM answers.others WHERE id = 1;
-- name: filter on a part and on the whole
SELECT COUNT(*) FROM answers.facts WHERE d >= DATE '2001-01-01' AND MONTH(d) = 3;
