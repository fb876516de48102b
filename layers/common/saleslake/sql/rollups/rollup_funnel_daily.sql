-- How far visitors of the web shop got: sessions that reached each step, in order. Grain: event_date, device.
-- Parameters: first day, day after the last.
DELETE FROM rollup_funnel_daily
WHERE event_date >= ? AND event_date < ?;

-- Of each session the first look at a product, then the first cart after it, the first checkout after that, the first
-- purchase after that: whoever reached a step at all in order, reached it this way.
-- Parameters: first day, day after the last.
INSERT INTO rollup_funnel_daily
WITH viewed AS (
    SELECT
        event_date,
        device,
        session_id,
        event_type,
        occurred_at,
        MIN(CASE WHEN event_type = 'product_view' THEN occurred_at END)
            OVER (PARTITION BY event_date, device, session_id) AS viewed_at
    FROM fact_web_events
    WHERE event_date >= ? AND event_date < ?
),
carted AS (
    SELECT
        viewed.*,
        MIN(CASE WHEN event_type = 'add_to_cart' AND occurred_at > viewed_at THEN occurred_at END)
            OVER (PARTITION BY event_date, device, session_id) AS carted_at
    FROM viewed
),
checked_out AS (
    SELECT
        carted.*,
        MIN(CASE WHEN event_type = 'checkout' AND occurred_at > carted_at THEN occurred_at END)
            OVER (PARTITION BY event_date, device, session_id) AS checked_out_at
    FROM carted
),
sessions AS (
    SELECT
        event_date,
        device,
        session_id,
        MIN(viewed_at) AS viewed_at,
        MIN(carted_at) AS carted_at,
        MIN(checked_out_at) AS checked_out_at,
        MIN(CASE WHEN event_type = 'purchase' AND occurred_at > checked_out_at THEN occurred_at END) AS bought_at
    FROM checked_out
    GROUP BY event_date, device, session_id
)
SELECT
    event_date,
    device,
    COUNT(*) AS visits,
    COUNT(viewed_at) AS product_views,
    COUNT(carted_at) AS carts,
    COUNT(checked_out_at) AS checkouts,
    COUNT(bought_at) AS purchases
FROM sessions
GROUP BY event_date, device
