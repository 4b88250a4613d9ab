-- Check of delays_by_quarter: every row it returns is wrong.
--
-- Grain:  one row per wrong row of the mart.
-- Reads:  delays_by_quarter as written.
-- Usage:  Spark SQL, run by `./stackhouse run flights` before anything is published.
--
-- What must be so, whatever the mart's SQL says; Hive computes that again by itself.
WITH found AS (
    SELECT
        quarter_start,
        flights,
        late_share,
        origins,
        COUNT(*) OVER (PARTITION BY quarter_start) AS copies
    FROM delays_by_quarter
)

SELECT
    quarter_start,
    flights,
    late_share,
    origins,
    copies
FROM found
WHERE NOT COALESCE(copies = 1 AND late_share BETWEEN 0 AND 1 AND origins BETWEEN 1 AND flights, FALSE)
