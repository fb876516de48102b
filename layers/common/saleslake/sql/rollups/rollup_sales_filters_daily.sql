-- Sales and refunds by day and everything the API filters by. Grain: sale_date, channel, region, state, category,
-- segment, fulfilment, is_b2b, payment_method, status.
-- Parameters: first day, day after the last.
DELETE FROM rollup_sales_filters_daily
WHERE sale_date >= ? AND sale_date < ?;

-- Parameters: first day, day after the last.
INSERT INTO rollup_sales_filters_daily
WITH lines AS (
    SELECT
        fact_sales.*,
        dim_geography.region,
        dim_geography.state,
        dim_customer.segment,
        line_type = 'return' AND status <> 'cancelled' AS came_back
    FROM fact_sales
    INNER JOIN dim_geography ON dim_geography.geography_id = fact_sales.geography_id
    INNER JOIN dim_customer ON dim_customer.customer_key = fact_sales.customer_key
    WHERE fact_sales.sale_date >= ? AND fact_sales.sale_date < ?
)
SELECT
    sale_date,
    channel,
    region,
    state,
    COALESCE(category, 'Unknown') AS category,
    segment,
    fulfilment,
    is_b2b,
    payment_method,
    status,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN gross_amount END), DECIMAL '0.00') AS decimal(38,2)) AS gross_amount,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN discount_amount END), DECIMAL '0.00') AS decimal(38,2))
        AS discount_amount,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN tax_amount END), DECIMAL '0.00') AS decimal(38,2)) AS tax_amount,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN shipping_amount END), DECIMAL '0.00') AS decimal(38,2))
        AS shipping_amount,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN net_amount END), DECIMAL '0.00') AS decimal(38,2)) AS revenue,
    CAST(SUM(refund_amount) AS decimal(38,2)) AS refunds,
    CAST(COALESCE(SUM(CASE WHEN is_active THEN cost_amount END), DECIMAL '0.00') AS decimal(38,2)) AS cost,
    CAST(COALESCE(SUM(CASE WHEN is_active AND cost_amount IS NOT NULL THEN net_amount END), DECIMAL '0.00')
        AS decimal(38,2)) AS costed_revenue,
    COUNT(CASE WHEN is_active THEN 1 END) AS lines,
    SUM(CASE WHEN is_active THEN quantity ELSE 0 END) AS units,
    COUNT(CASE WHEN line_type = 'sale' AND NOT is_active THEN 1 END) AS cancelled_lines,
    COUNT(CASE WHEN line_type = 'sale' THEN 1 END) AS all_lines,
    COUNT(CASE WHEN came_back THEN 1 END) AS return_lines,
    SUM(CASE WHEN came_back THEN quantity ELSE 0 END) AS returned_units
FROM lines
GROUP BY
    sale_date,
    channel,
    region,
    state,
    COALESCE(category, 'Unknown'),
    segment,
    fulfilment,
    is_b2b,
    payment_method,
    status
