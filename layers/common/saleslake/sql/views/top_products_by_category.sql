-- The ten products of each category that sold most. Grain: one product in one category, as it was when it was sold.
-- Order: category, category_rank.
CREATE OR REPLACE VIEW top_products_by_category AS
WITH sales AS (
    SELECT
        category,
        product_id,
        SUM(revenue) AS revenue,
        SUM(units) AS units,
        SUM(lines) AS lines
    FROM rollup_product_monthly
    GROUP BY category, product_id
    HAVING SUM(lines) > 0
),
ranked AS (
    SELECT
        sales.*,
        ROW_NUMBER() OVER (PARTITION BY category ORDER BY revenue DESC, product_id) AS category_rank,
        CAST(SUM(revenue) OVER (PARTITION BY category) AS decimal(38,2)) AS category_revenue
    FROM sales
)
SELECT
    ranked.category,
    ranked.category_rank,
    ranked.product_id,
    dim_product.name,
    ranked.revenue,
    ranked.units,
    ranked.lines,
    CAST(ranked.revenue AS decimal(34,4)) / NULLIF(ranked.category_revenue, 0) AS share_of_category
FROM ranked
INNER JOIN dim_product ON dim_product.product_id = ranked.product_id AND dim_product.is_current
WHERE ranked.category_rank <= 10
