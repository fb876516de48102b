-- What is sold, as it was at any day. Grain: one version of one product. Parameter: the table's folder in S3.
-- Not partitioned: every fact joins it whole, and it is small beside them.
CREATE TABLE dim_product (
    product_key string COMMENT 'Deterministic hash of product and valid_from',
    product_id string COMMENT 'The product as the sources name it (the SKU of Amazon); Unknown where none was delivered',
    name string COMMENT 'Product name, as last delivered',
    category string COMMENT 'Category while this version held',
    subcategory string COMMENT 'Subcategory while this version held',
    brand string COMMENT 'Brand while this version held',
    list_price decimal(18,2) COMMENT 'Price of one unit while this version held',
    cost decimal(18,2) COMMENT 'Cost of one unit while this version held',
    stock int COMMENT 'Units in stock, as last delivered',
    valid_from date COMMENT 'First day of this version (UTC); 1900-01-01 for the first one',
    valid_to date COMMENT 'Day after the last one; 9999-12-31 for the version that holds today',
    is_current boolean COMMENT 'Whether no later version is known',
    is_inferred boolean COMMENT 'Known only from facts that name it; filled when the product is delivered'
)
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
