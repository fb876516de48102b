-- What each product earns, and which few make most of the revenue (Pareto, ABC). Grain: one product with revenue.
-- Order: revenue_rank, product_id.
-- A: products that together make the first 80 % of revenue, B: up to 95 %, C: the rest.
CREATE OR REPLACE VIEW product_profitability AS
WITH sales AS (
    SELECT
        product_id,
        SUM(revenue) AS revenue,
        SUM(refunds) AS refunds,
        SUM(cost) AS cost,
        SUM(costed_revenue) AS costed_revenue
    FROM rollup_product_monthly
    GROUP BY product_id
    HAVING SUM(revenue) > 0
),
ranked AS (
    SELECT
        sales.*,
        ROW_NUMBER() OVER (ORDER BY revenue DESC, product_id) AS revenue_rank,
        CAST(SUM(revenue) OVER () AS decimal(38,2)) AS revenue_of_all,
        CAST(SUM(revenue) OVER (
            ORDER BY revenue DESC, product_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS decimal(38,2)) AS revenue_up_to
    FROM sales
)
SELECT
    ranked.product_id,
    dim_product.name,
    dim_product.category,
    ranked.revenue,
    ranked.refunds,
    ranked.cost,
    ranked.costed_revenue - ranked.cost - ranked.refunds AS profit,
    CAST(ranked.costed_revenue - ranked.cost - ranked.refunds AS decimal(34,4)) / NULLIF(ranked.costed_revenue, 0)
        AS profit_margin,
    ranked.revenue_rank,
    CAST(ranked.revenue AS decimal(34,4)) / ranked.revenue_of_all AS revenue_share,
    CAST(ranked.revenue_up_to AS decimal(34,4)) / ranked.revenue_of_all AS cumulative_share,
    CASE
        WHEN (ranked.revenue_up_to - ranked.revenue) * 100 < ranked.revenue_of_all * 80 THEN 'A'
        WHEN (ranked.revenue_up_to - ranked.revenue) * 100 < ranked.revenue_of_all * 95 THEN 'B'
        ELSE 'C'
    END AS abc_class
FROM ranked
INNER JOIN dim_product ON dim_product.product_id = ranked.product_id AND dim_product.is_current
