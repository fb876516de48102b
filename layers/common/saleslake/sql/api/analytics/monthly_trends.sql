-- Revenue, active lines and revenue per line of each calendar month.
-- Grain: one row per month with an active line, oldest first.
-- Quotients of decimals keep the larger scale and round half up: two places, exact.
WITH months AS (
    SELECT
        date_trunc('month', sale_date) AS month_start,
        SUM(revenue) AS revenue,
        SUM(lines) AS order_count
    FROM rollup_sales_daily
    GROUP BY date_trunc('month', sale_date)
    HAVING SUM(lines) > 0
)

SELECT
    date_format(month_start, '%Y-%m') AS year_month,
    date_format(month_start, '%b') AS month_name,
    revenue,
    order_count,
    revenue / order_count AS avg_order_value
FROM months
ORDER BY month_start
