-- Check of revenue_by_quarter: every row it returns is wrong.
--
-- Grain:  one row per wrong row of the mart.
-- Reads:  revenue_by_quarter as written.
-- Usage:  Spark SQL, run by `./stackhouse run trips` before anything is published.
--
-- What must be so, whatever the mart's SQL says; Hive computes that again by itself.
WITH found AS (
    SELECT
        quarter_start,
        trips,
        total_tip,
        total_revenue,
        tip_share,
        COUNT(*) OVER (PARTITION BY quarter_start) AS copies
    FROM revenue_by_quarter
)

SELECT
    quarter_start,
    trips,
    total_tip,
    total_revenue,
    tip_share,
    copies
FROM found
WHERE
    NOT COALESCE(
        copies = 1
        AND trips > 0
        -- A tip is a part of what was charged; where nothing was, there is no share.
        AND total_tip BETWEEN 0 AND total_revenue
        AND (tip_share IS NULL) = (total_revenue = 0)
        AND COALESCE(tip_share BETWEEN 0 AND 1, TRUE),
        FALSE
    )
