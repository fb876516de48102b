-- Products with their history (SCD type 2). Grain: one version of one product.
-- Parameters: run id.
-- Products this run delivers are written anew from all that was ever delivered of them, so a late change finds its
-- place. version_hash covers the columns the contract tracks; the others always have their newest value.
DELETE FROM dim_product
WHERE product_id IN (SELECT product_id FROM products WHERE run_id = ?);

-- Parameters: run id.
INSERT INTO dim_product
WITH delivered AS (
    SELECT
        products_latest.*,
        CAST(updated_at AS date) AS updated_on,
        ROW_NUMBER() OVER (PARTITION BY product_id, CAST(updated_at AS date) ORDER BY updated_at DESC) AS in_day,
        ROW_NUMBER() OVER (PARTITION BY product_id ORDER BY updated_at DESC) AS recency
    FROM products_latest
    WHERE product_id IN (SELECT product_id FROM products WHERE run_id = ?)
),
days AS (
    SELECT
        delivered.*,
        LAG(version_hash) OVER (PARTITION BY product_id ORDER BY updated_on) AS hash_before
    FROM delivered
    WHERE in_day = 1
),
versions AS (
    SELECT
        days.*,
        CASE WHEN hash_before IS NULL THEN DATE '1900-01-01' ELSE updated_on END AS valid_from,
        LEAD(updated_on, 1, DATE '9999-12-31') OVER (PARTITION BY product_id ORDER BY updated_on) AS valid_to
    FROM days
    WHERE hash_before IS NULL OR hash_before <> version_hash
)
SELECT
    lower(to_hex(md5(to_utf8(versions.product_id || '|' || CAST(versions.valid_from AS varchar))))) AS product_key,
    versions.product_id,
    newest.name,
    COALESCE(versions.category, 'Unknown') AS category,
    COALESCE(versions.subcategory, 'Unknown') AS subcategory,
    COALESCE(versions.brand, 'Unknown') AS brand,
    versions.list_price,
    versions.cost,
    newest.stock,
    versions.valid_from,
    versions.valid_to,
    versions.valid_to = DATE '9999-12-31' AS is_current,
    FALSE AS is_inferred
FROM versions
INNER JOIN delivered AS newest ON newest.product_id = versions.product_id AND newest.recency = 1;

-- The member of facts without a product. Written once.
INSERT INTO dim_product (
    product_key, product_id, category, subcategory, brand, valid_from, valid_to, is_current, is_inferred
)
SELECT
    lower(to_hex(md5(to_utf8('Unknown|1900-01-01')))),
    'Unknown', 'Unknown', 'Unknown', 'Unknown', DATE '1900-01-01', DATE '9999-12-31', TRUE, FALSE;

-- Products that facts name before their own file has come.
-- Parameters: run id, run id, run id, run id, run id, run id.
INSERT INTO dim_product (
    product_key, product_id, category, subcategory, brand, valid_from, valid_to, is_current, is_inferred
)
WITH referenced AS (
    SELECT sku AS product_id FROM amazon_orders WHERE run_id = ?
    UNION
    SELECT product_id FROM rep_transactions WHERE run_id = ?
    UNION
    SELECT product_id FROM web_order_items WHERE run_id = ?
    UNION
    SELECT product_id FROM web_events WHERE run_id = ?
    UNION
    SELECT product_id FROM inventory WHERE run_id = ?
    UNION
    SELECT product_id FROM reviews WHERE run_id = ?
)
SELECT
    lower(to_hex(md5(to_utf8(referenced.product_id || '|1900-01-01')))),
    referenced.product_id, 'Unknown', 'Unknown', 'Unknown', DATE '1900-01-01', DATE '9999-12-31', TRUE, TRUE
FROM referenced
LEFT JOIN dim_product ON dim_product.product_id = referenced.product_id
WHERE referenced.product_id IS NOT NULL AND dim_product.product_id IS NULL
