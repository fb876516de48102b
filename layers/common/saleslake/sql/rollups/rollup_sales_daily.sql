-- Sales by day and the API's dimensions. Grain: sale_date, channel, state, category, fulfilment, is_b2b.
-- Whole months are replaced, so a group that vanished from fact_sales vanishes here.
-- Parameters: first day, day after the last.
DELETE FROM rollup_sales_daily
WHERE sale_date >= ? AND sale_date < ?;

-- Parameters: first day, day after the last.
INSERT INTO rollup_sales_daily
SELECT
    fact_sales.sale_date,
    fact_sales.channel,
    dim_geography.state,
    COALESCE(fact_sales.category, 'Unknown') AS category,
    fact_sales.fulfilment,
    fact_sales.is_b2b,
    CAST(SUM(CASE WHEN fact_sales.is_active THEN fact_sales.net_amount ELSE DECIMAL '0.00' END) AS decimal(38,2))
        AS revenue,
    COUNT(CASE WHEN fact_sales.is_active THEN 1 END) AS lines,
    SUM(CASE WHEN fact_sales.is_active THEN fact_sales.quantity ELSE 0 END) AS units,
    COUNT(CASE WHEN NOT fact_sales.is_active THEN 1 END) AS cancelled_lines,
    COUNT(*) AS all_lines
FROM fact_sales
INNER JOIN dim_geography ON dim_geography.geography_id = fact_sales.geography_id
WHERE fact_sales.line_type = 'sale' AND fact_sales.sale_date >= ? AND fact_sales.sale_date < ?
GROUP BY
    fact_sales.sale_date,
    fact_sales.channel,
    dim_geography.state,
    COALESCE(fact_sales.category, 'Unknown'),
    fact_sales.fulfilment,
    fact_sales.is_b2b
