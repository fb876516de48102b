-- States seen by this run that the dimension lacks. Grain: one state of one country.
-- Parameters: run id, run id, run id. The one place that says which region a state belongs to.
MERGE INTO dim_geography AS target
USING (
    WITH regions (state, region) AS (
        VALUES
            ('Andaman and Nicobar Islands', 'Islands'), ('Lakshadweep', 'Islands'),
            ('Andhra Pradesh', 'South'), ('Karnataka', 'South'), ('Kerala', 'South'),
            ('Puducherry', 'South'), ('Tamil Nadu', 'South'), ('Telangana', 'South'),
            ('Arunachal Pradesh', 'North-East'), ('Assam', 'North-East'), ('Manipur', 'North-East'),
            ('Meghalaya', 'North-East'), ('Mizoram', 'North-East'), ('Nagaland', 'North-East'),
            ('Sikkim', 'North-East'), ('Tripura', 'North-East'),
            ('Bihar', 'East'), ('Jharkhand', 'East'), ('Odisha', 'East'), ('West Bengal', 'East'),
            ('Chhattisgarh', 'Central'), ('Madhya Pradesh', 'Central'),
            ('Chandigarh', 'North'), ('Delhi', 'North'), ('Haryana', 'North'), ('Himachal Pradesh', 'North'),
            ('Jammu and Kashmir', 'North'), ('Ladakh', 'North'), ('Punjab', 'North'), ('Rajasthan', 'North'),
            ('Uttar Pradesh', 'North'), ('Uttarakhand', 'North'),
            ('Dadra and Nagar Haveli', 'West'), ('Daman and Diu', 'West'),
            ('Dadra and Nagar Haveli and Daman and Diu', 'West'),
            ('Goa', 'West'), ('Gujarat', 'West'), ('Maharashtra', 'West')
    ),
    delivered AS (
        SELECT ship_state AS state FROM amazon_orders WHERE run_id = ?
        UNION
        SELECT state FROM customers WHERE run_id = ?
        UNION
        SELECT ship_state AS state FROM web_orders WHERE run_id = ?
    )
    SELECT
        lower(to_hex(md5(to_utf8('IN|' || delivered.state)))) AS geography_id,
        'IN' AS country,
        delivered.state,
        COALESCE(regions.region, 'Unknown') AS region
    FROM delivered
    LEFT JOIN regions ON regions.state = delivered.state
    WHERE delivered.state IS NOT NULL
) AS source
ON target.geography_id = source.geography_id
WHEN NOT MATCHED THEN INSERT (geography_id, country, state, region)
    VALUES (source.geography_id, source.country, source.state, source.region);

-- The member of sales that went nobody knows where. Written once.
INSERT INTO dim_geography
SELECT lower(to_hex(md5(to_utf8('IN|Unknown')))), 'IN', 'Unknown', 'Unknown'
