-- Fact table and rollup, side by side: they must agree. Grain: one table, the fact table first.
SELECT table_name, all_lines, revenue
FROM (
    SELECT
        0 AS position,
        'fact_sales' AS table_name,
        COUNT(*) AS all_lines,
        COALESCE(SUM(CASE WHEN is_active THEN net_amount END), DECIMAL '0.00') AS revenue
    FROM fact_sales
    WHERE line_type = 'sale'
    UNION ALL
    SELECT
        1 AS position,
        'rollup_sales_daily' AS table_name,
        COALESCE(SUM(all_lines), 0) AS all_lines,
        COALESCE(SUM(revenue), DECIMAL '0.00') AS revenue
    FROM rollup_sales_daily
) AS counted
ORDER BY position
