-- The values that a filter can name, by dimension. Grain: one row per dimension and value, in no order.
SELECT 'channel' AS dimension, channel AS value FROM dim_channel
UNION
SELECT 'region' AS dimension, region AS value FROM dim_geography
UNION
SELECT 'region' AS dimension, region AS value FROM dim_customer
UNION
SELECT 'state' AS dimension, state AS value FROM dim_geography
UNION
SELECT 'category' AS dimension, category AS value FROM rollup_sales_filters_daily
UNION
SELECT 'category' AS dimension, category AS value FROM dim_product
UNION
SELECT 'segment' AS dimension, segment AS value FROM dim_customer
UNION
SELECT 'fulfilment' AS dimension, fulfilment AS value FROM rollup_sales_filters_daily
UNION
SELECT 'payment_method' AS dimension, payment_method AS value FROM rollup_sales_filters_daily
UNION
SELECT 'status' AS dimension, status AS value FROM rollup_sales_filters_daily
UNION
SELECT 'brand' AS dimension, brand AS value FROM dim_product
UNION
SELECT 'territory' AS dimension, territory AS value FROM dim_sales_rep
UNION
SELECT 'device' AS dimension, device AS value FROM rollup_funnel_daily
UNION
SELECT 'warehouse' AS dimension, warehouse AS value FROM fact_inventory
