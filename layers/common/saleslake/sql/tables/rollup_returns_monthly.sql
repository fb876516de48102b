-- What came back of what was sold in a month, whenever it did. Grain: sale_month, channel, product_id, category.
-- Parameter: the table's folder in S3. By month of the sale, as fact_sales.
CREATE TABLE rollup_returns_monthly (
    sale_month date COMMENT 'First day of the month of the sale',
    channel string COMMENT 'amazon, web or reps; Amazon reports returns only as a status, not here',
    product_id string COMMENT 'The product: dim_product',
    category string COMMENT 'Its category when it was sold; Unknown when none was delivered',
    lines bigint COMMENT 'Active lines sold',
    units bigint COMMENT 'Units of these lines',
    revenue decimal(38,2) COMMENT 'Net amount of these lines',
    returned_lines bigint COMMENT 'Of these lines, those of which something came back or was refunded',
    returned_units bigint COMMENT 'Units of these lines that came back',
    refunds decimal(38,2) COMMENT 'Money given back for these lines'
)
PARTITIONED BY (month(sale_month))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
