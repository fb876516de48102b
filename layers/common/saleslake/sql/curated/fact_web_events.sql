-- What visitors did in the web shop. Grain: one event.
-- Parameters: first day, day after the last.
-- Whole months are written anew from the latest events, each with its customer and product as they were that day.
DELETE FROM fact_web_events
WHERE event_date >= ? AND event_date < ?;

-- Parameters: first day, day after the last.
INSERT INTO fact_web_events
WITH events AS (
    SELECT web_events_latest.*, CAST(occurred_at AS date) AS event_date
    FROM web_events_latest
)
SELECT
    events.event_id,
    events.event_date,
    events.occurred_at,
    events.session_id,
    events.customer_id,
    dim_customer.customer_key,
    events.event_type,
    events.page,
    events.product_id,
    dim_product.product_key,
    events.order_id,
    events.device,
    events.referrer,
    events.file_id AS source_file,
    events.line_number AS source_line,
    events.landing_order
FROM events
INNER JOIN dim_customer
    ON dim_customer.customer_id = COALESCE(events.customer_id, 'Unknown')
    AND dim_customer.valid_from <= events.event_date AND dim_customer.valid_to > events.event_date
INNER JOIN dim_product
    ON dim_product.product_id = COALESCE(events.product_id, 'Unknown')
    AND dim_product.valid_from <= events.event_date AND dim_product.valid_to > events.event_date
WHERE events.event_date >= ? AND events.event_date < ?
