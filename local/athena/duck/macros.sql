-- What Trino computes otherwise than DuckDB, as macros of the embedded engine. Each keeps NULL in, NULL out.

-- An error with Trino's message. DuckDB's error() counts as volatile, which TRY() does not take; a text that is
-- no number does as well, and the text stands in DuckDB's message.
CREATE OR REPLACE MACRO t_fail(message) AS CAST(message AS INTEGER);
-- Unscaled decimals divide half up, away from zero: https://trino.io/docs/476/functions/decimal.html
CREATE OR REPLACE MACRO t_half_up(n, d) AS
    (abs(n) // abs(d) + CASE WHEN abs(n) % abs(d) >= abs(d) - abs(n) % abs(d) THEN 1 ELSE 0 END)
    * CASE WHEN (n < 0) <> (d < 0) THEN -1 ELSE 1 END;

-- Text to values: Trino takes the plain spelling only, https://trino.io/docs/476/functions/conversion.html
CREATE OR REPLACE MACRO t_is_integer(s) AS regexp_full_match(s, '[+-]?[0-9]+');
CREATE OR REPLACE MACRO t_is_number(s) AS regexp_full_match(s, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?');
CREATE OR REPLACE MACRO t_is_date(s) AS regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}');
CREATE OR REPLACE MACRO t_is_timestamp(s) AS
    regexp_full_match(s, '[0-9]{4}-[0-9]{2}-[0-9]{2}( [0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?)?');
-- A text in another spelling becomes one that no cast takes.
CREATE OR REPLACE MACRO t_spelled(ok, s, original, target) AS
    CASE WHEN ok THEN s WHEN original IS NOT NULL
         THEN 'INVALID_CAST_ARGUMENT: Cannot cast ''' || original || ''' to ' || target END;
CREATE OR REPLACE MACRO t_boolean(s) AS
    CAST(t_spelled(lower(s) IN ('true', 't', '1', 'false', 'f', '0'), lower(s), s, 'BOOLEAN') AS BOOLEAN);

-- Whole units between two times, as Trino's date_diff counts them (the later day of month is clamped).
CREATE OR REPLACE MACRO t_months_up(a, b) AS
    (year(b) - year(a)) * 12 + month(b) - month(a)
    - CASE WHEN CASE WHEN day(b) = day(last_day(b)) AND day(a) > day(b) THEN day(b) ELSE day(a) END > day(b) THEN 1
           WHEN CASE WHEN day(b) = day(last_day(b)) AND day(a) > day(b) THEN day(b) ELSE day(a) END = day(b)
                AND CAST(a AS TIME) > CAST(b AS TIME) THEN 1 ELSE 0 END;
CREATE OR REPLACE MACRO t_months(a, b) AS CASE WHEN b >= a THEN t_months_up(a, b) ELSE -t_months_up(b, a) END;
CREATE OR REPLACE MACRO t_month_day(a, b) AS
    CASE WHEN month(a) = 2 AND day(a) = 29 AND day(last_day(make_date(year(b), 2, 1))) = 28 THEN 228
         ELSE month(a) * 100 + day(a) END;
CREATE OR REPLACE MACRO t_years_up(a, b) AS
    year(b) - year(a) - CASE WHEN month(b) * 100 + day(b) < t_month_day(a, b) THEN 1
                             WHEN month(b) * 100 + day(b) = t_month_day(a, b)
                                  AND CAST(b AS TIME) < CAST(a AS TIME) THEN 1 ELSE 0 END;
CREATE OR REPLACE MACRO t_years(a, b) AS CASE WHEN b >= a THEN t_years_up(a, b) ELSE -t_years_up(b, a) END;

-- A timestamp with fewer digits, half up: the step is what they leave of a second, in microseconds.
CREATE OR REPLACE MACRO t_round_timestamp(t, step) AS
    make_timestamp(epoch_us(t) + step // 2 - ((epoch_us(t) + step // 2) % step + step) % step);

-- Arrays and maps: a subscript out of range is an error, element_at gives NULL.
CREATE OR REPLACE MACRO t_subscript(a, i) AS
    a[CASE WHEN a IS NULL THEN NULL
           WHEN i < 1 THEN t_fail('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
           WHEN i > len(a) THEN t_fail('INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array '
                                       || 'length: ' || i || ' > ' || len(a))
           ELSE i END];
CREATE OR REPLACE MACRO t_member(m, k) AS
    map_extract(m, k)[CASE WHEN m IS NULL THEN NULL WHEN map_contains(m, k) THEN 1
                           ELSE t_fail('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || k) END];

-- Java has no capital for the sharp s, DuckDB's Unicode tables do.
CREATE OR REPLACE MACRO t_upper(s) AS replace(upper(replace(s, 'ß', chr(57344))), chr(57344), 'ß');
