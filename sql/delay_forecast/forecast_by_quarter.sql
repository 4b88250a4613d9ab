-- Forecast delay by airport of departure.
--
-- Grain:  one row per quarter of the forecast week's Monday and airport.
-- Reads:  clean, the forecasts of the quarters to build.
-- Usage:  Spark SQL, run by `./stackhouse run delay_forecast`; published as delay_forecast.forecast_by_quarter.
SELECT
    quarter_start,
    airport,
    COUNT(*) AS weeks,
    CAST(CAST(SUM(forecast) AS DECIMAL(20, 4)) / COUNT(*) AS DECIMAL(12, 4)) AS mean_forecast
FROM clean
GROUP BY quarter_start, airport
