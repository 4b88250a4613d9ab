-- Revenue of all trips.
--
-- Grain:  one row per quarter of the pickup.
-- Reads:  clean, the clean trips of the quarters to build.
-- Usage:  Spark SQL, run by `./stackhouse run trips`; published as trips.revenue_by_quarter.
--
-- Revenue is all that passengers were charged: fare, surcharges, taxes, tolls, and tips paid by card.
-- Whole numbers and decimals only: sums of DOUBLE depend on the number of cores.
SELECT
    quarter_start,
    CONCAT(DATE_FORMAT(quarter_start, 'yyyy'), 'Q', QUARTER(quarter_start)) AS quarter,
    COUNT(*) AS trips,
    CAST(SUM(fare_amount) AS DECIMAL(20, 2)) AS total_fare,
    CAST(SUM(tip_amount) AS DECIMAL(20, 2)) AS total_tip,
    CAST(SUM(total_amount) AS DECIMAL(20, 2)) AS total_revenue,
    CAST(CAST(SUM(total_amount) AS DECIMAL(20, 2)) / COUNT(*) AS DECIMAL(12, 4)) AS mean_revenue,
    CAST(
        CAST(SUM(tip_amount) AS DECIMAL(20, 2)) / NULLIF(CAST(SUM(total_amount) AS DECIMAL(20, 2)), 0)
        AS DECIMAL(7, 6)
    ) AS tip_share,
    CAST(SUM(trip_distance) AS DECIMAL(20, 2)) AS total_distance
FROM clean
GROUP BY quarter_start
