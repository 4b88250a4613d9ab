-- Check of zone_demand_by_quarter: every row it returns is wrong, and shows what was expected beside what was found.
--
-- Grain:  one row per wrong row of the mart, or per quarter and zone that is missing.
-- Reads:  zone_demand_by_quarter as written; clean, which it recomputes another way: summed by route first.
-- Usage:  Spark SQL, run by `./stackhouse run trips` before anything is published.
WITH routes AS (
    SELECT
        quarter_start,
        pickup_zone,
        dropoff_zone,
        COUNT(*) AS trips,
        SUM(total_amount) AS total_revenue,
        SUM(trip_distance) AS total_distance
    FROM clean
    GROUP BY quarter_start, pickup_zone, dropoff_zone
),

quarters AS (
    SELECT
        quarter_start,
        SUM(trips) AS trips
    FROM routes
    GROUP BY quarter_start
),

expected AS (
    SELECT
        routes.quarter_start,
        routes.pickup_zone,
        quarters.trips AS quarter_trips,
        CONCAT(LPAD(YEAR(routes.quarter_start), 4, '0'), 'Q', DATE_FORMAT(routes.quarter_start, 'q')) AS quarter,
        SUM(routes.trips) AS trips,
        SUM(routes.total_revenue) AS total_revenue,
        SUM(routes.total_distance) AS total_distance
    FROM routes
    INNER JOIN quarters ON routes.quarter_start = quarters.quarter_start
    GROUP BY routes.quarter_start, routes.pickup_zone, quarters.trips
),

found AS (
    SELECT
        quarter_start,
        quarter,
        pickup_zone,
        trips,
        trip_share,
        total_revenue,
        mean_revenue,
        total_distance,
        COUNT(*) OVER (PARTITION BY quarter_start, pickup_zone) AS copies
    FROM zone_demand_by_quarter
)

SELECT
    expected.quarter_start AS expected_quarter_start,
    expected.pickup_zone AS expected_pickup_zone,
    expected.trips AS expected_trips,
    expected.quarter_trips AS expected_quarter_trips,
    expected.total_revenue AS expected_total_revenue,
    expected.total_distance AS expected_total_distance,
    found.quarter_start,
    found.pickup_zone,
    found.copies,
    found.quarter,
    found.trips,
    found.trip_share,
    found.total_revenue,
    found.mean_revenue,
    found.total_distance
FROM expected
FULL OUTER JOIN found ON expected.quarter_start = found.quarter_start AND expected.pickup_zone = found.pickup_zone
WHERE
    NOT COALESCE(
        found.copies = 1
        AND found.quarter = expected.quarter
        AND found.trips = expected.trips
        AND found.total_revenue = expected.total_revenue
        AND found.total_distance = expected.total_distance
        AND found.trip_share BETWEEN 0 AND 1
        -- Half a unit of the last digit, times the trips: what rounding may cost.
        AND ABS(found.mean_revenue * found.trips - expected.total_revenue) <= 0.00005 * found.trips
        AND ABS(found.trip_share * expected.quarter_trips - expected.trips) <= 0.0000005 * expected.quarter_trips,
        FALSE
    )
