"""Values and types that DuckDB alone would give otherwise, as the Trino documentation defines them.

Expected values are worked out by hand from https://trino.io/docs/476/functions.html.
"""

import pytest

# expression, text Athena prints, type
NUMBERS = [
    ("7 / 2", "3", "integer"),
    ("-7 / 2", "-3", "integer"),
    ("-7 % 3", "-1", "integer"),
    ("7 / 2.0", "3.5", "decimal(12,1)"),
    ("1.5 / 0.7", "2.1", "decimal(3,1)"),
    ("2.0 / 3", "0.7", "decimal(2,1)"),
    ("-2.0 / 3", "-0.7", "decimal(2,1)"),
    ("CAST(1 AS decimal(18,2)) / CAST(3 AS decimal(18,2))", "0.33", "decimal(20,2)"),
    ("CAST(5 AS decimal(18,2)) / CAST(8 AS bigint)", "0.63", "decimal(18,2)"),
    ("CAST(1 AS decimal(18,2)) * CAST(2 AS decimal(18,2))", "2.0000", "decimal(36,4)"),
    ("CAST(1 AS decimal(18,2)) + CAST(2 AS decimal(10,4))", "3.0000", "decimal(21,4)"),
    ("DECIMAL '0.00'", "0.00", "decimal(2,2)"),
    ("CAST('0.00' AS decimal)", "0", "decimal(38,0)"),
    ("1.50", "1.50", "decimal(3,2)"),
    ("1e0 / 3", "0.3333333333333333", "double"),
    ("1e0 / 0", "Infinity", "double"),
    ("1e7", "1.0E7", "double"),
    ("0.5e-3", "5.0E-4", "double"),
    ("2147483647 + CAST(1 AS bigint)", "2147483648", "bigint"),
    ("3000000000", "3000000000", "bigint"),
    ("CAST(2.5 AS integer)", "3", "integer"),
    ("CAST(-2.5 AS integer)", "-3", "integer"),
    ("CAST(2.5e0 AS integer)", "3", "integer"),
    ("CAST(3.5e0 AS integer)", "4", "integer"),
    ("round(2.5)", "3", "decimal(2,0)"),
    ("round(9.995, 2)", "10.000", "decimal(5,3)"),
    ("round(-2.445, 2)", "-2.450", "decimal(5,3)"),
    ("round(2.5e0)", "3.0", "double"),
    ("abs(-1.5)", "1.5", "decimal(2,1)"),
    ("ceil(1.2)", "2", "decimal(2,0)"),
    ("floor(-1.2)", "-2", "decimal(2,0)"),
    ("greatest(1, 2.5)", "2.5", "decimal(11,1)"),
    ("greatest(1, NULL)", None, "integer"),
    ("mod(10, 3)", "1", "integer"),
    ("TRY(1 / 0)", None, "integer"),
    ("TRY_CAST('x' AS integer)", None, "integer"),
    ("TRY_CAST('12' AS integer)", "12", "integer"),
    ("CAST(' 12.345' AS decimal(10,2))", "12.35", "decimal(10,2)"),
]
TIMES = [
    ("date_trunc('month', DATE '2022-04-30')", "2022-04-01", "date"),
    ("date_trunc('week', DATE '2022-05-01')", "2022-04-25", "date"),
    ("date_trunc('hour', TIMESTAMP '2022-04-30 10:11:12.345')", "2022-04-30 10:00:00.000", "timestamp"),
    ("date_add('month', 1, DATE '2022-01-31')", "2022-02-28", "date"),
    ("date_add('day', -1, DATE '2022-03-01')", "2022-02-28", "date"),
    ("DATE '2022-01-31' + INTERVAL '1' MONTH", "2022-02-28", "date"),
    ("DATE '2022-01-31' - INTERVAL '31' DAY", "2021-12-31", "date"),
    ("date_diff('month', DATE '2022-01-31', DATE '2022-02-28')", "1", "bigint"),
    ("date_diff('month', DATE '2022-01-31', DATE '2022-03-30')", "1", "bigint"),
    ("date_diff('month', DATE '2022-01-15', DATE '2022-02-14')", "0", "bigint"),
    ("date_diff('month', DATE '2022-02-14', DATE '2022-01-15')", "0", "bigint"),
    ("date_diff('year', DATE '2020-02-29', DATE '2021-02-28')", "1", "bigint"),
    ("date_diff('year', DATE '2020-03-01', DATE '2021-02-28')", "0", "bigint"),
    ("date_diff('day', DATE '2022-02-28', DATE '2022-03-01')", "1", "bigint"),
    ("date_diff('week', DATE '2022-01-01', DATE '2022-01-14')", "1", "bigint"),
    ("date_diff('day', TIMESTAMP '2022-01-01 23:00:00', TIMESTAMP '2022-01-02 01:00:00')", "0", "bigint"),
    ("date_diff('hour', TIMESTAMP '2022-01-01 23:30:00', TIMESTAMP '2022-01-02 01:00:00')", "1", "bigint"),
    ("year(DATE '2022-04-30')", "2022", "bigint"),
    ("day_of_week(DATE '2022-05-01')", "7", "bigint"),
    ("week(DATE '2022-01-01')", "52", "bigint"),
    ("year_of_week(DATE '2022-01-01')", "2021", "bigint"),
    ("EXTRACT(QUARTER FROM DATE '2022-04-30')", "2", "bigint"),
    ("date_format(DATE '2022-04-03', '%Y-%m')", "2022-04", "varchar"),
    ("date_format(TIMESTAMP '2022-04-03 05:06:07', '%b %e %H:%i:%s')", "Apr 3 05:06:07", "varchar"),
    ("format_datetime(DATE '2022-04-03', 'MMM yyyy')", "Apr 2022", "varchar"),
    ("last_day_of_month(DATE '2022-02-03')", "2022-02-28", "date"),
    ("CAST('2022-02-03' AS date)", "2022-02-03", "date"),
    ("CAST(DATE '2022-02-03' AS timestamp)", "2022-02-03 00:00:00.000", "timestamp"),
    ("CAST(TIMESTAMP '2022-02-03 04:05:06' AS varchar)", "2022-02-03 04:05:06", "varchar"),
]
TEXTS = [
    ("'a' || 'b'", "ab", "varchar"),
    ("length('übermäßig')", "9", "bigint"),
    ("upper('straße')", "STRAßE", "varchar"),
    ("substr('hello', 2, 3)", "ell", "varchar"),
    ("substr('hello', -3)", "llo", "varchar"),
    ("substr('hello', 0)", "", "varchar"),
    ("split_part('a-b-c', '-', 2)", "b", "varchar"),
    ("split_part('a-b-c', '-', 9)", None, "varchar"),
    ("trim('  x ')", "x", "varchar"),
    ("TRIM(LEADING '0' FROM '007')", "7", "varchar"),
    ("lpad('7', 3, '0')", "007", "varchar"),
    ("lpad('12345', 3, '0')", "123", "varchar"),
    ("strpos('hello', 'l')", "3", "bigint"),
    ("regexp_extract('abc', '[x-z]')", None, "varchar"),
    ("regexp_replace('a1b22', '[0-9]+', '#')", "a#b#", "varchar"),
    ("regexp_like('abc', '^a')", "true", "boolean"),
    ("'100%' LIKE '100\\%' ESCAPE '\\'", "true", "boolean"),
    ("'100x' LIKE '100\\%' ESCAPE '\\'", "false", "boolean"),
    ("CAST(true AS varchar)", "true", "varchar"),
    ("CAST(1.50 AS varchar)", "1.50", "varchar"),
    ("to_hex(md5(to_utf8('IN|Goa')))", "43C1E115C4F1B9C9D78C7F06AC032428", "varchar"),
    ("X'6162'", "61 62", "varbinary"),
]
COLLECTIONS = [
    ("ARRAY[1, 2, 3]", "[1, 2, 3]", "array"),
    ("ARRAY['a', NULL]", "[a, null]", "array"),
    ("ARRAY[1, 2][2]", "2", "integer"),
    ("element_at(ARRAY[1, 2], 3)", None, "integer"),
    ("element_at(ARRAY[1, 2], -1)", "2", "integer"),
    ("cardinality(ARRAY[1, 2])", "2", "bigint"),
    ("contains(ARRAY[1, NULL], 2)", None, "boolean"),
    ("contains(ARRAY[1, NULL], 1)", "true", "boolean"),
    ("MAP(ARRAY['a', 'b'], ARRAY[1, 2])", "{a=1, b=2}", "map"),
    ("MAP(ARRAY['a'], ARRAY[1])['a']", "1", "integer"),
    ("CAST(ROW(1, 'x') AS ROW(a integer, b varchar))", None, "refused"),
    ("transform(ARRAY[1, 2], x -> x * 10)", "[10, 20]", "array"),
    ("filter(ARRAY[1, 2, 3], x -> x > 1)", "[2, 3]", "array"),
    ("array_join(ARRAY['a', 'b'], ', ')", "a, b", "varchar"),
]
CONDITIONS = [
    ("1 IN (2, NULL)", None, "boolean"),
    ("1 NOT IN (2, NULL)", None, "boolean"),
    ("NULL IS NOT DISTINCT FROM NULL", "true", "boolean"),
    ("COALESCE(NULL, 1, 2.5)", "1.0", "decimal(11,1)"),
    ("NULLIF(1, 1)", None, "integer"),
    ("IF(1 > 2, 'a')", None, "varchar"),
    ("CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", "b", "varchar"),
    ("DATE '2022-01-01' < TIMESTAMP '2022-01-01 00:00:01'", "true", "boolean"),
]


