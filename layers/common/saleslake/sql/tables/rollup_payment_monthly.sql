-- How buyers paid. Grain: sale_month, channel, payment_method.
-- Parameter: the table's folder in S3. By month, as fact_sales.
CREATE TABLE rollup_payment_monthly (
    sale_month date COMMENT 'First day of the month',
    channel string COMMENT 'web or reps: Amazon does not say how its buyers paid',
    payment_method string COMMENT 'How it was paid',
    orders bigint COMMENT 'Orders with an active line. An order has one payment method and one day, so these add up',
    cancelled_orders bigint COMMENT 'Orders without an active line; they add up as well',
    lines bigint COMMENT 'Active lines',
    units bigint COMMENT 'Units of active lines',
    revenue decimal(38,2) COMMENT 'Net amount of active lines, before refunds',
    refunds decimal(38,2) COMMENT 'Money given back in this month'
)
PARTITIONED BY (month(sale_month))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
