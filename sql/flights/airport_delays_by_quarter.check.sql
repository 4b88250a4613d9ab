-- Check of airport_delays_by_quarter: every row it returns is wrong.
--
-- Grain:  one row per broken statement, quarter and airport.
-- Reads:  airport_delays_by_quarter as written; clean, which it recomputes another way: summed by destination first.
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
        SUM(flights) AS flights,
        SUM(total_delay) AS total_delay,
        SUM(total_distance) AS total_distance,
        SUM(late) AS late
    FROM routes
    GROUP BY quarter_start, origin
)

SELECT
    'quarter and origin stand twice' AS problem,
    quarter_start,
    origin
FROM airport_delays_by_quarter
GROUP BY quarter_start, origin
HAVING COUNT(*) > 1

UNION ALL

SELECT
    'quarter and origin are missing, or not ones of clean' AS problem,
    COALESCE(expected.quarter_start, mart.quarter_start) AS quarter_start,
    COALESCE(expected.origin, mart.origin) AS origin
FROM expected
FULL OUTER JOIN airport_delays_by_quarter AS mart
    ON expected.quarter_start = mart.quarter_start AND expected.origin = mart.origin
WHERE expected.quarter_start IS NULL OR mart.quarter_start IS NULL

UNION ALL

SELECT
    'totals differ from clean' AS problem,
    mart.quarter_start,
    mart.origin
FROM airport_delays_by_quarter AS mart
INNER JOIN expected ON mart.quarter_start = expected.quarter_start AND mart.origin = expected.origin
WHERE
    NOT (
        mart.flights <=> expected.flights
        AND mart.total_delay <=> expected.total_delay
        AND mart.total_distance <=> expected.total_distance
    )

UNION ALL

-- Half a unit of the last digit, times the flights: what rounding may cost.
SELECT
    'mean or share does not fit the totals' AS problem,
    mart.quarter_start,
    mart.origin
FROM airport_delays_by_quarter AS mart
INNER JOIN expected ON mart.quarter_start = expected.quarter_start AND mart.origin = expected.origin
WHERE
    mart.mean_delay IS NULL
    OR mart.late_share IS NULL
    OR mart.late_share NOT BETWEEN 0 AND 1
    OR ABS(mart.mean_delay * mart.flights - mart.total_delay) > 0.00005 * mart.flights
    OR ABS(mart.late_share * mart.flights - expected.late) > 0.0000005 * mart.flights

UNION ALL

SELECT
    'quarter is not written like 2001Q2, or does not fit quarter_start' AS problem,
    quarter_start,
    origin
FROM airport_delays_by_quarter
WHERE NOT quarter <=> CONCAT(LPAD(YEAR(quarter_start), 4, '0'), 'Q', DATE_FORMAT(quarter_start, 'q'))
