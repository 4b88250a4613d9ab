-- Which airports improved most from the first to the second quarter of 2001?
--
-- Reads:  flights.airport_delays_by_quarter
-- Usage:  ./stackhouse query "$(cat sql/flights/queries/airport_delays_by_quarter__most_improved.sql)"
-- Change: the first days of the two quarters.
SELECT
    earlier.origin,
    earlier.mean_delay AS earlier_mean_delay,
    later.mean_delay AS later_mean_delay,
    later.mean_delay - earlier.mean_delay AS change_in_minutes
FROM flights.airport_delays_by_quarter AS earlier
INNER JOIN flights.airport_delays_by_quarter AS later ON earlier.origin = later.origin
WHERE
    earlier.quarter_start = DATE '2001-01-01'
    AND later.quarter_start = DATE '2001-04-01'
    AND earlier.flights >= 1000
    AND later.flights >= 1000
ORDER BY change_in_minutes ASC, earlier.origin ASC
LIMIT 10
