-- What buyers say of products. Grain: one review. Parameter: the table's folder in S3.
-- By month, as the sales they are read beside.
CREATE TABLE fact_reviews (
    review_id string COMMENT 'The review as the shop names it',
    review_date date COMMENT 'Day it was written: dim_date',
    product_id string COMMENT 'The product it is about',
    product_key string COMMENT 'The product as it was that day: dim_product',
    customer_id string COMMENT 'Who wrote it',
    customer_key string COMMENT 'The customer as they were that day: dim_customer',
    rating int COMMENT 'Stars, 1 to 5',
    is_verified boolean COMMENT 'Whether the shop knows that the writer bought the product',
    review_text string COMMENT 'The text as written',
    source_file string COMMENT 'File the review was read from, by content hash',
    source_line bigint COMMENT 'Line or record in that file',
    landing_order string COMMENT 'Order of truth: of two files, the greater one wins'
)
PARTITIONED BY (month(review_date))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
