-- Headline figures of the whole release, all channels, and how many records they come from.
-- Grain: one row, also when nothing was sold.
-- Quotients of decimals keep the larger scale and round half up: two places, exact.
WITH totals AS (
    SELECT
        COALESCE(SUM(revenue), 0) AS total_revenue,
        COALESCE(SUM(lines), 0) AS total_orders,
        COALESCE(SUM(units), 0) AS total_quantity_sold,
        COALESCE(SUM(CASE WHEN is_b2b THEN revenue ELSE 0 END), 0) AS b2b_revenue,
        COALESCE(SUM(CASE WHEN fulfilment = 'Amazon' THEN lines ELSE 0 END), 0) AS amazon_fulfilled_orders,
        COALESCE(SUM(CASE WHEN fulfilment = 'Merchant' THEN lines ELSE 0 END), 0) AS merchant_fulfilled_orders,
        COALESCE(SUM(all_lines), 0) AS total_records,
        COALESCE(SUM(cancelled_lines), 0) AS cancelled_records
    FROM rollup_sales_daily
),

active_orders AS (
    SELECT DISTINCT channel, order_id
    FROM fact_sales
    WHERE is_active
),

order_count AS (
    SELECT COUNT(*) AS distinct_orders
    FROM active_orders
)

SELECT
    totals.total_revenue,
    totals.total_orders,
    order_count.distinct_orders,
    COALESCE(totals.total_revenue / NULLIF(totals.total_orders, 0), 0) AS average_order_value,
    totals.total_quantity_sold,
    totals.b2b_revenue,
    totals.total_revenue - totals.b2b_revenue AS b2c_revenue,
    COALESCE(totals.b2b_revenue * 100 / NULLIF(totals.total_revenue, 0), 0) AS b2b_percentage,
    totals.amazon_fulfilled_orders,
    totals.merchant_fulfilled_orders,
    totals.total_records,
    totals.total_orders AS active_records,
    totals.cancelled_records
FROM totals
CROSS JOIN order_count
