-- How long the stock lasts at the pace of the last 30 days. Grain: one product of the last snapshot.
-- Order: cover_days, product_id.
CREATE OR REPLACE VIEW inventory_cover AS
WITH last_snapshot AS (
    SELECT MAX(snapshot_date) AS snapshot_date FROM rollup_inventory_daily
),
sold AS (
    SELECT fact_sales.product_id, SUM(fact_sales.quantity) AS units
    FROM fact_sales
    CROSS JOIN last_snapshot
    WHERE fact_sales.is_active
        AND fact_sales.sale_date > date_add('day', -30, last_snapshot.snapshot_date)
        AND fact_sales.sale_date <= last_snapshot.snapshot_date
    GROUP BY fact_sales.product_id
)
SELECT
    stock.snapshot_date,
    stock.product_id,
    dim_product.name,
    dim_product.category,
    stock.warehouses,
    stock.on_hand,
    stock.reserved,
    stock.available,
    stock.warehouses_to_reorder,
    stock.warehouses_out_of_stock,
    COALESCE(sold.units, 0) AS units_sold_in_30_days,
    CAST(stock.available * 30 AS decimal(20,1)) / NULLIF(sold.units, 0) AS cover_days
FROM rollup_inventory_daily AS stock
INNER JOIN last_snapshot ON last_snapshot.snapshot_date = stock.snapshot_date
INNER JOIN dim_product ON dim_product.product_id = stock.product_id AND dim_product.is_current
LEFT JOIN sold ON sold.product_id = stock.product_id
