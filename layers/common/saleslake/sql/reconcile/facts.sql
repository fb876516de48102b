-- What the latest delivered rows hold, beside what the fact table has of them: they must agree.
-- Grain: one channel of one fact table.
-- Money: net and refund of each line, and shipping. Web lines without their order wait for it outside the fact table.
WITH web AS (
    SELECT
        items.*,
        orders.order_id AS known_order
    FROM web_order_items_latest AS items
    LEFT JOIN web_orders_latest AS orders ON orders.order_id = items.order_id
),
expected AS (
    SELECT
        'fact_sales' AS fact, 'amazon' AS part, COUNT(*) AS lines, COALESCE(SUM(amount), DECIMAL '0.00') AS amount
    FROM amazon_orders_latest
    UNION ALL
    SELECT
        'fact_sales', 'reps', COUNT(*),
        COALESCE(SUM(CASE WHEN refund_of IS NULL OR status <> 'cancelled' THEN total_amount END), DECIMAL '0.00')
    FROM rep_transactions_latest
    UNION ALL
    SELECT 'fact_sales', 'web sales', COUNT(*), COALESCE(SUM(total_amount), DECIMAL '0.00')
    FROM web
    WHERE known_order IS NOT NULL
    UNION ALL
    SELECT 'fact_sales', 'web returns', COUNT(*), COALESCE(SUM(refund_amount), DECIMAL '0.00')
    FROM web
    WHERE known_order IS NOT NULL AND returned_quantity > 0 AND returned_on IS NOT NULL
    UNION ALL
    SELECT 'fact_sales', 'web shipping', COUNT(*), COALESCE(SUM(shipping_amount), DECIMAL '0.00')
    FROM web_orders_latest
    WHERE order_id IN (SELECT order_id FROM web_order_items_latest)
    UNION ALL
    SELECT 'fact_web_events', 'all', COUNT(*), DECIMAL '0.00' FROM web_events_latest
    UNION ALL
    SELECT 'fact_inventory', 'all', COUNT(*), DECIMAL '0.00' FROM inventory_latest
    UNION ALL
    SELECT 'fact_reviews', 'all', COUNT(*), DECIMAL '0.00' FROM reviews_latest
),
parts AS (
    SELECT
        CASE channel || ' ' || line_type
            WHEN 'web sale' THEN 'web sales'
            WHEN 'web return' THEN 'web returns'
            ELSE channel
        END AS part,
        net_amount,
        refund_amount
    FROM fact_sales
),
found AS (
    SELECT 'fact_sales' AS fact, part, COUNT(*) AS lines, SUM(net_amount) + SUM(refund_amount) AS amount
    FROM parts
    GROUP BY part
    UNION ALL
    SELECT 'fact_sales', 'web shipping', COUNT(DISTINCT order_id), COALESCE(SUM(shipping_amount), DECIMAL '0.00')
    FROM fact_sales
    WHERE channel = 'web' AND line_type = 'sale'
    UNION ALL
    SELECT 'fact_web_events', 'all', COUNT(*), DECIMAL '0.00' FROM fact_web_events
    UNION ALL
    SELECT 'fact_inventory', 'all', COUNT(*), DECIMAL '0.00' FROM fact_inventory
    UNION ALL
    SELECT 'fact_reviews', 'all', COUNT(*), DECIMAL '0.00' FROM fact_reviews
)
SELECT
    expected.fact,
    expected.part,
    expected.lines AS expected_lines,
    expected.amount AS expected_amount,
    COALESCE(found.lines, 0) AS found_lines,
    COALESCE(found.amount, DECIMAL '0.00') AS found_amount
FROM expected
LEFT JOIN found ON found.fact = expected.fact AND found.part = expected.part
