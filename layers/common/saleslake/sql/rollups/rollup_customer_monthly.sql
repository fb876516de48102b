-- What each known customer bought. Grain: sale_month, channel, customer_id.
-- Parameters: first day, day after the last.
DELETE FROM rollup_customer_monthly
WHERE sale_month >= ? AND sale_month < ?;

-- Parameters: first day, day after the last.
INSERT INTO rollup_customer_monthly
SELECT
    date_trunc('month', sale_date) AS sale_month,
    channel,
    customer_id,
    MIN(CASE WHEN is_active THEN sale_date END) AS first_sale_date,
    MAX(CASE WHEN is_active THEN sale_date END) AS last_sale_date,
    COUNT(DISTINCT CASE WHEN is_active THEN order_id END) AS orders,
    COUNT(CASE WHEN is_active THEN 1 END) AS lines,
    SUM(CASE WHEN is_active THEN quantity ELSE 0 END) AS units,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN net_amount END), DECIMAL '0.00') AS decimal(38,2)) AS revenue,
    CAST(SUM(refund_amount) AS decimal(38,2)) AS refunds,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN cost_amount END), DECIMAL '0.00') AS decimal(38,2)) AS cost,
    CAST(COALESCE(SUM(CASE WHEN is_active AND cost_amount IS NOT NULL THEN net_amount END), DECIMAL '0.00')
        AS decimal(38,2)) AS costed_revenue
FROM fact_sales
WHERE customer_id IS NOT NULL AND sale_date >= ? AND sale_date < ?
GROUP BY date_trunc('month', sale_date), channel, customer_id
