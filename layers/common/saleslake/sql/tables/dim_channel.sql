-- Ways to sell. Grain: one channel. Parameter: the table's folder in S3.
CREATE TABLE dim_channel (
    channel string COMMENT 'amazon, web or reps',
    name string COMMENT 'Name for people',
    description string COMMENT 'What is sold that way, and by whom'
)
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
