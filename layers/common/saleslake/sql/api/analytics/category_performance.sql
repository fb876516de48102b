-- Revenue, units, active lines and revenue per line of each category.
-- Grain: one row per category with an active line, highest revenue first.
-- Quotients of decimals keep the larger scale and round half up: two places, exact.
WITH categories AS (
    SELECT
        category,
        SUM(revenue) AS revenue,
        SUM(units) AS quantity_sold,
        SUM(lines) AS order_count
    FROM rollup_sales_daily
    GROUP BY category
    HAVING SUM(lines) > 0
)

SELECT
    category,
    revenue,
    quantity_sold,
    order_count,
    revenue / order_count AS avg_order_value
FROM categories
ORDER BY revenue DESC, category
