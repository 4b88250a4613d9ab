-- name: product of two narrow columns
SELECT SUM(n * m), MIN(n * m), MAX(n * m) FROM answers.facts;
-- name: square of a narrow column
SELECT id, n * n, n + n, -n FROM answers.facts;
-- name: integer limits
SELECT id, big, big = 9223372036854775807, big < 0 FROM answers.facts;
-- name: minimum and maximum of limits
SELECT MIN(big), MAX(big), COUNT(DISTINCT big) FROM answers.facts;
-- name: sum of limits as decimal
SELECT SUM(CAST(big AS DECIMAL(19, 0))) FROM answers.facts;
-- name: decimals of 38 digits
SELECT id, wide, wide = 99999999999999999999999999999999999999, wide < 0 FROM answers.facts;
-- name: ROUND of a computed decimal
SELECT id, ROUND(n / 60.0, 2) FROM answers.facts;
-- name: ROUND of a product
SELECT id, ROUND(price * 1.05, 2), ROUND(price, 1), ROUND(fine, 4), ROUND(price) FROM answers.facts;
-- name: sums of rounded values
SELECT SUM(ROUND(n * 0.25, 1)), SUM(n * 0.25) FROM answers.facts;
-- name: group by a rounded value
SELECT ROUND(price * 0.5, 0), COUNT(*) FROM answers.facts GROUP BY ROUND(price * 0.5, 0);
-- name: floor and ceil
SELECT id, FLOOR(price), CEIL(price), FLOOR(fine), CEIL(fine) FROM answers.facts;
-- name: remainder
SELECT id, n % 7, m % 5, n % 0 FROM answers.facts;
-- name: division by zero is NULL
SELECT id, n / 0, (price / 0) IS NULL, COALESCE(price / 0, -1) FROM answers.others;
-- name: division of whole numbers is no whole number
SELECT id, n / 2 FROM answers.facts;
-- name: decimal arithmetic
SELECT id, price + fine, price - fine, price * price, price * n FROM answers.facts;
-- name: sums of decimals
SELECT SUM(price), SUM(fine), SUM(price * CAST(fine AS DECIMAL(20, 10))), COUNT(wide) FROM answers.facts;
-- name: comparison of number types
SELECT id, n < price, price < f, CAST(n AS DOUBLE) = f, fine > price FROM answers.facts;
-- name: negative zero
SELECT id FROM answers.facts WHERE f = 0;
-- name: cast between numbers
SELECT id, CAST(n AS DECIMAL(9, 2)), CAST(price AS DOUBLE), CAST(n AS DOUBLE), CAST(n AS STRING) FROM answers.facts;
-- name: cast rounds a decimal half up
SELECT id, CAST(fine AS DECIMAL(9, 2)) FROM answers.facts WHERE ABS(fine) < 1000;
-- name: filter on a computed decimal
SELECT id FROM answers.facts WHERE price * 1.5 > 3 AND price - 0.01 < 100;
-- name: a constant column
SELECT 1.25 * 3, 7 % 4, ROUND(2.5), ROUND(-2.5, 0), 10 / 4 FROM answers.others WHERE id = 1;
