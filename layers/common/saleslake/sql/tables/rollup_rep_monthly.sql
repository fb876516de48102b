-- What each sales representative sold. Grain: sale_month, sales_rep_id.
-- Parameter: the table's folder in S3. By month, as fact_sales; quotas are a month's, too.
CREATE TABLE rollup_rep_monthly (
    sale_month date COMMENT 'First day of the month',
    sales_rep_id string COMMENT 'The representative: dim_sales_rep',
    revenue decimal(38,2) COMMENT 'Net amount of active lines, before refunds',
    refunds decimal(38,2) COMMENT 'Money given back in this month',
    cost decimal(38,2) COMMENT 'Cost of active lines whose product has one',
    costed_revenue decimal(38,2) COMMENT 'Revenue of active lines whose product has a cost',
    orders bigint COMMENT 'Sales that were not cancelled. A sale has one day and one representative, so these add up',
    units bigint COMMENT 'Units of active lines',
    customers bigint COMMENT 'Different customers who bought in this month. Not to be added up',
    cancelled_orders bigint COMMENT 'Sales that were cancelled'
)
PARTITIONED BY (month(sale_month))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
