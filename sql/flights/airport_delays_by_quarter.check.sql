-- Check of airport_delays_by_quarter: every row it returns is wrong.
--
-- Grain:  one row per quarter in which an airport is wrong, appears twice, or is missing.
-- Reads:  airport_delays_by_quarter as written; clean, whose flights all left from one airport.
-- Usage:  Spark SQL, run by `./stackhouse run flights` before anything is published.
--
-- What must be so, whatever the mart's SQL says; Hive computes that again by itself.
WITH found AS (
    SELECT
        quarter_start,
        SUM(flights) AS flights,
        COUNT(*) - COUNT(DISTINCT origin) AS doubled,
        COUNT(CASE WHEN NOT COALESCE(late_share BETWEEN 0 AND 1, FALSE) THEN 1 END) AS wrong_shares
    FROM airport_delays_by_quarter
    GROUP BY quarter_start
),

quarters AS (
    SELECT
        quarter_start,
        COUNT(*) AS flights
    FROM clean
    GROUP BY quarter_start
)

SELECT
    quarters.quarter_start AS expected_quarter_start,
    quarters.flights AS expected_flights,
    found.quarter_start,
    found.flights,
    found.doubled,
    found.wrong_shares
FROM quarters
FULL OUTER JOIN found ON quarters.quarter_start = found.quarter_start
WHERE NOT COALESCE(found.flights = quarters.flights AND found.doubled = 0 AND found.wrong_shares = 0, FALSE)
