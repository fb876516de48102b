-- What this run has of each file as typed rows, and how much of it a file that landed later overrules.
-- Grain: one file of the run. Parameter: run id.
SELECT
    amazon_orders.file_id,
    COUNT(*) AS processed_rows,
    COALESCE(SUM(amazon_orders.amount), DECIMAL '0.00') AS processed_amount,
    COUNT(CASE WHEN fact_sales.source_file <> amazon_orders.file_id THEN 1 END) AS superseded_rows,
    COALESCE(SUM(CASE WHEN fact_sales.source_file <> amazon_orders.file_id THEN amazon_orders.amount END),
        DECIMAL '0.00') AS superseded_amount
FROM amazon_orders
LEFT JOIN fact_sales
    ON fact_sales.channel = 'amazon'
    AND fact_sales.order_id = amazon_orders.order_id
    AND fact_sales.product_id = amazon_orders.sku
    AND fact_sales.occurrence = amazon_orders.occurrence
    AND fact_sales.landing_order >= amazon_orders.landing_order
WHERE amazon_orders.run_id = ?
GROUP BY amazon_orders.file_id
