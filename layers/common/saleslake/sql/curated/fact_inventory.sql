-- Stock at the end of a day. Grain: one product in one warehouse on one day.
-- Parameters: first day, day after the last.
-- Whole months are written anew from the latest snapshots, each with its product as it was that day.
DELETE FROM fact_inventory
WHERE snapshot_date >= ? AND snapshot_date < ?;

-- Parameters: first day, day after the last.
INSERT INTO fact_inventory
SELECT
    snapshots.snapshot_date,
    snapshots.warehouse,
    snapshots.product_id,
    dim_product.product_key,
    snapshots.on_hand,
    snapshots.reserved,
    snapshots.on_hand - snapshots.reserved AS available,
    snapshots.reorder_point,
    snapshots.file_id AS source_file,
    snapshots.line_number AS source_line,
    snapshots.landing_order
FROM inventory_latest AS snapshots
INNER JOIN dim_product
    ON dim_product.product_id = snapshots.product_id
    AND dim_product.valid_from <= snapshots.snapshot_date AND dim_product.valid_to > snapshots.snapshot_date
WHERE snapshots.snapshot_date >= ? AND snapshots.snapshot_date < ?
