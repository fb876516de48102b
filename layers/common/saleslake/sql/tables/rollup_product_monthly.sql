-- What each product sold and cost. Grain: sale_month, channel, product_id, category.
-- Parameter: the table's folder in S3. By month, as fact_sales.
CREATE TABLE rollup_product_monthly (
    sale_month date COMMENT 'First day of the month',
    channel string COMMENT 'amazon, web or reps',
    product_id string COMMENT 'The product: dim_product',
    category string COMMENT 'Its category when it was sold; Unknown when none was delivered',
    revenue decimal(38,2) COMMENT 'Net amount of active lines, before refunds',
    refunds decimal(38,2) COMMENT 'Money given back in this month',
    cost decimal(38,2) COMMENT 'Cost of active lines whose product has one',
    costed_revenue decimal(38,2) COMMENT 'Revenue of active lines whose product has a cost',
    lines bigint COMMENT 'Active lines',
    units bigint COMMENT 'Units of active lines',
    cancelled_lines bigint COMMENT 'Sold lines that are not active',
    returned_units bigint COMMENT 'Units that came back in this month'
)
PARTITIONED BY (month(sale_month))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
