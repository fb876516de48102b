-- Orders that hold a product, or two products together. Grain: sale_month, product_id, other_product_id.
-- Parameters: first day, day after the last.
DELETE FROM rollup_baskets_monthly
WHERE sale_month >= ? AND sale_month < ?;

-- Parameters: first day, day after the last.
INSERT INTO rollup_baskets_monthly
WITH basket_lines AS (
    SELECT DISTINCT date_trunc('month', sale_date) AS sale_month, channel, order_id, product_id
    FROM fact_sales
    WHERE is_active AND sale_date >= ? AND sale_date < ?
)
SELECT sale_month, CAST(NULL AS varchar) AS product_id, CAST(NULL AS varchar) AS other_product_id, COUNT(*) AS baskets
FROM (SELECT DISTINCT sale_month, channel, order_id FROM basket_lines) AS orders
GROUP BY sale_month
UNION ALL
SELECT sale_month, product_id, CAST(NULL AS varchar) AS other_product_id, COUNT(*) AS baskets
FROM basket_lines
GROUP BY sale_month, product_id
UNION ALL
SELECT first_line.sale_month, first_line.product_id, second_line.product_id AS other_product_id, COUNT(*) AS baskets
FROM basket_lines AS first_line
INNER JOIN basket_lines AS second_line
    ON second_line.sale_month = first_line.sale_month
    AND second_line.channel = first_line.channel
    AND second_line.order_id = first_line.order_id
    AND second_line.product_id > first_line.product_id
GROUP BY first_line.sale_month, first_line.product_id, second_line.product_id
