-- Who buys, as they were at any day. Grain: one version of one customer. Parameter: the table's folder in S3.
-- Not partitioned: every fact joins it whole, and it is small beside them.
CREATE TABLE dim_customer (
    customer_key string COMMENT 'Deterministic hash of customer and valid_from',
    customer_id string COMMENT 'The customer as the sources name it; Unknown where none was delivered',
    name string COMMENT 'Full name, as last delivered',
    email string COMMENT 'E-mail address, as last delivered',
    phone string COMMENT 'Phone number, as last delivered',
    segment string COMMENT 'Consumer, Corporate, Home Office or Small Business while this version held',
    region string COMMENT 'Sales region while this version held',
    state string COMMENT 'Canonical state name while this version held',
    city string COMMENT 'City while this version held',
    postal_code string COMMENT 'Postcode while this version held',
    birth_date date COMMENT 'Date of birth, as last delivered',
    signup_date date COMMENT 'Day of the first account, as last delivered',
    valid_from date COMMENT 'First day of this version (UTC); 1900-01-01 for the first one',
    valid_to date COMMENT 'Day after the last one; 9999-12-31 for the version that holds today',
    is_current boolean COMMENT 'Whether no later version is known',
    is_inferred boolean COMMENT 'Known only from facts that name it; filled when the customer is delivered'
)
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
