-- Sales representatives by revenue, with their quota. Grain: one representative in one month with a sale or a refund.
-- Order: sale_month DESC, month_rank, sales_rep_id.
CREATE OR REPLACE VIEW rep_leaderboard AS
SELECT
    sales.sale_month,
    RANK() OVER (PARTITION BY sales.sale_month ORDER BY sales.revenue DESC) AS month_rank,
    sales.sales_rep_id,
    dim_sales_rep.name,
    dim_sales_rep.territory,
    dim_sales_rep.region,
    dim_sales_rep.manager_name,
    sales.revenue,
    sales.refunds,
    sales.costed_revenue - sales.cost - sales.refunds AS profit,
    sales.orders,
    sales.units,
    sales.customers,
    sales.revenue / NULLIF(sales.orders, 0) AS average_order_value,
    dim_sales_rep.quota,
    CAST(sales.revenue AS decimal(34,4)) / NULLIF(dim_sales_rep.quota, 0) AS quota_attainment,
    CAST(sales.revenue * dim_sales_rep.commission_rate AS decimal(38,2)) AS commission
FROM rollup_rep_monthly AS sales
INNER JOIN dim_sales_rep ON dim_sales_rep.sales_rep_id = sales.sales_rep_id
