-- How buyers pay. Grain: one payment method of one channel. Amazon does not say how its buyers paid.
-- Order: channel, revenue DESC, payment_method.
CREATE OR REPLACE VIEW payment_methods AS
WITH methods AS (
    SELECT
        channel,
        payment_method,
        SUM(orders) AS orders,
        SUM(cancelled_orders) AS cancelled_orders,
        SUM(revenue) AS revenue,
        SUM(refunds) AS refunds
    FROM rollup_payment_monthly
    GROUP BY channel, payment_method
)
SELECT
    channel,
    payment_method,
    orders,
    revenue,
    refunds,
    revenue / NULLIF(orders, 0) AS average_order_value,
    CAST(orders AS decimal(18,4)) / NULLIF(SUM(orders) OVER (PARTITION BY channel), 0) AS share_of_orders,
    CAST(revenue AS decimal(34,4)) / NULLIF(CAST(SUM(revenue) OVER (PARTITION BY channel) AS decimal(38,2)), 0)
        AS share_of_revenue,
    CAST(cancelled_orders AS decimal(18,4)) / NULLIF(orders + cancelled_orders, 0) AS order_cancellation_rate
FROM methods
