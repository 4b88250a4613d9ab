-- Check of forecast_by_quarter: every row it returns is wrong.
--
-- Grain:  one row per wrong row of the mart.
-- Reads:  forecast_by_quarter as written.
-- Usage:  Spark SQL, run by `./stackhouse run delay_forecast` before anything is published.
--
-- What must be so, whatever the mart's SQL says; Hive computes that again by itself.
WITH found AS (
    SELECT
        quarter_start,
        airport,
        weeks,
        COUNT(*) OVER (PARTITION BY quarter_start, airport) AS copies
    FROM forecast_by_quarter
)

SELECT
    quarter_start,
    airport,
    weeks,
    copies
FROM found
-- A quarter has no more than 14 Mondays.
WHERE NOT COALESCE(copies = 1 AND weeks BETWEEN 1 AND 14, FALSE)
