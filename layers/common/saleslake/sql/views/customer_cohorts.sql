-- Customers by the month of their first order, and how many of them came back. Grain: one cohort in one month.
-- Order: cohort_month, sale_month. In the month of the cohort they are new, later they returned.
CREATE OR REPLACE VIEW customer_cohorts AS
WITH firsts AS (
    SELECT customer_id, MIN(sale_month) AS cohort_month
    FROM rollup_customer_monthly
    WHERE orders > 0
    GROUP BY customer_id
),
active AS (
    SELECT
        firsts.cohort_month,
        sales.sale_month,
        COUNT(DISTINCT sales.customer_id) AS customers,
        SUM(sales.orders) AS orders,
        SUM(sales.revenue) AS revenue
    FROM rollup_customer_monthly AS sales
    INNER JOIN firsts ON firsts.customer_id = sales.customer_id
    WHERE sales.orders > 0
    GROUP BY firsts.cohort_month, sales.sale_month
)
SELECT
    active.cohort_month,
    active.sale_month,
    date_diff('month', active.cohort_month, active.sale_month) AS months_since,
    active.sale_month = active.cohort_month AS is_new,
    active.customers,
    cohort.customers AS cohort_customers,
    CAST(active.customers AS decimal(18,4)) / cohort.customers AS retention,
    active.orders,
    active.revenue
FROM active
INNER JOIN active AS cohort ON cohort.cohort_month = active.cohort_month AND cohort.sale_month = active.cohort_month
