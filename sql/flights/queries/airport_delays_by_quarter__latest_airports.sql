-- Which airports with at least 1,000 departures have the greatest share of late flights in a quarter?
--
-- Reads:  flights.airport_delays_by_quarter
-- Usage:  ./stackhouse query "$(cat sql/flights/queries/airport_delays_by_quarter__latest_airports.sql)"
-- Change: the first day of the quarter, 2001-04-01.
SELECT
    origin,
    flights,
    mean_delay,
    late_share
FROM flights.airport_delays_by_quarter
WHERE quarter_start = DATE '2001-04-01' AND flights >= 1000
ORDER BY late_share DESC, origin ASC
LIMIT 10
