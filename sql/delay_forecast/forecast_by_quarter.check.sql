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
)

SELECT
    COALESCE(expected.quarter_start, found.quarter_start) AS quarter_start,
    COALESCE(expected.airport, found.airport) AS airport,
    expected.weeks AS expected_weeks,
    found.weeks AS found_weeks,
    expected.total AS expected_total,
    found.mean_forecast AS found_mean
FROM expected
FULL OUTER JOIN forecast_by_quarter AS found
    ON
        expected.quarter_start = found.quarter_start
        AND expected.airport = found.airport
WHERE
    NOT expected.weeks <=> found.weeks
    -- A mean of so many decimals times its weeks is off by half of the last one a week.
    OR NOT COALESCE(ABS(expected.total - found.mean_forecast * found.weeks) <= 0.0001 * found.weeks, FALSE)
