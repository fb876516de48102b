-- How far visitors of the web shop got. Grain: event_date, device.
-- Parameter: the table's folder in S3. By month, as fact_web_events.
CREATE TABLE rollup_funnel_daily (
    event_date date COMMENT 'Day of the visit (UTC); a visit that lasts past midnight counts as two',
    device string COMMENT 'desktop, mobile or tablet',
    visits bigint COMMENT 'Sessions with any event that day',
    product_views bigint COMMENT 'Of these, sessions that looked at a product',
    carts bigint COMMENT 'Of these, sessions that put something into the cart after that',
    checkouts bigint COMMENT 'Of these, sessions that went to the checkout after that',
    purchases bigint COMMENT 'Of these, sessions that bought after that'
)
PARTITIONED BY (month(event_date))
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
