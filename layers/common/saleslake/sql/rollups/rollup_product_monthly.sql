-- What each product sold and cost. Grain: sale_month, channel, product_id, category.
-- Parameters: first day, day after the last.
DELETE FROM rollup_product_monthly
WHERE sale_month >= ? AND sale_month < ?;

-- Parameters: first day, day after the last.
INSERT INTO rollup_product_monthly
SELECT
    date_trunc('month', sale_date) AS sale_month,
    channel,
    product_id,
    COALESCE(category, 'Unknown') AS category,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN net_amount END), DECIMAL '0.00') AS decimal(38,2)) AS revenue,
    CAST(SUM(refund_amount) AS decimal(38,2)) AS refunds,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN cost_amount END), DECIMAL '0.00') AS decimal(38,2)) AS cost,
    CAST(COALESCE(SUM(CASE WHEN is_active AND cost_amount IS NOT NULL THEN net_amount END), DECIMAL '0.00')
        AS decimal(38,2)) AS costed_revenue,
    COUNT(CASE WHEN is_active THEN 1 END) AS lines,
    SUM(CASE WHEN is_active THEN quantity ELSE 0 END) AS units,
    COUNT(CASE WHEN line_type = 'sale' AND NOT is_active THEN 1 END) AS cancelled_lines,
    SUM(CASE WHEN line_type = 'return' AND status <> 'cancelled' THEN quantity ELSE 0 END) AS returned_units
FROM fact_sales
WHERE sale_date >= ? AND sale_date < ?
GROUP BY date_trunc('month', sale_date), channel, product_id, COALESCE(category, 'Unknown')
