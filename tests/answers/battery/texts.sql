-- name: LIKE
SELECT id, txt LIKE 'a%', txt LIKE '%b', txt LIKE '_', txt LIKE '%', txt LIKE '' FROM answers.facts;
-- name: NOT LIKE
SELECT id FROM answers.facts WHERE txt NOT LIKE '%a%';
-- name: empty is not NULL
SELECT id, txt = '', txt IS NULL, LENGTH(txt) FROM answers.facts;
-- name: concatenation
-- duckdb: SELECT id, k || '-' || txt, k || '' FROM answers.facts
SELECT id, CONCAT(k, '-', txt), k || '' FROM answers.facts;
-- name: upper, lower, trim
SELECT id, UPPER(k), LOWER(k), TRIM(txt) FROM answers.facts;
-- name: parts of a text
SELECT id, SUBSTR(txt, 1, 1), SUBSTR(txt, 2, 3), REPLACE(txt, 'a', 'xy'), INSTR(txt, 'b') FROM answers.facts;
-- name: order of texts is by bytes
SELECT MIN(txt), MAX(txt), COUNT(DISTINCT txt) FROM answers.facts;
-- name: comparison of texts
SELECT id, txt < 'b', k = 'ATL', k <> 'atl' FROM answers.facts;
-- name: text in a list
SELECT id FROM answers.facts WHERE txt IN ('', ' ', 'ä', 'O\'Neil');
-- name: text with a quote
SELECT id FROM answers.facts WHERE txt = 'O\'Neil' OR txt = 'a"b';
