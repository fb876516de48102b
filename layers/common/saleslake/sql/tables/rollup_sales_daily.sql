-- Sales by day and the API's dimensions. Grain: sale_date, channel, state, category, fulfilment, is_b2b.
-- Parameter: the table's folder in S3. By month, as fact_sales: a run replaces whole months.
CREATE TABLE rollup_sales_daily (
    sale_date date COMMENT 'The day the order was placed, in the time zone of the seller',
    channel string COMMENT 'amazon, web or reps',
    state string COMMENT 'Canonical state name; Unknown when none was delivered',
    category string COMMENT 'Product category; Unknown when none was delivered',
    fulfilment string COMMENT 'Amazon or Merchant; empty for other channels',
    is_b2b boolean COMMENT 'Sold to a business',
    revenue decimal(38,2) COMMENT 'Net amount of active lines, before refunds',
    lines bigint COMMENT 'Active lines',
    units bigint COMMENT 'Units of active lines',
    cancelled_lines bigint COMMENT 'Lines that are not active',
    all_lines bigint COMMENT 'Active and cancelled lines'
)
PARTITIONED BY (month(sale_date))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
