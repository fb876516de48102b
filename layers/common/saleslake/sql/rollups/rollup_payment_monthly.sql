-- How buyers paid. Grain: sale_month, channel, payment_method.
-- Parameters: first day, day after the last.
DELETE FROM rollup_payment_monthly
WHERE sale_month >= ? AND sale_month < ?;

-- Parameters: first day, day after the last.
INSERT INTO rollup_payment_monthly
SELECT
    date_trunc('month', sale_date) AS sale_month,
    channel,
    payment_method,
    COUNT(DISTINCT CASE WHEN is_active THEN order_id END) AS orders,
    COUNT(DISTINCT CASE WHEN line_type = 'sale' AND NOT is_active THEN order_id END) AS cancelled_orders,
    COUNT(CASE WHEN is_active THEN 1 END) AS lines,
    SUM(CASE WHEN is_active THEN quantity ELSE 0 END) AS units,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN net_amount END), DECIMAL '0.00') AS decimal(38,2)) AS revenue,
    CAST(SUM(refund_amount) AS decimal(38,2)) AS refunds
FROM fact_sales
WHERE payment_method IS NOT NULL AND sale_date >= ? AND sale_date < ?
GROUP BY date_trunc('month', sale_date), channel, payment_method
