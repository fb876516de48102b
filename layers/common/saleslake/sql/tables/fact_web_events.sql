-- What visitors did in the web shop. Grain: one event. Parameter: the table's folder in S3.
-- By month: funnels ask for weeks and months, and a day of a small shop would be a file of a few kilobytes.
CREATE TABLE fact_web_events (
    event_id string COMMENT 'The event as the shop names it',
    event_date date COMMENT 'Day of the event (UTC): dim_date',
    occurred_at timestamp COMMENT 'When it happened (UTC)',
    session_id string COMMENT 'The visit it belongs to',
    customer_id string COMMENT 'Who did it; empty for anonymous visitors',
    customer_key string COMMENT 'The customer as they were that day: dim_customer',
    event_type string COMMENT 'page_view, product_view, search, add_to_cart, checkout, purchase and others',
    page string COMMENT 'Path of the page',
    product_id string COMMENT 'The product it is about, if any',
    product_key string COMMENT 'The product as it was that day: dim_product',
    order_id string COMMENT 'The order a purchase belongs to',
    device string COMMENT 'desktop, mobile or tablet',
    referrer string COMMENT 'Where the visitor came from',
    source_file string COMMENT 'File the event was read from, by content hash',
    source_line bigint COMMENT 'Line or record in that file',
    landing_order string COMMENT 'Order of truth: of two files, the greater one wins'
)
PARTITIONED BY (month(event_date))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
