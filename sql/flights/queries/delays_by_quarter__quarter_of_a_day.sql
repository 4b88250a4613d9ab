-- What is known about the quarter that a given day falls in? Reads one partition.
--
-- Reads:  flights.delays_by_quarter
-- Usage:  ./stackhouse query "$(cat sql/flights/queries/delays_by_quarter__quarter_of_a_day.sql)"
-- Change: the day, 2001-05-17.
SELECT
    quarter,
    flights,
    total_delay,
    mean_delay,
    total_distance,
    origins
FROM flights.delays_by_quarter
WHERE quarter_start = TRUNC(DATE '2001-05-17', 'Q')
