-- What every channel sold and took back. Grain: one sold line, or what came back of one.
-- Parameters: first day, day after the last.
-- Whole months are written anew from the latest lines, each with its customer and product as they were that day.
DELETE FROM fact_sales
WHERE sale_date >= ? AND sale_date < ?;

-- Parameters: first day, day after the last.
INSERT INTO fact_sales
WITH amazon AS (
    SELECT
        'amazon|' || order_id || '|' || sku || '|' || CAST(occurrence AS varchar) AS line,
        CAST(NULL AS varchar) AS returned_line,
        'amazon' AS channel,
        order_id,
        occurrence,
        order_date AS sale_date,
        sku AS product_id,
        category,
        CAST(NULL AS varchar) AS customer_id,
        CAST(NULL AS varchar) AS sales_rep_id,
        COALESCE(ship_state, 'Unknown') AS state,
        status,
        status <> 'Cancelled' AS is_active,
        is_b2b,
        fulfilment,
        CAST(NULL AS varchar) AS payment_method,
        currency,
        quantity,
        COALESCE(amount, DECIMAL '0.00') AS gross_amount,
        CAST(NULL AS decimal(18,2)) AS discount_amount,
        CAST(NULL AS decimal(18,2)) AS tax_amount,
        CAST(NULL AS decimal(18,2)) AS shipping_amount,
        COALESCE(amount, DECIMAL '0.00') AS net_amount,
        DECIMAL '0.00' AS refund_amount,
        file_id AS source_file,
        line_number AS source_line,
        landing_order
    FROM amazon_orders_latest
),
-- A transaction that names an earlier one gives money back for it.
reps AS (
    SELECT
        'reps|' || transaction_id AS line,
        'reps|' || refund_of AS returned_line,
        'reps' AS channel,
        transaction_id AS order_id,
        1 AS occurrence,
        transaction_date AS sale_date,
        product_id,
        CAST(NULL AS varchar) AS category,
        customer_id,
        sales_rep_id,
        CAST(NULL AS varchar) AS state,
        status,
        refund_of IS NULL AND status <> 'cancelled' AS is_active,
        CAST(NULL AS boolean) AS is_b2b,
        CAST(NULL AS varchar) AS fulfilment,
        payment_method,
        currency,
        quantity,
        CASE WHEN refund_of IS NULL THEN quantity * unit_price ELSE DECIMAL '0.00' END AS gross_amount,
        CASE WHEN refund_of IS NULL THEN COALESCE(discount_amount, DECIMAL '0.00') ELSE DECIMAL '0.00' END
            AS discount_amount,
        DECIMAL '0.00' AS tax_amount,
        DECIMAL '0.00' AS shipping_amount,
        CASE WHEN refund_of IS NULL THEN total_amount ELSE DECIMAL '0.00' END AS net_amount,
        CASE WHEN refund_of IS NULL OR status = 'cancelled' THEN DECIMAL '0.00' ELSE total_amount END AS refund_amount,
        file_id AS source_file,
        line_number AS source_line,
        landing_order
    FROM rep_transactions_latest
),
-- Shipping is shared out over an order's lines by their net amount, in whole hundredths: each line gets what is due
-- up to and with it, less what is due before it, so that the shares add up to the cent.
web_lines AS (
    SELECT
        items.*,
        orders.ordered_at,
        orders.customer_id,
        orders.ship_state,
        orders.status,
        orders.payment_method,
        orders.currency,
        CAST(orders.shipping_amount * 100 AS bigint) AS shipping,
        CAST(items.total_amount * 100 AS bigint) AS net,
        CAST(SUM(CAST(items.total_amount * 100 AS bigint)) OVER (
            PARTITION BY items.order_id ORDER BY items.item_number
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS bigint) AS net_up_to,
        CAST(SUM(CAST(items.total_amount * 100 AS bigint)) OVER (PARTITION BY items.order_id) AS bigint) AS order_net,
        ROW_NUMBER() OVER (PARTITION BY items.order_id ORDER BY items.item_number) AS position
    FROM web_order_items_latest AS items
    INNER JOIN web_orders_latest AS orders ON orders.order_id = items.order_id
),
web_sales AS (
    SELECT
        'web|' || order_id || '|' || CAST(item_number AS varchar) AS line,
        CAST(NULL AS varchar) AS returned_line,
        'web' AS channel,
        order_id,
        item_number AS occurrence,
        CAST(ordered_at AS date) AS sale_date,
        product_id,
        CAST(NULL AS varchar) AS category,
        customer_id,
        CAST(NULL AS varchar) AS sales_rep_id,
        COALESCE(ship_state, 'Unknown') AS state,
        status,
        status <> 'cancelled' AS is_active,
        CAST(NULL AS boolean) AS is_b2b,
        CAST(NULL AS varchar) AS fulfilment,
        payment_method,
        currency,
        quantity,
        quantity * unit_price AS gross_amount,
        COALESCE(discount_amount, DECIMAL '0.00') AS discount_amount,
        COALESCE(tax_amount, DECIMAL '0.00') AS tax_amount,
        CAST(
            CASE
                WHEN order_net > 0 THEN shipping * net_up_to / order_net - shipping * (net_up_to - net) / order_net
                WHEN position = 1 THEN shipping
                ELSE 0
            END AS decimal(18,2)
        ) * DECIMAL '0.01' AS shipping_amount,
        total_amount AS net_amount,
        DECIMAL '0.00' AS refund_amount,
        file_id AS source_file,
        line_number AS source_line,
        landing_order
    FROM web_lines
),
web_returns AS (
    SELECT
        'web|' || order_id || '|' || CAST(item_number AS varchar) || '|return' AS line,
        'web|' || order_id || '|' || CAST(item_number AS varchar) AS returned_line,
        'web' AS channel,
        order_id,
        item_number AS occurrence,
        returned_on AS sale_date,
        product_id,
        CAST(NULL AS varchar) AS category,
        customer_id,
        CAST(NULL AS varchar) AS sales_rep_id,
        COALESCE(ship_state, 'Unknown') AS state,
        'returned' AS status,
        FALSE AS is_active,
        CAST(NULL AS boolean) AS is_b2b,
        CAST(NULL AS varchar) AS fulfilment,
        payment_method,
        currency,
        returned_quantity AS quantity,
        DECIMAL '0.00' AS gross_amount,
        DECIMAL '0.00' AS discount_amount,
        DECIMAL '0.00' AS tax_amount,
        DECIMAL '0.00' AS shipping_amount,
        DECIMAL '0.00' AS net_amount,
        COALESCE(refund_amount, DECIMAL '0.00') AS refund_amount,
        file_id AS source_file,
        line_number AS source_line,
        landing_order
    FROM web_lines
    WHERE returned_quantity > 0 AND returned_on IS NOT NULL
),
lines AS (
    SELECT * FROM amazon
    UNION ALL
    SELECT * FROM reps
    UNION ALL
    SELECT * FROM web_sales
    UNION ALL
    SELECT * FROM web_returns
),
priced AS (
    SELECT
        lines.*,
        dim_product.product_key,
        COALESCE(lines.category, dim_product.category) AS category_that_day,
        dim_customer.customer_key,
        COALESCE(lines.state, dim_customer.state) AS state_that_day,
        COALESCE(lines.is_b2b, dim_customer.segment IN ('Corporate', 'Small Business')) AS is_business,
        CASE WHEN lines.returned_line IS NULL THEN lines.quantity * dim_product.cost ELSE DECIMAL '0.00' END
            AS cost_amount
    FROM lines
    INNER JOIN dim_product
        ON dim_product.product_id = lines.product_id
        AND dim_product.valid_from <= lines.sale_date AND dim_product.valid_to > lines.sale_date
    INNER JOIN dim_customer
        ON dim_customer.customer_id = COALESCE(lines.customer_id, 'Unknown')
        AND dim_customer.valid_from <= lines.sale_date AND dim_customer.valid_to > lines.sale_date
    WHERE lines.sale_date >= ? AND lines.sale_date < ?
)
SELECT
    lower(to_hex(md5(to_utf8(line)))) AS sale_line_id,
    CASE WHEN returned_line IS NULL THEN 'sale' ELSE 'return' END AS line_type,
    lower(to_hex(md5(to_utf8(returned_line)))) AS returned_sale_line_id,
    channel,
    order_id,
    occurrence,
    sale_date,
    product_id,
    product_key,
    category_that_day AS category,
    customer_id,
    customer_key,
    sales_rep_id,
    lower(to_hex(md5(to_utf8(COALESCE(sales_rep_id, 'Unknown'))))) AS sales_rep_key,
    lower(to_hex(md5(to_utf8('IN|' || state_that_day)))) AS geography_id,
    status,
    is_active,
    is_business AS is_b2b,
    fulfilment,
    payment_method,
    COALESCE(currency, 'INR') AS currency,
    quantity,
    CAST(gross_amount AS decimal(18,2)) AS gross_amount,
    discount_amount,
    tax_amount,
    CAST(shipping_amount AS decimal(18,2)) AS shipping_amount,
    net_amount,
    CAST(cost_amount AS decimal(18,2)) AS cost_amount,
    CAST(net_amount - refund_amount - cost_amount AS decimal(18,2)) AS profit_amount,
    refund_amount,
    source_file,
    source_line,
    landing_order
FROM priced
