-- Customers with their history (SCD type 2). Grain: one version of one customer.
-- Parameters: run id.
-- Customers this run delivers are written anew from all that was ever delivered of them, so a late change finds its
-- place. version_hash covers the columns the contract tracks; the others always have their newest value.
DELETE FROM dim_customer
WHERE customer_id IN (SELECT customer_id FROM customers WHERE run_id = ?);

-- Parameters: run id.
INSERT INTO dim_customer
WITH delivered AS (
    SELECT
        customers_latest.*,
        CAST(updated_at AS date) AS updated_on,
        ROW_NUMBER() OVER (PARTITION BY customer_id, CAST(updated_at AS date) ORDER BY updated_at DESC) AS in_day,
        ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY updated_at DESC) AS recency
    FROM customers_latest
    WHERE customer_id IN (SELECT customer_id FROM customers WHERE run_id = ?)
),
days AS (
    SELECT
        delivered.*,
        LAG(version_hash) OVER (PARTITION BY customer_id ORDER BY updated_on) AS hash_before
    FROM delivered
    WHERE in_day = 1
),
versions AS (
    SELECT
        days.*,
        CASE WHEN hash_before IS NULL THEN DATE '1900-01-01' ELSE updated_on END AS valid_from,
        LEAD(updated_on, 1, DATE '9999-12-31') OVER (PARTITION BY customer_id ORDER BY updated_on) AS valid_to
    FROM days
    WHERE hash_before IS NULL OR hash_before <> version_hash
)
SELECT
    lower(to_hex(md5(to_utf8(versions.customer_id || '|' || CAST(versions.valid_from AS varchar))))) AS customer_key,
    versions.customer_id,
    newest.name,
    newest.email,
    newest.phone,
    versions.segment,
    COALESCE(versions.region, 'Unknown') AS region,
    COALESCE(versions.state, 'Unknown') AS state,
    versions.city,
    versions.postal_code,
    newest.birth_date,
    newest.signup_date,
    versions.valid_from,
    versions.valid_to,
    versions.valid_to = DATE '9999-12-31' AS is_current,
    FALSE AS is_inferred
FROM versions
INNER JOIN delivered AS newest ON newest.customer_id = versions.customer_id AND newest.recency = 1;

-- The member of facts without a customer. Written once.
INSERT INTO dim_customer (
    customer_key, customer_id, segment, region, state, valid_from, valid_to, is_current, is_inferred
)
SELECT
    lower(to_hex(md5(to_utf8('Unknown|1900-01-01')))),
    'Unknown', 'Unknown', 'Unknown', 'Unknown', DATE '1900-01-01', DATE '9999-12-31', TRUE, FALSE;

-- Customers that facts name before their own file has come.
-- Parameters: run id, run id, run id, run id.
INSERT INTO dim_customer (
    customer_key, customer_id, segment, region, state, valid_from, valid_to, is_current, is_inferred
)
WITH referenced AS (
    SELECT customer_id FROM rep_transactions WHERE run_id = ?
    UNION
    SELECT customer_id FROM web_orders WHERE run_id = ?
    UNION
    SELECT customer_id FROM web_events WHERE run_id = ?
    UNION
    SELECT customer_id FROM reviews WHERE run_id = ?
)
SELECT
    lower(to_hex(md5(to_utf8(referenced.customer_id || '|1900-01-01')))),
    referenced.customer_id, 'Unknown', 'Unknown', 'Unknown', DATE '1900-01-01', DATE '9999-12-31', TRUE, TRUE
FROM referenced
LEFT JOIN dim_customer ON dim_customer.customer_id = referenced.customer_id
WHERE referenced.customer_id IS NOT NULL AND dim_customer.customer_id IS NULL
