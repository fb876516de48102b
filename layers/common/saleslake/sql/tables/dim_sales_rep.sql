-- Who sells. Grain: one sales representative, as last delivered. Parameter: the table's folder in S3.
CREATE TABLE dim_sales_rep (
    sales_rep_key string COMMENT 'Deterministic hash of the representative',
    sales_rep_id string COMMENT 'The representative as the sources name it; Unknown where none was delivered',
    name string COMMENT 'Full name',
    territory string COMMENT 'Where the representative sells',
    region string COMMENT 'Region of the territory',
    manager_id string COMMENT 'The representative they report to',
    manager_name string COMMENT 'Name of that manager',
    management_level int COMMENT '1 for who reports to nobody we know; empty in or below a circle of managers',
    hire_date date COMMENT 'First day of work',
    quota decimal(18,2) COMMENT 'Net sales expected in a month',
    commission_rate decimal(5,4) COMMENT 'Share of net sales paid as commission',
    is_inferred boolean COMMENT 'Known only from transactions; filled when the representative is delivered'
)
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
