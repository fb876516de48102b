-- The calendar from 2000 to 2099. Grain: one day. Written once.
-- Two sequences, for one may not have more than 10,000 entries.
INSERT INTO dim_date
SELECT
    calendar_date,
    CAST(year(calendar_date) AS integer) AS year,
    CAST(quarter(calendar_date) AS integer) AS quarter,
    CAST(month(calendar_date) AS integer) AS month,
    date_format(calendar_date, '%M') AS month_name,
    CAST(day(calendar_date) AS integer) AS day,
    CAST(day_of_week(calendar_date) AS integer) AS day_of_week,
    date_format(calendar_date, '%W') AS day_name,
    CAST(year_of_week(calendar_date) AS integer) AS iso_year,
    CAST(week(calendar_date) AS integer) AS iso_week,
    date_format(calendar_date, '%Y-%m') AS year_month,
    CAST(year(calendar_date) AS varchar) || '-Q' || CAST(quarter(calendar_date) AS varchar) AS year_quarter,
    day_of_week(calendar_date) IN (6, 7) AS is_weekend
FROM (
    SELECT date_add('day', days.day_number + 366 * years.year_number, DATE '2000-01-01') AS calendar_date
    FROM UNNEST(sequence(0, 99)) AS years (year_number)
    CROSS JOIN UNNEST(sequence(0, 365)) AS days (day_number)
) AS calendar
WHERE calendar_date <= DATE '2099-12-31'
