-- What came back of what was sold in a month, whenever it did. Grain: sale_month, channel, product_id, category.
-- A run that brings a return also writes the month of its sale anew (sql/plan/months.sql).
-- Parameters: first day, day after the last.
DELETE FROM rollup_returns_monthly
WHERE sale_month >= ? AND sale_month < ?;

-- Parameters: first day, day after the last.
INSERT INTO rollup_returns_monthly
WITH returns AS (
    SELECT
        returned_sale_line_id AS sale_line_id,
        SUM(quantity) AS returned_units,
        SUM(refund_amount) AS refunds
    FROM fact_sales
    WHERE line_type = 'return' AND status <> 'cancelled'
    GROUP BY returned_sale_line_id
)
SELECT
    date_trunc('month', sold.sale_date) AS sale_month,
    sold.channel,
    sold.product_id,
    COALESCE(sold.category, 'Unknown') AS category,
    COUNT(*) AS lines,
    SUM(sold.quantity) AS units,
    CAST(SUM(sold.net_amount) AS decimal(38,2)) AS revenue,
    COUNT(returns.sale_line_id) AS returned_lines,
    COALESCE(SUM(returns.returned_units), 0) AS returned_units,
    CAST(COALESCE(SUM(returns.refunds), DECIMAL '0.00') AS decimal(38,2)) AS refunds
FROM fact_sales AS sold
LEFT JOIN returns ON returns.sale_line_id = sold.sale_line_id
WHERE sold.is_active AND sold.sale_date >= ? AND sold.sale_date < ?
GROUP BY date_trunc('month', sold.sale_date), sold.channel, sold.product_id, COALESCE(sold.category, 'Unknown')
