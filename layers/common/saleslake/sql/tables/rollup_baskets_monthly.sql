-- Orders that hold a product, or two products together. Grain: sale_month, product_id, other_product_id.
-- Parameter: the table's folder in S3. By month, as fact_sales. A pair is there once, the lesser id first; where the
-- other product is empty, the orders with the one; where both are, all orders.
CREATE TABLE rollup_baskets_monthly (
    sale_month date COMMENT 'First day of the month',
    product_id string COMMENT 'A product; empty in the row that counts all orders',
    other_product_id string COMMENT 'Another product of the same orders; empty in rows about one product',
    baskets bigint COMMENT 'Orders with an active line of each. An order is on one day, so these add up over months'
)
PARTITIONED BY (month(sale_month))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
