-- What each product sold, what came back of it, what buyers say of it. Grain: one product that was sold.
-- Order: revenue_rank, product_id.
CREATE OR REPLACE VIEW product_performance AS
WITH sales AS (
    SELECT
        product_id,
        SUM(revenue) AS revenue,
        SUM(refunds) AS refunds,
        SUM(lines) AS lines,
        SUM(units) AS units
    FROM rollup_product_monthly
    GROUP BY product_id
),
orders AS (
    SELECT product_id, SUM(baskets) AS orders
    FROM rollup_baskets_monthly
    WHERE product_id IS NOT NULL AND other_product_id IS NULL
    GROUP BY product_id
),
returns AS (
    SELECT product_id, SUM(units) AS sold_units, SUM(returned_units) AS returned_units
    FROM rollup_returns_monthly
    GROUP BY product_id
),
opinions AS (
    SELECT
        product_id,
        COUNT(*) AS reviews,
        CAST(SUM(rating) AS decimal(18,2)) / COUNT(*) AS average_rating
    FROM fact_reviews
    GROUP BY product_id
)
SELECT
    sales.product_id,
    dim_product.name,
    dim_product.category,
    dim_product.subcategory,
    dim_product.brand,
    sales.revenue,
    RANK() OVER (ORDER BY sales.revenue DESC) AS revenue_rank,
    sales.refunds,
    COALESCE(orders.orders, 0) AS orders,
    sales.lines,
    sales.units,
    sales.revenue / NULLIF(sales.units, 0) AS average_price,
    COALESCE(returns.returned_units, 0) AS returned_units,
    CAST(returns.returned_units AS decimal(18,4)) / NULLIF(returns.sold_units, 0) AS return_rate,
    COALESCE(opinions.reviews, 0) AS reviews,
    opinions.average_rating
FROM sales
INNER JOIN dim_product ON dim_product.product_id = sales.product_id AND dim_product.is_current
LEFT JOIN orders ON orders.product_id = sales.product_id
LEFT JOIN returns ON returns.product_id = sales.product_id
LEFT JOIN opinions ON opinions.product_id = sales.product_id
