-- Which taxi zones gained the greatest share of all trips from the first to the fourth quarter of 2024?
--
-- Reads:  trips.zone_demand_by_quarter
-- Usage:  ./stackhouse query "$(cat sql/trips/queries/zone_demand_by_quarter__growing_zones.sql)"
-- Change: the first days of the two quarters.
SELECT
    earlier.pickup_zone,
    earlier.trips AS earlier_trips,
    later.trips AS later_trips,
    later.trip_share - earlier.trip_share AS gained_share
FROM trips.zone_demand_by_quarter AS earlier
INNER JOIN trips.zone_demand_by_quarter AS later ON earlier.pickup_zone = later.pickup_zone
WHERE
    earlier.quarter_start = DATE '2024-01-01'
    AND later.quarter_start = DATE '2024-10-01'
ORDER BY gained_share DESC, earlier.pickup_zone ASC
LIMIT 10
