-- How many customers are loyal, new, slipping away, and what they are worth. Grain: one RFM segment.
-- Order: lifetime_value DESC. Segments are those of customer_ltv.
CREATE OR REPLACE VIEW customer_segments AS
SELECT
    rfm_segment,
    COUNT(*) AS customers,
    CAST(COUNT(*) AS decimal(18,4)) / SUM(COUNT(*)) OVER () AS share_of_customers,
    SUM(orders) AS orders,
    SUM(revenue) AS revenue,
    SUM(refunds) AS refunds,
    SUM(lifetime_value) AS lifetime_value,
    SUM(lifetime_value) / COUNT(*) AS average_lifetime_value,
    SUM(revenue) / SUM(orders) AS average_order_value,
    CAST(SUM(recency_days) AS decimal(18,1)) / COUNT(*) AS average_recency_days,
    SUM(recency_score) AS recency_scores,
    SUM(frequency_score) AS frequency_scores,
    SUM(monetary_score) AS monetary_scores
FROM customer_ltv
GROUP BY rfm_segment
