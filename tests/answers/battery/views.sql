-- name: view over a view
SELECT k, c FROM answers.by_key WHERE c > 1;
-- name: join of a view with its table
SELECT a.id, v.c FROM answers.facts a JOIN answers.by_key v ON a.k = v.k;
-- name: view over a join
SELECT grp, COUNT(*) FROM answers.with_place GROUP BY grp;
-- name: filter on a computed column of a view
SELECT id FROM answers.with_place WHERE size = 'large';
-- name: another dataset
SELECT a.grp, COUNT(b.id), SUM(b.price) FROM places.places a LEFT JOIN answers.facts b ON a.k = b.k AND a.quarter_start = b.quarter_start GROUP BY a.grp;
