-- Revenue beside the month before and the same month a year before. Grain: one month with a sale or a refund.
-- Order: sale_month.
CREATE OR REPLACE VIEW revenue_trend AS
WITH months AS (
    SELECT
        date_trunc('month', sale_date) AS sale_month,
        SUM(revenue) AS revenue,
        SUM(refunds) AS refunds,
        SUM(lines) AS lines,
        SUM(units) AS units,
        SUM(costed_revenue) - SUM(cost) - SUM(refunds) AS profit
    FROM rollup_sales_filters_daily
    GROUP BY date_trunc('month', sale_date)
),
orders AS (
    SELECT sale_month, COUNT(*) AS orders
    FROM (
        SELECT DISTINCT date_trunc('month', sale_date) AS sale_month, channel, order_id FROM fact_sales WHERE is_active
    ) AS active_orders
    GROUP BY sale_month
)
SELECT
    date_format(months.sale_month, '%Y-%m') AS year_month,
    months.sale_month,
    months.revenue,
    months.refunds,
    months.revenue - months.refunds AS net_revenue,
    COALESCE(orders.orders, 0) AS orders,
    months.lines,
    months.units,
    months.profit,
    months.revenue / orders.orders AS average_order_value,
    months.revenue / NULLIF(months.lines, 0) AS average_line_value,
    before.revenue AS revenue_month_before,
    CAST(months.revenue - before.revenue AS decimal(34,4)) / NULLIF(before.revenue, 0) AS growth_month_on_month,
    year_before.revenue AS revenue_year_before,
    CAST(months.revenue - year_before.revenue AS decimal(34,4)) / NULLIF(year_before.revenue, 0) AS growth_year_on_year
FROM months
LEFT JOIN orders ON orders.sale_month = months.sale_month
LEFT JOIN months AS before ON before.sale_month = date_add('month', -1, months.sale_month)
LEFT JOIN months AS year_before ON year_before.sale_month = date_add('year', -1, months.sale_month)
