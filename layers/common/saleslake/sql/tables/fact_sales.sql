-- What every channel sold and took back. Grain: one sold line, or what came back of one.
-- Parameter: the table's folder in S3.
-- By month of sale: runs replace and readers ask for months, and ten years stay a few hundred partitions.
CREATE TABLE fact_sales (
    sale_line_id string COMMENT 'Deterministic hash of channel and key of the line in its source',
    line_type string COMMENT 'sale, or return for what came back or was refunded of a sale',
    returned_sale_line_id string COMMENT 'Of a return: the line that was sold; empty on sales',
    channel string COMMENT 'amazon, web or reps: dim_channel',
    order_id string COMMENT 'The order as its channel names it; for reps the transaction',
    occurrence int COMMENT 'Which line of the order: for web its item number, for Amazon the nth of one SKU',
    sale_date date COMMENT 'Day of the sale; of a return, the day it came back: dim_date',
    product_id string COMMENT 'The product sold; for Amazon the SKU',
    product_key string COMMENT 'The product as it was that day: dim_product',
    category string COMMENT 'Product category that day; for Amazon as delivered with the line',
    customer_id string COMMENT 'Who bought; empty for Amazon and guests',
    customer_key string COMMENT 'The customer as they were that day: dim_customer',
    sales_rep_id string COMMENT 'Who sold; only for the channel reps',
    sales_rep_key string COMMENT 'Who sold: dim_sales_rep',
    geography_id string COMMENT 'Where it was shipped; for reps where the customer lived: dim_geography',
    status string COMMENT 'Order status as delivered',
    is_active boolean COMMENT 'A sale that was not cancelled; revenue counts active lines only',
    is_b2b boolean COMMENT 'Sold to a business',
    fulfilment string COMMENT 'Amazon or Merchant; empty for other channels',
    payment_method string COMMENT 'How it was paid; empty for Amazon',
    currency string COMMENT 'The reporting currency',
    quantity int COMMENT 'Units sold; of a return, units that came back',
    gross_amount decimal(18,2) COMMENT 'Before discount, tax and shipping; 0 on returns',
    discount_amount decimal(18,2) COMMENT 'Taken off the gross amount',
    tax_amount decimal(18,2) COMMENT 'Tax on the line',
    shipping_amount decimal(18,2) COMMENT 'The line''s share of what shipping cost the buyer',
    net_amount decimal(18,2) COMMENT 'What revenue adds up: without tax and shipping, 0 where none was delivered',
    cost_amount decimal(18,2) COMMENT 'Cost of the goods that day; empty where the product has none',
    profit_amount decimal(18,2) COMMENT 'Net amount less cost; of a return, less the refund',
    refund_amount decimal(18,2) COMMENT 'Given back to the buyer; 0 on sales',
    source_file string COMMENT 'File the line was read from, by content hash',
    source_line bigint COMMENT 'Physical line in that file, header is line 1',
    landing_order string COMMENT 'Order of truth: of two files, the greater one wins'
)
PARTITIONED BY (month(sale_date))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
