-- The Amazon lines of this run, over what earlier files said of the same lines. Grain: one sold line.
-- Parameters: run id, first day, day after the last (one statement writes at most 100 months).
-- Where two files contradict, the one that landed later wins, whatever order they are loaded in.
MERGE INTO fact_sales AS target
USING (
    SELECT *
    FROM (
        SELECT
            to_hex(md5(to_utf8('amazon|' || order_id || '|' || sku || '|' || CAST(occurrence AS varchar))))
                AS sale_line_id,
            order_id,
            occurrence,
            order_date AS sale_date,
            sku AS product_id,
            category,
            to_hex(md5(to_utf8('IN|' || COALESCE(ship_state, 'Unknown')))) AS geography_id,
            status,
            status <> 'Cancelled' AS is_active,
            is_b2b,
            fulfilment,
            COALESCE(currency, 'INR') AS currency,
            quantity,
            COALESCE(amount, DECIMAL '0.00') AS net_amount,
            file_id AS source_file,
            line_number AS source_line,
            landing_order,
            run_id,
            ROW_NUMBER() OVER (PARTITION BY order_id, sku, occurrence ORDER BY landing_order DESC) AS recency
        FROM amazon_orders
        WHERE run_id = ?
    ) AS delivered
    WHERE recency = 1 AND sale_date >= ? AND sale_date < ?
) AS source
ON target.sale_line_id = source.sale_line_id
WHEN MATCHED AND source.landing_order > target.landing_order THEN UPDATE SET
    sale_date = source.sale_date,
    category = source.category,
    geography_id = source.geography_id,
    status = source.status,
    is_active = source.is_active,
    is_b2b = source.is_b2b,
    fulfilment = source.fulfilment,
    currency = source.currency,
    quantity = source.quantity,
    gross_amount = source.net_amount,
    net_amount = source.net_amount,
    source_file = source.source_file,
    source_line = source.source_line,
    landing_order = source.landing_order,
    run_id = source.run_id
WHEN NOT MATCHED THEN INSERT (
    sale_line_id, channel, order_id, occurrence, sale_date, product_id, category, customer_id, sales_rep_id,
    geography_id, status, is_active, is_b2b, fulfilment, currency, quantity, gross_amount, discount_amount,
    tax_amount, shipping_amount, net_amount, cost_amount, profit_amount, source_file, source_line,
    landing_order, run_id
) VALUES (
    source.sale_line_id, 'amazon', source.order_id, source.occurrence, source.sale_date, source.product_id,
    source.category, NULL, NULL, source.geography_id, source.status, source.is_active, source.is_b2b,
    source.fulfilment, source.currency, source.quantity, source.net_amount, NULL, NULL, NULL,
    source.net_amount, NULL, NULL, source.source_file, source.source_line, source.landing_order, source.run_id
)
