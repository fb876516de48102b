-- Stock of each product in all warehouses. Grain: snapshot_date, product_id. Never add it up over days.
-- Parameter: the table's folder in S3. By month, as fact_inventory.
CREATE TABLE rollup_inventory_daily (
    snapshot_date date COMMENT 'Day of the snapshot',
    product_id string COMMENT 'The product: dim_product',
    warehouses bigint COMMENT 'Warehouses that reported it',
    on_hand bigint COMMENT 'Units in all warehouses',
    reserved bigint COMMENT 'Units of them promised to buyers',
    available bigint COMMENT 'Units on hand less those reserved',
    warehouses_to_reorder bigint COMMENT 'Warehouses with fewer units available than their reorder point',
    warehouses_out_of_stock bigint COMMENT 'Warehouses with nothing available'
)
PARTITIONED BY (month(snapshot_date))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
