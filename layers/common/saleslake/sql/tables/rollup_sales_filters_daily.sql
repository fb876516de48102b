-- Sales and refunds by day and everything the API filters by. Grain: sale_date, channel, region, state, category,
-- segment, fulfilment, is_b2b, payment_method, status. Parameter: the table's folder in S3.
-- By month, as fact_sales. It has no ids, so it is a small part of the fact table however few lines share a group.
CREATE TABLE rollup_sales_filters_daily (
    sale_date date COMMENT 'Day of the sale; for what was given back, the day it was',
    channel string COMMENT 'amazon, web or reps',
    region string COMMENT 'Part of the country the state is in',
    state string COMMENT 'Canonical state name; Unknown when none was delivered',
    category string COMMENT 'Product category; Unknown when none was delivered',
    segment string COMMENT 'Segment of the customer that day; Unknown for Amazon and guests',
    fulfilment string COMMENT 'Amazon or Merchant; empty for other channels',
    is_b2b boolean COMMENT 'Sold to a business',
    payment_method string COMMENT 'How it was paid; empty for Amazon',
    status string COMMENT 'Order status as delivered',
    gross_amount decimal(38,2) COMMENT 'Active lines before discount, tax and shipping',
    discount_amount decimal(38,2) COMMENT 'Discounts of active lines',
    tax_amount decimal(38,2) COMMENT 'Tax on active lines',
    shipping_amount decimal(38,2) COMMENT 'Shipping that buyers of active lines paid',
    revenue decimal(38,2) COMMENT 'Net amount of active lines, before refunds',
    refunds decimal(38,2) COMMENT 'Money given back, by the day it was',
    cost decimal(38,2) COMMENT 'Cost of active lines whose product has one',
    costed_revenue decimal(38,2) COMMENT 'Revenue of active lines whose product has a cost',
    lines bigint COMMENT 'Active lines',
    units bigint COMMENT 'Units of active lines',
    cancelled_lines bigint COMMENT 'Sold lines that are not active',
    all_lines bigint COMMENT 'Active and cancelled lines',
    return_lines bigint COMMENT 'Returns and refunds, cancelled ones left out',
    returned_units bigint COMMENT 'Units that came back, by the day they did'
)
PARTITIONED BY (month(sale_date))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
