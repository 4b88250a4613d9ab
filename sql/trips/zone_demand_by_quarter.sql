-- Demand by taxi zone of pickup.
--
-- Grain:  one row per quarter of the pickup and taxi zone of the pickup.
-- Reads:  clean, the clean trips of the quarters to build.
-- Usage:  Spark SQL, run by `./stackhouse run trips`; published as trips.zone_demand_by_quarter.
--
-- Whole numbers and decimals only: sums of DOUBLE depend on the number of cores.
SELECT
    quarter_start,
    CONCAT(DATE_FORMAT(quarter_start, 'yyyy'), 'Q', QUARTER(quarter_start)) AS quarter,
    pickup_zone,
    COUNT(*) AS trips,
    CAST(
        CAST(COUNT(*) AS DECIMAL(20, 0)) / SUM(COUNT(*)) OVER (PARTITION BY quarter_start) AS DECIMAL(7, 6)
    ) AS trip_share,
    CAST(SUM(total_amount) AS DECIMAL(20, 2)) AS total_revenue,
    CAST(CAST(SUM(total_amount) AS DECIMAL(20, 2)) / COUNT(*) AS DECIMAL(12, 4)) AS mean_revenue,
    CAST(SUM(trip_distance) AS DECIMAL(20, 2)) AS total_distance
FROM clean
GROUP BY quarter_start, pickup_zone
