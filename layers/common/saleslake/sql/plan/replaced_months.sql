-- Months from which this run moves lines away, so that their rollups are replaced as well. Grain: one month.
-- Parameter: run id.
SELECT DISTINCT date_format(fact_sales.sale_date, '%Y-%m') AS sale_month
FROM fact_sales
INNER JOIN amazon_orders
    ON amazon_orders.order_id = fact_sales.order_id
    AND amazon_orders.sku = fact_sales.product_id
    AND amazon_orders.occurrence = fact_sales.occurrence
WHERE amazon_orders.run_id = ?
    AND fact_sales.channel = 'amazon'
    AND amazon_orders.order_date <> fact_sales.sale_date
