-- Sales representatives as last delivered (SCD type 1). Grain: one representative.
-- Parameters: run id.
-- A manager's level follows from their own managers, so whoever was delivered is written anew when one changes.
-- (The run id only says that this run brings representatives.)
DELETE FROM dim_sales_rep
WHERE NOT is_inferred AND sales_rep_id <> 'Unknown'
    OR sales_rep_id IN (SELECT sales_rep_id FROM sales_reps WHERE run_id = ?);

-- No recursion: six levels of management are what the joins follow.
INSERT INTO dim_sales_rep
SELECT
    lower(to_hex(md5(to_utf8(rep.sales_rep_id)))) AS sales_rep_key,
    rep.sales_rep_id,
    rep.name,
    COALESCE(rep.territory, 'Unknown') AS territory,
    COALESCE(rep.region, 'Unknown') AS region,
    rep.manager_id,
    first_manager.name AS manager_name,
    CASE
        WHEN first_manager.sales_rep_id IS NULL THEN 1
        WHEN second_manager.sales_rep_id IS NULL THEN 2
        WHEN third_manager.sales_rep_id IS NULL THEN 3
        WHEN fourth_manager.sales_rep_id IS NULL THEN 4
        WHEN fifth_manager.sales_rep_id IS NULL THEN 5
        WHEN sixth_manager.sales_rep_id IS NULL THEN 6
    END AS management_level,
    rep.hire_date,
    rep.quota,
    rep.commission_rate,
    FALSE AS is_inferred
FROM sales_reps_latest AS rep
LEFT JOIN sales_reps_latest AS first_manager ON first_manager.sales_rep_id = rep.manager_id
LEFT JOIN sales_reps_latest AS second_manager ON second_manager.sales_rep_id = first_manager.manager_id
LEFT JOIN sales_reps_latest AS third_manager ON third_manager.sales_rep_id = second_manager.manager_id
LEFT JOIN sales_reps_latest AS fourth_manager ON fourth_manager.sales_rep_id = third_manager.manager_id
LEFT JOIN sales_reps_latest AS fifth_manager ON fifth_manager.sales_rep_id = fourth_manager.manager_id
LEFT JOIN sales_reps_latest AS sixth_manager ON sixth_manager.sales_rep_id = fifth_manager.manager_id;

-- The member of facts without a representative. Written once.
INSERT INTO dim_sales_rep (sales_rep_key, sales_rep_id, territory, region, is_inferred)
SELECT lower(to_hex(md5(to_utf8('Unknown')))), 'Unknown', 'Unknown', 'Unknown', FALSE;

-- Representatives that transactions name before their own file has come.
-- Parameters: run id.
INSERT INTO dim_sales_rep (sales_rep_key, sales_rep_id, territory, region, is_inferred)
SELECT lower(to_hex(md5(to_utf8(referenced.sales_rep_id)))), referenced.sales_rep_id, 'Unknown', 'Unknown', TRUE
FROM (SELECT DISTINCT sales_rep_id FROM rep_transactions WHERE run_id = ?) AS referenced
LEFT JOIN dim_sales_rep ON dim_sales_rep.sales_rep_id = referenced.sales_rep_id
WHERE referenced.sales_rep_id IS NOT NULL AND dim_sales_rep.sales_rep_id IS NULL
