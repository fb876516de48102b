-- Stock of each product in all warehouses. Grain: snapshot_date, product_id.
-- Parameters: first day, day after the last.
DELETE FROM rollup_inventory_daily
WHERE snapshot_date >= ? AND snapshot_date < ?;

-- Parameters: first day, day after the last.
INSERT INTO rollup_inventory_daily
SELECT
    snapshot_date,
    product_id,
    COUNT(*) AS warehouses,
    SUM(on_hand) AS on_hand,
    SUM(reserved) AS reserved,
    SUM(available) AS available,
    COUNT(CASE WHEN available < reorder_point THEN 1 END) AS warehouses_to_reorder,
    COUNT(CASE WHEN available <= 0 THEN 1 END) AS warehouses_out_of_stock
FROM fact_inventory
WHERE snapshot_date >= ? AND snapshot_date < ?
GROUP BY snapshot_date, product_id
