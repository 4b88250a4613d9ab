-- How punctual was each quarter, and how does it compare with the one before?
--
-- Reads:  flights.delays_by_quarter
-- Usage:  ./stackhouse query "$(cat sql/flights/queries/delays_by_quarter__punctuality.sql)"
SELECT
    quarter,
    flights,
    ROUND(late_share * 100, 2) AS late_percent,
    ROUND((late_share - LAG(late_share) OVER (ORDER BY quarter_start)) * 100, 2) AS late_percent_change
FROM flights.delays_by_quarter
ORDER BY quarter
