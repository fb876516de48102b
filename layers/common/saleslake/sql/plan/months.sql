-- Months of each fact table that this run changes. Grain: one month of one fact table.
-- Parameters: run id, run id, run id, run id, run id, run id, run id, run id, run id, run id.
-- They are the months of lines this run brings, of lines it replaces, of sales whose returns it brings or
-- replaces (they are counted by the day of the sale), and of lines whose customer or product has another version now
-- than in the release the run builds on, which the published tables still show.
-- Where only the end of a version moved, the days between the old end and the new one are all that changed.
WITH changed_products AS (
    SELECT
        COALESCE(present.product_id, before.product_id) AS product_id,
        CASE
            WHEN present.category = before.category AND present.cost IS NOT DISTINCT FROM before.cost
                THEN LEAST(present.valid_to, before.valid_to)
            ELSE COALESCE(present.valid_from, before.valid_from)
        END AS valid_from,
        COALESCE(GREATEST(present.valid_to, before.valid_to), present.valid_to, before.valid_to) AS valid_to
    FROM dim_product AS present
    FULL OUTER JOIN published.dim_product AS before ON before.product_key = present.product_key
    WHERE present.product_key IS NULL
        OR before.product_key IS NULL
        OR present.category <> before.category
        OR present.cost IS DISTINCT FROM before.cost
        OR present.valid_to <> before.valid_to
),
changed_customers AS (
    SELECT
        COALESCE(present.customer_id, before.customer_id) AS customer_id,
        CASE
            WHEN present.segment = before.segment AND present.state = before.state
                THEN LEAST(present.valid_to, before.valid_to)
            ELSE COALESCE(present.valid_from, before.valid_from)
        END AS valid_from,
        COALESCE(GREATEST(present.valid_to, before.valid_to), present.valid_to, before.valid_to) AS valid_to
    FROM dim_customer AS present
    FULL OUTER JOIN published.dim_customer AS before ON before.customer_key = present.customer_key
    WHERE present.customer_key IS NULL
        OR before.customer_key IS NULL
        OR present.segment <> before.segment
        OR present.state <> before.state
        OR present.valid_to <> before.valid_to
),
sales AS (
    SELECT 'amazon' AS channel, order_id, order_date AS sale_date
    FROM amazon_orders_latest
    WHERE run_id = ?
    UNION
    SELECT 'reps' AS channel, transaction_id AS order_id, transaction_date AS sale_date
    FROM rep_transactions_latest
    WHERE run_id = ?
    UNION
    SELECT 'reps' AS channel, sold.transaction_id AS order_id, sold.transaction_date AS sale_date
    FROM rep_transactions_latest AS refunds
    INNER JOIN rep_transactions_latest AS sold ON sold.transaction_id = refunds.refund_of
    WHERE refunds.run_id = ?
    UNION
    SELECT 'web' AS channel, items.order_id, CAST(orders.ordered_at AS date) AS sale_date
    FROM web_order_items_latest AS items
    INNER JOIN web_orders_latest AS orders ON orders.order_id = items.order_id
    WHERE items.run_id = ? OR orders.run_id = ?
    UNION
    SELECT 'web' AS channel, items.order_id, items.returned_on AS sale_date
    FROM web_order_items_latest AS items
    INNER JOIN web_orders_latest AS orders ON orders.order_id = items.order_id
    WHERE items.returned_on IS NOT NULL AND (items.run_id = ? OR orders.run_id = ?)
),
events AS (
    SELECT event_id, CAST(occurred_at AS date) AS event_date FROM web_events_latest WHERE run_id = ?
),
snapshots AS (
    SELECT snapshot_date FROM inventory_latest WHERE run_id = ?
),
written_reviews AS (
    SELECT review_id, review_date FROM reviews_latest WHERE run_id = ?
),
days AS (
    SELECT 'fact_sales' AS fact, sale_date AS changed_on FROM sales
    UNION
    SELECT 'fact_sales' AS fact, before.sale_date
    FROM published.fact_sales AS before
    INNER JOIN sales ON sales.channel = before.channel AND sales.order_id = before.order_id
    UNION
    SELECT 'fact_sales' AS fact, sold.sale_date
    FROM published.fact_sales AS before
    INNER JOIN sales ON sales.channel = before.channel AND sales.order_id = before.order_id
    INNER JOIN published.fact_sales AS sold ON sold.sale_line_id = before.returned_sale_line_id
    UNION
    SELECT 'fact_sales' AS fact, before.sale_date
    FROM published.fact_sales AS before
    INNER JOIN changed_products AS changed
        ON changed.product_id = before.product_id
        AND changed.valid_from <= before.sale_date AND changed.valid_to > before.sale_date
    UNION
    SELECT 'fact_sales' AS fact, before.sale_date
    FROM published.fact_sales AS before
    INNER JOIN changed_customers AS changed
        ON changed.customer_id = before.customer_id
        AND changed.valid_from <= before.sale_date AND changed.valid_to > before.sale_date
    UNION
    SELECT 'fact_web_events' AS fact, event_date AS changed_on FROM events
    UNION
    SELECT 'fact_web_events' AS fact, before.event_date
    FROM published.fact_web_events AS before
    INNER JOIN events ON events.event_id = before.event_id
    UNION
    SELECT 'fact_web_events' AS fact, before.event_date
    FROM published.fact_web_events AS before
    INNER JOIN changed_products AS changed
        ON changed.product_id = before.product_id
        AND changed.valid_from <= before.event_date AND changed.valid_to > before.event_date
    UNION
    SELECT 'fact_web_events' AS fact, before.event_date
    FROM published.fact_web_events AS before
    INNER JOIN changed_customers AS changed
        ON changed.customer_id = before.customer_id
        AND changed.valid_from <= before.event_date AND changed.valid_to > before.event_date
    UNION
    SELECT 'fact_inventory' AS fact, snapshot_date AS changed_on FROM snapshots
    UNION
    SELECT 'fact_inventory' AS fact, before.snapshot_date
    FROM published.fact_inventory AS before
    INNER JOIN changed_products AS changed
        ON changed.product_id = before.product_id
        AND changed.valid_from <= before.snapshot_date AND changed.valid_to > before.snapshot_date
    UNION
    SELECT 'fact_reviews' AS fact, review_date AS changed_on FROM written_reviews
    UNION
    SELECT 'fact_reviews' AS fact, before.review_date
    FROM published.fact_reviews AS before
    INNER JOIN written_reviews ON written_reviews.review_id = before.review_id
    UNION
    SELECT 'fact_reviews' AS fact, before.review_date
    FROM published.fact_reviews AS before
    INNER JOIN changed_products AS changed
        ON changed.product_id = before.product_id
        AND changed.valid_from <= before.review_date AND changed.valid_to > before.review_date
    UNION
    SELECT 'fact_reviews' AS fact, before.review_date
    FROM published.fact_reviews AS before
    INNER JOIN changed_customers AS changed
        ON changed.customer_id = before.customer_id
        AND changed.valid_from <= before.review_date AND changed.valid_to > before.review_date
)
SELECT DISTINCT fact, date_format(changed_on, '%Y-%m') AS changed_month
FROM days
