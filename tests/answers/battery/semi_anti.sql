-- name: left semi join
SELECT a.id FROM answers.facts a LEFT SEMI JOIN places.places b ON a.k = b.k;
-- name: IN
SELECT id FROM answers.facts WHERE k IN (SELECT k FROM places.places);
-- name: NOT IN a list with NULL finds nothing
SELECT id FROM answers.facts WHERE k NOT IN (SELECT k FROM places.places);
-- name: NOT IN without NULL
SELECT id FROM answers.facts WHERE k NOT IN (SELECT k FROM places.places WHERE k IS NOT NULL);
-- name: NOT IN of nothing
SELECT id FROM answers.facts WHERE k NOT IN (SELECT k FROM places.places WHERE cap > 1000);
-- name: EXISTS
SELECT id FROM answers.facts a WHERE EXISTS (SELECT 1 FROM places.places b WHERE b.k = a.k AND b.cap > 0);
-- name: NOT EXISTS
SELECT id FROM answers.facts a WHERE NOT EXISTS (SELECT 1 FROM places.places b WHERE b.k = a.k AND b.open);
-- name: IN with another condition
SELECT id FROM answers.facts WHERE n > 0 AND k IN (SELECT k FROM places.places WHERE open);
-- name: correlated IN
SELECT a.id FROM answers.facts a WHERE a.n IN (SELECT b.n FROM answers.others b WHERE b.k = a.k);
-- name: correlated NOT IN
SELECT a.id FROM answers.facts a WHERE a.n NOT IN (SELECT b.n FROM answers.others b WHERE b.k = a.k);
