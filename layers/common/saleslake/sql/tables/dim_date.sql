-- The calendar from 2000 to 2099. Grain: one day. Parameter: the table's folder in S3.
CREATE TABLE dim_date (
    calendar_date date COMMENT 'The day',
    year int COMMENT 'Calendar year',
    quarter int COMMENT 'Calendar quarter, 1 to 4',
    month int COMMENT 'Calendar month, 1 to 12',
    month_name string COMMENT 'English name of the month',
    day int COMMENT 'Day of the month',
    day_of_week int COMMENT 'ISO 8601: Monday is 1, Sunday 7',
    day_name string COMMENT 'English name of the weekday',
    iso_year int COMMENT 'Year the ISO 8601 week belongs to',
    iso_week int COMMENT 'ISO 8601 week, 1 to 53',
    year_month string COMMENT 'YYYY-MM',
    year_quarter string COMMENT 'YYYY-Qn',
    is_weekend boolean COMMENT 'Saturday or Sunday'
)
LOCATION ?
TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')
