-- Stock at the end of a day. Grain: one product in one warehouse on one day. Never add it up over days.
-- Parameter: the table's folder in S3. By month: cover and stock-outs are asked for by month.
CREATE TABLE fact_inventory (
    snapshot_date date COMMENT 'Day of the snapshot: dim_date',
    warehouse string COMMENT 'The warehouse as the source names it',
    product_id string COMMENT 'The product',
    product_key string COMMENT 'The product as it was that day: dim_product',
    on_hand int COMMENT 'Units in the warehouse',
    reserved int COMMENT 'Units of them promised to buyers',
    available int COMMENT 'Units on hand less those reserved',
    reorder_point int COMMENT 'Reorder when fewer units are available',
    source_file string COMMENT 'File the snapshot was read from, by content hash',
    source_line bigint COMMENT 'Line or record in that file',
    landing_order string COMMENT 'Order of truth: of two files, the greater one wins'
)
PARTITIONED BY (month(snapshot_date))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
