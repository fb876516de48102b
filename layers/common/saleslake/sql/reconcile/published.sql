-- What each file contributes to the fact table. Grain: one file.
SELECT
    source_file AS file_id,
    COUNT(*) AS published_rows,
    SUM(net_amount) AS published_amount,
    MAX(sale_date) AS last_sale_date
FROM fact_sales
GROUP BY source_file
