-- In which taxi zones do most trips of a quarter begin?
--
-- Reads:  trips.zone_demand_by_quarter
-- Usage:  ./stackhouse query "$(cat sql/trips/queries/zone_demand_by_quarter__busiest_zones.sql)"
-- Change: the first day of the quarter, 2024-04-01.
SELECT
    pickup_zone,
    trips,
    ROUND(trip_share * 100, 2) AS trip_percent,
    mean_revenue
FROM trips.zone_demand_by_quarter
WHERE quarter_start = DATE '2024-04-01'
ORDER BY trips DESC, pickup_zone ASC
LIMIT 10
