-- What was earned in each quarter, and how does it compare with the one before?
--
-- Reads:  trips.revenue_by_quarter
-- Usage:  ./stackhouse query "$(cat sql/trips/queries/revenue_by_quarter__growth.sql)"
SELECT
    quarter,
    trips,
    total_revenue,
    ROUND(tip_share * 100, 2) AS tip_percent,
    total_revenue - LAG(total_revenue) OVER (ORDER BY quarter_start) AS revenue_change
FROM trips.revenue_by_quarter
ORDER BY quarter
