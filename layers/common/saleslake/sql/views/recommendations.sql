-- What is bought together with a product more often than chance has it. Grain: one product beside another.
-- Order: product_id, recommendation_rank. Pairs of at least 3 orders and a lift above 1, at most ten for a product.
CREATE OR REPLACE VIEW recommendations AS
WITH ranked AS (
    SELECT
        product_pairs.*,
        ROW_NUMBER() OVER (
            PARTITION BY product_id ORDER BY confidence DESC, lift DESC, other_product_id
        ) AS recommendation_rank
    FROM product_pairs
    WHERE orders_together >= 3 AND lift > 1
)
SELECT
    ranked.product_id,
    ranked.recommendation_rank,
    ranked.other_product_id AS recommended_product_id,
    dim_product.name AS recommended_name,
    ranked.orders_together,
    ranked.orders_with_product,
    ranked.support,
    ranked.confidence,
    ranked.lift
FROM ranked
INNER JOIN dim_product ON dim_product.product_id = ranked.other_product_id AND dim_product.is_current
WHERE ranked.recommendation_rank <= 10
