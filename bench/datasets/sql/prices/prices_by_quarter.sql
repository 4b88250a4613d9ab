-- Prices and volume of all symbols.
--
-- Grain:  one row per quarter of the day.
-- Reads:  clean, the clean prices of the quarters to build.
-- Usage:  Spark SQL, run by `./stackhouse run prices`; published as prices.prices_by_quarter.
--
-- The sums of all columns show a row that is lost, doubled or of an older version; the other engines compute them too.
SELECT
    quarter_start,
    CONCAT(DATE_FORMAT(quarter_start, 'yyyy'), 'Q', QUARTER(quarter_start)) AS quarter,
    COUNT(*) AS prices,
    COUNT(DISTINCT symbol) AS symbols,
    CAST(SUM(open) AS DECIMAL(20, 2)) AS total_open,
    CAST(SUM(high) AS DECIMAL(20, 2)) AS total_high,
    CAST(SUM(low) AS DECIMAL(20, 2)) AS total_low,
    CAST(SUM(close) AS DECIMAL(20, 2)) AS total_close,
    CAST(SUM(volume) AS DECIMAL(20, 0)) AS total_volume
FROM clean
GROUP BY quarter_start
