-- The sold lines of every channel. Grain: one sold line. Parameter: the table's folder in S3.
-- By month of sale: runs replace and readers ask for months, and ten years stay a few hundred partitions.
CREATE TABLE fact_sales (
    sale_line_id string COMMENT 'Deterministic hash of channel and key of the line in its source',
    channel string COMMENT 'amazon, web or reps',
    order_id string COMMENT 'The order as its channel names it',
    occurrence int COMMENT 'Nth line of the same product in the same order, from 1',
    sale_date date COMMENT 'The day the order was placed, in the time zone of the seller',
    product_id string COMMENT 'The product sold; for Amazon the SKU',
    category string COMMENT 'Product category as delivered',
    customer_id string COMMENT 'Who bought; unknown for Amazon',
    sales_rep_id string COMMENT 'Who sold; only for the channel reps',
    geography_id string COMMENT 'Where it was shipped: dim_geography',
    status string COMMENT 'Order status as delivered',
    is_active boolean COMMENT 'False for cancelled lines; revenue counts active lines only',
    is_b2b boolean COMMENT 'Sold to a business',
    fulfilment string COMMENT 'Amazon or Merchant; empty for other channels',
    currency string COMMENT 'The reporting currency',
    quantity int COMMENT 'Units sold',
    gross_amount decimal(18,2) COMMENT 'Before discount, tax and shipping',
    discount_amount decimal(18,2) COMMENT 'Taken off the gross amount',
    tax_amount decimal(18,2) COMMENT 'Tax on the line',
    shipping_amount decimal(18,2) COMMENT 'Shipping charged on the line',
    net_amount decimal(18,2) COMMENT 'What revenue adds up: without tax and shipping, 0 where none was delivered',
    cost_amount decimal(18,2) COMMENT 'Cost of the goods',
    profit_amount decimal(18,2) COMMENT 'Net amount less cost',
    source_file string COMMENT 'File the line was read from, by content hash',
    source_line bigint COMMENT 'Physical line in that file, header is line 1',
    landing_order string COMMENT 'Order of truth: of two files, the greater one wins',
    run_id string COMMENT 'The run that wrote the line'
)
PARTITIONED BY (month(sale_date))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
