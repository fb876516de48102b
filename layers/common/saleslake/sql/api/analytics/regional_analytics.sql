-- Revenue and active lines per state.
-- Grain: one row per state with an active line, highest revenue first. Lines without a state are Unknown in the rollup.
SELECT
    state,
    SUM(revenue) AS revenue,
    SUM(lines) AS order_count
FROM rollup_sales_daily
GROUP BY state
HAVING SUM(lines) > 0
ORDER BY revenue DESC, state
