-- What is known about the quarter that a given day falls in? Reads one partition.
--
-- Reads:  trips.revenue_by_quarter
-- Usage:  ./stackhouse query "$(cat sql/trips/queries/revenue_by_quarter__quarter_of_a_day.sql)"
-- Change: the day, 2024-05-17.
SELECT
    quarter,
    trips,
    total_fare,
    total_tip,
    total_revenue,
    mean_revenue,
    total_distance
FROM trips.revenue_by_quarter
WHERE quarter_start = TRUNC(DATE '2024-05-17', 'Q')
