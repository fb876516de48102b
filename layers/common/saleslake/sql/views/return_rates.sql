-- How much of what was sold came back, by category, channel and month of the sale. Grain: one value of one dimension.
-- Order: dimension, value.
-- Amazon reports returns only as a status, so its units are sold and none of them come back.
CREATE OR REPLACE VIEW return_rates AS
WITH sold AS (
    SELECT rollup_returns_monthly.*, date_format(sale_month, '%Y-%m') AS year_month
    FROM rollup_returns_monthly
),
groups AS (
    SELECT
        CASE
            WHEN category IS NOT NULL THEN 'category'
            WHEN channel IS NOT NULL THEN 'channel'
            WHEN year_month IS NOT NULL THEN 'month'
            ELSE 'all'
        END AS dimension,
        COALESCE(category, channel, year_month, 'all') AS value,
        SUM(lines) AS lines,
        SUM(units) AS units,
        SUM(revenue) AS revenue,
        SUM(returned_lines) AS returned_lines,
        SUM(returned_units) AS returned_units,
        SUM(refunds) AS refunds
    FROM sold
    GROUP BY GROUPING SETS ((category), (channel), (year_month), ())
)
SELECT
    dimension,
    value,
    lines,
    units,
    revenue,
    returned_lines,
    returned_units,
    refunds,
    CAST(returned_units AS decimal(18,4)) / NULLIF(units, 0) AS return_rate,
    CAST(refunds AS decimal(34,4)) / NULLIF(revenue, 0) AS refund_rate
FROM groups
WHERE lines > 0
