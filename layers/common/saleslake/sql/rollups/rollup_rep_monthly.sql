-- What each sales representative sold. Grain: sale_month, sales_rep_id.
-- Parameters: first day, day after the last.
DELETE FROM rollup_rep_monthly
WHERE sale_month >= ? AND sale_month < ?;

-- Parameters: first day, day after the last.
INSERT INTO rollup_rep_monthly
SELECT
    date_trunc('month', sale_date) AS sale_month,
    sales_rep_id,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN net_amount END), DECIMAL '0.00') AS decimal(38,2)) AS revenue,
    CAST(SUM(refund_amount) AS decimal(38,2)) AS refunds,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN cost_amount END), DECIMAL '0.00') AS decimal(38,2)) AS cost,
    CAST(COALESCE(SUM(CASE WHEN is_active AND cost_amount IS NOT NULL THEN net_amount END), DECIMAL '0.00')
        AS decimal(38,2)) AS costed_revenue,
    COUNT(DISTINCT CASE WHEN is_active THEN order_id END) AS orders,
    SUM(CASE WHEN is_active THEN quantity ELSE 0 END) AS units,
    COUNT(DISTINCT CASE WHEN is_active THEN customer_id END) AS customers,
    COUNT(DISTINCT CASE WHEN line_type = 'sale' AND NOT is_active THEN order_id END) AS cancelled_orders
FROM fact_sales
WHERE channel = 'reps' AND sale_date >= ? AND sale_date < ?
GROUP BY date_trunc('month', sale_date), sales_rep_id
