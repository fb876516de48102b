-- Last day with a sale, and the lines there are. Grain: one row.
SELECT MAX(CASE WHEN line_type = 'sale' THEN sale_date END) AS data_as_of, COUNT(*) AS fact_sales_rows
FROM fact_sales
