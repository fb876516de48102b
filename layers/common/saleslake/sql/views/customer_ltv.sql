-- What each customer has been worth, with recency, frequency and monetary scores. Grain: one customer with an order.
-- Order: lifetime_value DESC, customer_id.
-- Scores have the fixed cut points of metrics.yaml: they mean the same next month.
CREATE OR REPLACE VIEW customer_ltv AS
WITH last_day AS (
    SELECT MAX(sale_date) AS as_of FROM rollup_sales_daily WHERE lines > 0
),
customers AS (
    SELECT
        customer_id,
        MIN(first_sale_date) AS first_sale_date,
        MAX(last_sale_date) AS last_sale_date,
        SUM(orders) AS orders,
        SUM(units) AS units,
        SUM(revenue) AS revenue,
        SUM(refunds) AS refunds,
        SUM(revenue) - SUM(refunds) AS lifetime_value,
        SUM(costed_revenue) - SUM(cost) - SUM(refunds) AS profit
    FROM rollup_customer_monthly
    GROUP BY customer_id
    HAVING SUM(orders) > 0
),
measured AS (
    SELECT
        customers.*,
        date_diff('day', customers.last_sale_date, last_day.as_of) AS recency_days
    FROM customers
    CROSS JOIN last_day
),
scored AS (
    SELECT
        measured.*,
        CASE
            WHEN recency_days <= 30 THEN 5 WHEN recency_days <= 90 THEN 4 WHEN recency_days <= 180 THEN 3
            WHEN recency_days <= 365 THEN 2 ELSE 1
        END AS recency_score,
        CASE WHEN orders >= 10 THEN 5 WHEN orders >= 5 THEN 4 WHEN orders >= 3 THEN 3 WHEN orders >= 2 THEN 2 ELSE 1 END
            AS frequency_score,
        CASE
            WHEN revenue >= 100000 THEN 5 WHEN revenue >= 20000 THEN 4 WHEN revenue >= 5000 THEN 3
            WHEN revenue >= 1000 THEN 2 ELSE 1
        END AS monetary_score
    FROM measured
)
SELECT
    scored.customer_id,
    dim_customer.segment,
    dim_customer.region,
    dim_customer.state,
    date_trunc('month', scored.first_sale_date) AS cohort_month,
    scored.first_sale_date,
    scored.last_sale_date,
    scored.orders,
    scored.units,
    scored.revenue,
    scored.refunds,
    scored.lifetime_value,
    scored.profit,
    scored.revenue / scored.orders AS average_order_value,
    scored.recency_days,
    scored.recency_score,
    scored.frequency_score,
    scored.monetary_score,
    CASE
        WHEN recency_score >= 4 AND frequency_score >= 4 THEN 'champions'
        WHEN recency_score >= 3 AND frequency_score >= 3 THEN 'loyal'
        WHEN recency_score >= 4 THEN 'new'
        WHEN frequency_score >= 3 THEN 'at_risk'
        WHEN recency_score <= 2 THEN 'hibernating'
        ELSE 'occasional'
    END AS rfm_segment
FROM scored
INNER JOIN dim_customer ON dim_customer.customer_id = scored.customer_id AND dim_customer.is_current
