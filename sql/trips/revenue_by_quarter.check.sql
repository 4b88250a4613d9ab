-- Check of revenue_by_quarter: every row it returns is wrong, and shows what was expected beside what was found.
--
-- Grain:  one row per wrong row of the mart, or per quarter that is missing.
-- Reads:  revenue_by_quarter as written; clean, which it recomputes another way: summed by day and payment first.
-- Usage:  Spark SQL, run by `./stackhouse run trips` before anything is published.
WITH days AS (
    SELECT
        quarter_start,
        payment_type,
        CAST(pickup_at AS DATE) AS pickup_day,
        COUNT(*) AS trips,
        SUM(fare_amount) AS total_fare,
        SUM(tip_amount) AS total_tip,
        SUM(total_amount) AS total_revenue,
        SUM(trip_distance) AS total_distance
    FROM clean
    GROUP BY quarter_start, payment_type, CAST(pickup_at AS DATE)
),

expected AS (
    SELECT
        quarter_start,
        CONCAT(LPAD(YEAR(quarter_start), 4, '0'), 'Q', DATE_FORMAT(quarter_start, 'q')) AS quarter,
        SUM(trips) AS trips,
        SUM(total_fare) AS total_fare,
        SUM(total_tip) AS total_tip,
        SUM(total_revenue) AS total_revenue,
        SUM(total_distance) AS total_distance
    FROM days
    GROUP BY quarter_start
),

found AS (
    SELECT
        quarter_start,
        quarter,
        trips,
        total_fare,
        total_tip,
        total_revenue,
        mean_revenue,
        tip_share,
        total_distance,
        COUNT(*) OVER (PARTITION BY quarter_start) AS copies
    FROM revenue_by_quarter
)

SELECT
    expected.quarter_start AS expected_quarter_start,
    expected.trips AS expected_trips,
    expected.total_fare AS expected_total_fare,
    expected.total_tip AS expected_total_tip,
    expected.total_revenue AS expected_total_revenue,
    expected.total_distance AS expected_total_distance,
    found.quarter_start,
    found.copies,
    found.quarter,
    found.trips,
    found.total_fare,
    found.total_tip,
    found.total_revenue,
    found.mean_revenue,
    found.tip_share,
    found.total_distance
FROM expected
FULL OUTER JOIN found ON expected.quarter_start = found.quarter_start
WHERE
    NOT COALESCE(
        found.copies = 1
        AND found.quarter = expected.quarter
        AND found.trips = expected.trips
        AND found.total_fare = expected.total_fare
        AND found.total_tip = expected.total_tip
        AND found.total_revenue = expected.total_revenue
        AND found.total_distance = expected.total_distance
        -- Half a unit of the last digit, times the trips: what rounding may cost.
        AND ABS(found.mean_revenue * found.trips - expected.total_revenue) <= 0.00005 * found.trips
        -- A quarter without revenue has no share.
        AND (found.tip_share IS NULL) = (expected.total_revenue = 0)
        AND COALESCE(found.tip_share BETWEEN 0 AND 1, TRUE)
        AND ABS(COALESCE(found.tip_share, 0) * expected.total_revenue - expected.total_tip)
        <= 0.0000005 * expected.total_revenue,
        FALSE
    )
