-- What each day sold and gave back, all channels. Grain: one day with a sale or a refund.
-- Order: sale_date DESC.
CREATE OR REPLACE VIEW daily_sales_summary AS
WITH days AS (
    SELECT
        sale_date,
        SUM(revenue) AS revenue,
        SUM(refunds) AS refunds,
        SUM(lines) AS lines,
        SUM(units) AS units,
        SUM(cancelled_lines) AS cancelled_lines,
        SUM(costed_revenue) - SUM(cost) - SUM(refunds) AS profit,
        SUM(CASE WHEN channel = 'amazon' THEN revenue ELSE 0 END) AS amazon_revenue,
        SUM(CASE WHEN channel = 'web' THEN revenue ELSE 0 END) AS web_revenue,
        SUM(CASE WHEN channel = 'reps' THEN revenue ELSE 0 END) AS reps_revenue
    FROM rollup_sales_filters_daily
    GROUP BY sale_date
),
-- Orders are counted from the lines: a rollup cannot tell which of its groups share one.
orders AS (
    SELECT sale_date, COUNT(*) AS orders
    FROM (SELECT DISTINCT sale_date, channel, order_id FROM fact_sales WHERE is_active) AS active_orders
    GROUP BY sale_date
)
SELECT
    days.sale_date,
    days.revenue,
    days.refunds,
    days.revenue - days.refunds AS net_revenue,
    COALESCE(orders.orders, 0) AS orders,
    days.lines,
    days.units,
    days.revenue / orders.orders AS average_order_value,
    days.revenue / NULLIF(days.lines, 0) AS average_line_value,
    days.cancelled_lines,
    days.profit,
    days.amazon_revenue,
    days.web_revenue,
    days.reps_revenue
FROM days
LEFT JOIN orders ON orders.sale_date = days.sale_date
