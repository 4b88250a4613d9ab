-- Check of forecast_by_quarter: every row it returns is wrong, and shows what was expected beside what was found.
--
-- Grain:  one row per wrong row of the mart, or per quarter and airport that is missing.
-- Reads:  forecast_by_quarter as written; clean, of which it compares sums instead of means.
-- Usage:  Spark SQL, run by `./stackhouse run delay_forecast` before anything is published.
WITH expected AS (
    SELECT
        quarter_start,
        airport,
        COUNT(DISTINCT week_from) AS weeks,
        SUM(forecast) AS total
    FROM clean
    GROUP BY quarter_start, airport
),

found AS (
    SELECT
        quarter_start,
        airport,
        weeks,
        mean_forecast,
        COUNT(*) OVER (PARTITION BY quarter_start, airport) AS copies
    FROM forecast_by_quarter
)

SELECT
    expected.quarter_start AS expected_quarter_start,
    expected.airport AS expected_airport,
    expected.weeks AS expected_weeks,
    expected.total AS expected_total,
    found.quarter_start,
    found.airport,
    found.copies,
    found.weeks,
    found.mean_forecast
FROM expected
FULL OUTER JOIN found ON expected.quarter_start = found.quarter_start AND expected.airport = found.airport
WHERE
    NOT COALESCE(
        found.copies = 1
        AND found.weeks = expected.weeks
        -- Half a unit of the last digit, times the weeks: what rounding may cost.
        AND ABS(found.mean_forecast * found.weeks - expected.total) <= 0.00005 * found.weeks,
        FALSE
    )
