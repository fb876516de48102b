-- What buyers say of products. Grain: one review.
-- Parameters: first day, day after the last.
-- Whole months are written anew from the latest reviews, each with its customer and product as they were that day.
DELETE FROM fact_reviews
WHERE review_date >= ? AND review_date < ?;

-- Parameters: first day, day after the last.
INSERT INTO fact_reviews
SELECT
    reviews_latest.review_id,
    reviews_latest.review_date,
    reviews_latest.product_id,
    dim_product.product_key,
    reviews_latest.customer_id,
    dim_customer.customer_key,
    reviews_latest.rating,
    reviews_latest.is_verified,
    reviews_latest.review_text,
    reviews_latest.file_id AS source_file,
    reviews_latest.line_number AS source_line,
    reviews_latest.landing_order
FROM reviews_latest
INNER JOIN dim_product
    ON dim_product.product_id = reviews_latest.product_id
    AND dim_product.valid_from <= reviews_latest.review_date AND dim_product.valid_to > reviews_latest.review_date
INNER JOIN dim_customer
    ON dim_customer.customer_id = reviews_latest.customer_id
    AND dim_customer.valid_from <= reviews_latest.review_date AND dim_customer.valid_to > reviews_latest.review_date
WHERE reviews_latest.review_date >= ? AND reviews_latest.review_date < ?
