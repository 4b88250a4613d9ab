-- Check of delays_by_quarter: every row it returns is wrong, and shows what was expected beside what was found.
--
-- Grain:  one row per wrong row of the mart, or per quarter that is missing.
-- Reads:  delays_by_quarter as written; clean, which it recomputes another way: summed by day and airport first.
-- Usage:  Spark SQL, run by `./stackhouse run flights` before anything is published.
WITH days AS (
    SELECT
        quarter_start,
        origin,
        CAST(scheduled_departure AS DATE) AS departure_day,
        COUNT(*) AS flights,
        SUM(delay) AS total_delay,
        SUM(distance) AS total_distance,
        COUNT(CASE WHEN delay >= 15 THEN 1 END) AS late
    FROM clean
    GROUP BY quarter_start, origin, CAST(scheduled_departure AS DATE)
),

airports AS (
    SELECT
        quarter_start,
        origin,
        SUM(flights) AS flights,
        SUM(total_delay) AS total_delay,
        SUM(total_distance) AS total_distance,
        SUM(late) AS late
    FROM days
    GROUP BY quarter_start, origin
),

expected AS (
    SELECT
        quarter_start,
        CONCAT(LPAD(YEAR(quarter_start), 4, '0'), 'Q', DATE_FORMAT(quarter_start, 'q')) AS quarter,
        SUM(flights) AS flights,
        SUM(total_delay) AS total_delay,
        SUM(total_distance) AS total_distance,
        SUM(late) AS late,
        COUNT(*) AS origins
    FROM airports
    GROUP BY quarter_start
),

found AS (
    SELECT
        quarter_start,
        quarter,
        flights,
        total_delay,
        mean_delay,
        late_share,
        total_distance,
        origins,
        COUNT(*) OVER (PARTITION BY quarter_start) AS copies
    FROM delays_by_quarter
)

SELECT
    expected.quarter_start AS expected_quarter_start,
    expected.flights AS expected_flights,
    expected.total_delay AS expected_total_delay,
    expected.late AS expected_late,
    expected.total_distance AS expected_total_distance,
    expected.origins AS expected_origins,
    found.quarter_start,
    found.copies,
    found.quarter,
    found.flights,
    found.total_delay,
    found.mean_delay,
    found.late_share,
    found.total_distance,
    found.origins
FROM expected
FULL OUTER JOIN found ON expected.quarter_start = found.quarter_start
WHERE
    NOT COALESCE(
        found.copies = 1
        AND found.quarter = expected.quarter
        AND found.flights = expected.flights
        AND found.total_delay = expected.total_delay
        AND found.total_distance = expected.total_distance
        AND found.origins = expected.origins
        AND found.late_share BETWEEN 0 AND 1
        -- Half a unit of the last digit, times the flights: what rounding may cost.
        AND ABS(found.mean_delay * found.flights - expected.total_delay) <= 0.00005 * found.flights
        AND ABS(found.late_share * found.flights - expected.late) <= 0.0000005 * found.flights,
        FALSE
    )
