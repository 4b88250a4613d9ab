-- Punctuality of all flights.
--
-- Grain:  one row per quarter of the scheduled departure.
-- Reads:  clean, the clean flights of the quarters to build.
-- Usage:  Spark SQL, run by `./stackhouse run flights`; published as flights.delays_by_quarter.
--
-- Late is an arrival 15 minutes or more after schedule, as the Bureau of Transportation Statistics counts.
-- Whole numbers and decimals only: sums of DOUBLE depend on the number of cores.
SELECT
    quarter_start,
    CONCAT(DATE_FORMAT(quarter_start, 'yyyy'), 'Q', QUARTER(quarter_start)) AS quarter,
    COUNT(*) AS flights,
    CAST(SUM(delay) AS DECIMAL(20, 0)) AS total_delay,
    CAST(CAST(SUM(delay) AS DECIMAL(20, 0)) / COUNT(*) AS DECIMAL(12, 4)) AS mean_delay,
    CAST(
        CAST(SUM(CASE WHEN delay >= 15 THEN 1 ELSE 0 END) AS DECIMAL(20, 0)) / COUNT(*) AS DECIMAL(7, 6)
    ) AS late_share,
    SUM(CAST(distance AS BIGINT)) AS total_distance,
    COUNT(DISTINCT origin) AS origins
FROM clean
GROUP BY quarter_start
