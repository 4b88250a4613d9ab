-- name: inner join drops NULL keys
SELECT a.id, b.grp FROM answers.facts a JOIN places.places b ON a.k = b.k;
-- name: left join keeps rows without a partner
SELECT a.id, b.grp, b.cap FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k;
-- name: right join
SELECT a.id, b.k, b.cap FROM answers.others a RIGHT JOIN places.places b ON a.k = b.k;
-- name: full join
SELECT a.id, a.k, b.k, b.cap FROM answers.others a FULL OUTER JOIN places.places b ON a.k = b.k;
-- name: full join then a filter on one side
SELECT a.id, b.cap FROM answers.others a FULL OUTER JOIN places.places b ON a.k = b.k WHERE b.cap IS NULL;
-- name: condition of one side before the left join
SELECT a.id, b.cap FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k AND b.cap > 0;
-- name: condition of the kept side in the left join
SELECT a.id, b.cap FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k AND a.n > 0;
-- name: the same condition after the left join
SELECT a.id, b.cap FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k WHERE b.cap > 0;
-- name: rows without a partner by IS NULL
SELECT a.id FROM answers.facts a LEFT JOIN places.places b ON a.k = b.k WHERE b.k IS NULL;
-- name: a column that is NULL in the partner too
SELECT b.cap FROM places.places a LEFT JOIN places.places b ON a.k = b.k LEFT JOIN places.places c ON a.open = c.open WHERE c.rate IS NULL;
-- name: rows without a partner by IS NULL, of two joins
SELECT a.id FROM answers.facts a LEFT JOIN answers.others b ON a.k = b.k LEFT JOIN places.places c ON b.k = c.k WHERE c.k IS NULL;
-- name: a join condition of the kept side alone, then IS NULL
SELECT a.id FROM answers.others a LEFT JOIN places.places b ON a.k = a.txt WHERE b.k IS NULL;
-- name: null safe key
SELECT a.id, b.grp FROM answers.facts a JOIN places.places b ON a.k <=> b.k;
-- name: cross join
SELECT a.id, b.k FROM answers.others a CROSS JOIN places.places b WHERE a.id < 4;
-- name: inequality in an inner join
SELECT a.id, b.id FROM answers.others a JOIN answers.others b ON a.n < b.n;
-- name: two keys
SELECT a.id, b.id FROM answers.facts a JOIN answers.others b ON a.k = b.k AND a.quarter_start = b.quarter_start;
-- name: three tables
SELECT a.id, b.id, c.grp FROM answers.facts a LEFT JOIN answers.others b ON a.k = b.k LEFT JOIN places.places c ON b.k = c.k;
-- name: left join then inner join
SELECT a.id, c.grp FROM answers.facts a LEFT JOIN answers.others b ON a.n = b.n JOIN places.places c ON b.k = c.k;
-- name: decimal key of another scale
SELECT a.id, b.id FROM answers.facts a JOIN answers.others b ON a.price = b.fine;
-- name: whole number and decimal as key
SELECT a.id, b.id FROM answers.facts a JOIN answers.others b ON a.n = b.price;
-- name: join with nothing
SELECT a.id, b.id FROM answers.facts a LEFT JOIN answers.nothing b ON a.id = b.id;
-- name: join of aggregates
SELECT a.k, a.rows_a, b.cap FROM (SELECT k, COUNT(*) AS rows_a FROM answers.facts GROUP BY k) a LEFT JOIN (SELECT k, SUM(cap) AS cap FROM places.places GROUP BY k) b ON a.k = b.k;
-- name: groups left joined to what is shown
SELECT t.n, COUNT(*) FROM (SELECT DISTINCT k FROM places.places) p LEFT JOIN answers.others t ON p.k = t.k GROUP BY t.n;
-- name: groups left joined, rows
SELECT t.k, t.price FROM (SELECT rate FROM places.places GROUP BY rate) p LEFT JOIN answers.others t ON p.rate = t.fine;
-- name: joined to groups, right
SELECT t.n FROM answers.others t RIGHT JOIN (SELECT DISTINCT k FROM places.places) p ON p.k = t.k;
-- name: joined to groups, full
SELECT t.n FROM answers.others t FULL JOIN (SELECT DISTINCT k FROM places.places) p ON p.k = t.k;
