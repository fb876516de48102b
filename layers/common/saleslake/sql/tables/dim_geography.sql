-- Where sales are shipped to. Grain: one state of one country. Parameter: the table's folder in S3.
CREATE TABLE dim_geography (
    geography_id string COMMENT 'Deterministic hash of country and state',
    country string COMMENT 'ISO 3166-1 alpha-2 code',
    state string COMMENT 'Canonical state name; Unknown when none was delivered',
    region string COMMENT 'Part of the country; Unknown for states outside the list'
)
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
