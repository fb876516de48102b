-- Sessions of the web shop that reached each step, in order. Grain: one step of one device, or of 'all'.
-- Order: device, step_number. A session has one device, so the devices add up.
CREATE OR REPLACE VIEW conversion_funnel AS
WITH devices AS (
    SELECT
        CASE WHEN GROUPING(device) = 1 THEN 'all' ELSE device END AS device,
        ARRAY[SUM(visits), SUM(product_views), SUM(carts), SUM(checkouts), SUM(purchases)] AS reached
    FROM rollup_funnel_daily
    GROUP BY GROUPING SETS ((device), ())
),
steps (step_number, step) AS (
    VALUES (1, 'visit'), (2, 'product_view'), (3, 'add_to_cart'), (4, 'checkout'), (5, 'purchase')
)
SELECT
    devices.device,
    steps.step_number,
    steps.step,
    devices.reached[steps.step_number] AS sessions,
    CAST(devices.reached[steps.step_number] AS decimal(18,4)) / NULLIF(devices.reached[1], 0) AS share_of_visits,
    CAST(devices.reached[steps.step_number] AS decimal(18,4))
        / NULLIF(devices.reached[GREATEST(steps.step_number - 1, 1)], 0) AS share_of_step_before
FROM devices
CROSS JOIN steps
