-- What each known customer bought. Grain: sale_month, channel, customer_id.
-- Parameter: the table's folder in S3. By month, as fact_sales. Lifetime value, RFM and cohorts follow from it.
CREATE TABLE rollup_customer_monthly (
    sale_month date COMMENT 'First day of the month',
    channel string COMMENT 'web or reps: Amazon names no customers',
    customer_id string COMMENT 'The customer: dim_customer',
    first_sale_date date COMMENT 'First day of an active line in this month',
    last_sale_date date COMMENT 'Last day of an active line in this month',
    orders bigint COMMENT 'Orders with an active line. An order has one customer and one day, so these add up',
    lines bigint COMMENT 'Active lines',
    units bigint COMMENT 'Units of active lines',
    revenue decimal(38,2) COMMENT 'Net amount of active lines, before refunds',
    refunds decimal(38,2) COMMENT 'Money given back in this month',
    cost decimal(38,2) COMMENT 'Cost of active lines whose product has one',
    costed_revenue decimal(38,2) COMMENT 'Revenue of active lines whose product has a cost'
)
PARTITIONED BY (month(sale_month))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