@pytest.mark.parametrize(
    ("expression", "text", "kind"),
    [case for case in NUMBERS + TIMES + TEXTS + COLLECTIONS + CONDITIONS if case[2] != "refused"],
)
def test_an_expression_has_the_value_and_type_trino_gives_it(athena, expression, text, kind):
    assert athena.value(expression) == (text, kind)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "DATE '2022-01-01' = '2022-01-01'",
            "TYPE_MISMATCH: line 1:13: Cannot apply operator: date = varchar(10)",
        ),
        ("1 = '1'", "TYPE_MISMATCH: line 1:8: Cannot apply operator: integer = varchar(1)"),
        (
            "'a' || 1",
            "FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (varchar(1), integer) for function concat",
        ),
        ("1 / 0", "DIVISION_BY_ZERO: Division by zero"),
        ("1 % 0", "DIVISION_BY_ZERO: Division by zero"),
        ("1.0 / 0", "DIVISION_BY_ZERO: Division by zero"),
        ("CAST('abc' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast 'abc' to INT"),
        ("CAST('1.5' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast '1.5' to INT"),
        ("DATE '2022-02-30'", "INVALID_LITERAL: line 1:13: '2022-02-30' is not a valid DATE literal"),
        (
            "ARRAY[1][2]",
            "INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: 2 > 1",
        ),
        ("NOT 1", "TYPE_MISMATCH: line 1:12: Value of logical NOT expression must evaluate to a boolean"),
        (
            "date_add('hour', 1, DATE '2022-01-01')",
            "INVALID_FUNCTION_ARGUMENT: line 1:8: 'hour' is not a valid DATE",
        ),
        ("DATE '2022-01-01' + 1", "TYPE_MISMATCH: line 1:13: Cannot apply operator: date + integer"),
        ("2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE"),
        ("length(5)", "NOT_SUPPORTED: line 1:8"),
    ],
)
def test_what_trino_refuses_fails_with_its_sentence(athena, expression, message):
    assert athena.error(f"SELECT {expression}").startswith(message)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT list_sum(ARRAY[1])",
        "SELECT strftime(DATE '2022-01-01', '%Y')",
        "SELECT approx_distinct(1)",
        "SELECT random()",
        "SELECT CAST(1e0 AS varchar)",
        "SELECT CAST(1e0 AS decimal(10,2))",
        "SELECT regexp_extract('a', '(?=a)')",
        "SELECT 1 FROM (VALUES 1) AS t(a) TABLESAMPLE BERNOULLI (10)",
        "WITH RECURSIVE t(n) AS (SELECT 1) SELECT * FROM t",
    ],
)
def test_what_the_engine_cannot_promise_is_refused_not_guessed(athena, sql):
    assert athena.error(sql).startswith("NOT_SUPPORTED: ")
    assert "ENGINE=trino" in athena.error(sql)
