-- Products that were in one order together, beside what chance would have it. Grain: one product beside another.
-- Order: orders_together DESC, product_id, other_product_id. Each pair is there both ways: confidence has a direction.
CREATE OR REPLACE VIEW product_pairs AS
WITH orders AS (
    SELECT SUM(baskets) AS baskets FROM rollup_baskets_monthly WHERE product_id IS NULL
),
products AS (
    SELECT product_id, SUM(baskets) AS baskets
    FROM rollup_baskets_monthly
    WHERE product_id IS NOT NULL AND other_product_id IS NULL
    GROUP BY product_id
),
pairs AS (
    SELECT product_id, other_product_id, SUM(baskets) AS baskets
    FROM rollup_baskets_monthly
    WHERE other_product_id IS NOT NULL
    GROUP BY product_id, other_product_id
),
both_ways AS (
    SELECT product_id, other_product_id, baskets FROM pairs
    UNION ALL
    SELECT other_product_id AS product_id, product_id AS other_product_id, baskets FROM pairs
)
SELECT
    both_ways.product_id,
    both_ways.other_product_id,
    both_ways.baskets AS orders_together,
    product.baskets AS orders_with_product,
    other.baskets AS orders_with_other,
    CAST(both_ways.baskets AS decimal(18,6)) / NULLIF(orders.baskets, 0) AS support,
    CAST(both_ways.baskets AS decimal(18,6)) / NULLIF(product.baskets, 0) AS confidence,
    CAST(both_ways.baskets * orders.baskets AS decimal(28,6)) / NULLIF(product.baskets * other.baskets, 0) AS lift
FROM both_ways
INNER JOIN products AS product ON product.product_id = both_ways.product_id
INNER JOIN products AS other ON other.product_id = both_ways.other_product_id
CROSS JOIN orders
