-- Check of airport_delays_by_quarter: every row it returns is wrong, and shows what was expected beside what was found.
--
-- Grain:  one row per wrong row of the mart, or per quarter and airport that is missing.
-- Reads:  airport_delays_by_quarter as written; clean, which it recomputes another way: summed by route first.
-- Usage:  Spark SQL, run by `./stackhouse run flights` before anything is published.
WITH routes AS (
    SELECT
        quarter_start,
        origin,
        destination,
        COUNT(*) AS flights,
        SUM(delay) AS total_delay,
        SUM(distance) AS total_distance,
        COUNT(CASE WHEN delay >= 15 THEN 1 END) AS late
    FROM clean
    GROUP BY quarter_start, origin, destination
),

expected AS (
    SELECT
        quarter_start,
        origin,
        CONCAT(LPAD(YEAR(quarter_start), 4, '0'), 'Q', DATE_FORMAT(quarter_start, 'q')) AS quarter,
        SUM(flights) AS flights,
        SUM(total_delay) AS total_delay,
        SUM(total_distance) AS total_distance,
        SUM(late) AS late
    FROM routes
    GROUP BY quarter_start, origin
),

found AS (
    SELECT
        quarter_start,
        quarter,
        origin,
        flights,
        total_delay,
        mean_delay,
        late_share,
        total_distance,
        COUNT(*) OVER (PARTITION BY quarter_start, origin) AS copies
    FROM airport_delays_by_quarter
)

SELECT
    expected.quarter_start AS expected_quarter_start,
    expected.origin AS expected_origin,
    expected.flights AS expected_flights,
    expected.total_delay AS expected_total_delay,
    expected.late AS expected_late,
    expected.total_distance AS expected_total_distance,
    found.quarter_start,
    found.origin,
    found.copies,
    found.quarter,
    found.flights,
    found.total_delay,
    found.mean_delay,
    found.late_share,
    found.total_distance
FROM expected
FULL OUTER JOIN found ON expected.quarter_start = found.quarter_start AND expected.origin = found.origin
WHERE
    NOT COALESCE(
        found.copies = 1
        AND found.quarter = expected.quarter
        AND found.flights = expected.flights
        AND found.total_delay = expected.total_delay
        AND found.total_distance = expected.total_distance
        AND found.late_share BETWEEN 0 AND 1
        -- Half a unit of the last digit, times the flights: what rounding may cost.
        AND ABS(found.mean_delay * found.flights - expected.total_delay) <= 0.00005 * found.flights
        AND ABS(found.late_share * found.flights - expected.late) <= 0.0000005 * found.flights,
        FALSE
    )
