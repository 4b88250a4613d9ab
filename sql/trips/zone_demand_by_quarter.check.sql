-- Check of zone_demand_by_quarter: every row it returns is wrong.
--
-- Grain:  one row per quarter in which a zone is wrong, appears twice, or is missing.
-- Reads:  zone_demand_by_quarter as written; clean, whose trips all began in one zone.
-- Usage:  Spark SQL, run by `./stackhouse run trips` before anything is published.
--
-- What must be so, whatever the mart's SQL says; Hive computes that again by itself.
WITH found AS (
    SELECT
        quarter_start,
        SUM(trips) AS trips,
        SUM(trip_share) AS shares,
        COUNT(*) AS zones,
        COUNT(*) - COUNT(DISTINCT pickup_zone) AS doubled,
        COUNT(CASE WHEN NOT COALESCE(trip_share BETWEEN 0 AND 1, FALSE) THEN 1 END) AS wrong_shares
    FROM zone_demand_by_quarter
    GROUP BY quarter_start
),

quarters AS (
    SELECT
        quarter_start,
        COUNT(*) AS trips
    FROM clean
    GROUP BY quarter_start
)

SELECT
    quarters.quarter_start AS expected_quarter_start,
    quarters.trips AS expected_trips,
    found.quarter_start,
    found.trips,
    found.shares,
    found.doubled,
    found.wrong_shares
FROM quarters
FULL OUTER JOIN found ON quarters.quarter_start = found.quarter_start
WHERE
    NOT COALESCE(
        found.trips = quarters.trips
        AND found.doubled = 0
        AND found.wrong_shares = 0
        -- Half a unit of the last digit for each zone: what rounding may cost.
        AND ABS(found.shares - 1) <= 0.0000005 * found.zones,
        FALSE
    )
