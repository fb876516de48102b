"""Scoping, grouping, ordering, joins, windows and UNNEST on the embedded engine, as Trino analyses them.

https://trino.io/docs/476/sql/select.html
"""

import pytest

PEOPLE = (
    "(VALUES (1, 'ann', 'x', DECIMAL '1.50'), (2, 'bob', 'x', DECIMAL '2.25'), (3, 'cy', 'y', NULL), "
    "(4, NULL, NULL, DECIMAL '0.10')) AS p(id, name, team, amount)"
)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        # NULLs come last, whichever way
        ("SELECT id FROM {p} ORDER BY team, id", [("1",), ("2",), ("3",), ("4",)]),
        ("SELECT id FROM {p} ORDER BY team DESC, id", [("3",), ("1",), ("2",), ("4",)]),
        ("SELECT id FROM {p} ORDER BY amount DESC NULLS FIRST LIMIT 2", [("3",), ("2",)]),
        ("SELECT id FROM {p} ORDER BY 1 OFFSET 1 LIMIT 2", [("2",), ("3",)]),
        # an output name hides the column of that name in ORDER BY
        ("SELECT -id AS id FROM {p} ORDER BY id LIMIT 1", [("-4",)]),
        ("SELECT -id AS minus FROM {p} ORDER BY minus + 0, id LIMIT 1", [("-4",)]),
        ("SELECT team, sum(amount) AS total FROM {p} GROUP BY team ORDER BY total DESC, team",
         [("x", "3.75"), (None, "0.10"), ("y", None)]),
        ("SELECT team, count(*) FROM {p} GROUP BY 1 HAVING count(*) > 1", [("x", "2")]),
        ("SELECT team, avg(amount) FROM {p} WHERE team = 'x' GROUP BY team", [("x", "1.88")]),
        ("SELECT count(*), count(name), count(DISTINCT team), sum(id) FROM {p}", [("4", "3", "2", "10")]),
        ("SELECT count(*), sum(id), max(name) FROM {p} WHERE false", [("0", None, None)]),
        ("SELECT count(*) FROM {p} WHERE false GROUP BY team", []),
        ("SELECT count(*) FILTER (WHERE id > 2), count_if(id > 1) FROM {p}", [("2", "3")]),
        ("SELECT team, grouped FROM (SELECT team, count(*) AS grouped FROM {p} GROUP BY ROLLUP (team)) AS r "
         "ORDER BY team, grouped", [("x", "2"), ("y", "1"), (None, "1"), (None, "4")]),
        ("SELECT max_by(name, amount), min_by(id, amount) FROM {p}", [("bob", "4")]),
        ("SELECT array_agg(id ORDER BY id DESC) FROM {p}", [("[4, 3, 2, 1]",)]),
        ("SELECT DISTINCT team FROM {p} ORDER BY team", [("x",), ("y",), (None,)]),
        # a NULL in the list makes NOT IN unknown
        ("SELECT id FROM {p} WHERE id NOT IN (SELECT CASE WHEN id > 2 THEN id END FROM {p})", []),
        ("SELECT id FROM {p} WHERE EXISTS (SELECT 1 FROM {p} WHERE p.id > 3) ORDER BY id LIMIT 1", [("1",)]),
        ("SELECT a.id, b.id FROM {p} CROSS JOIN (VALUES 7) AS b(id) JOIN (VALUES 1) AS a(id) ON a.id = p.id",
         [("1", "7")]),
        # as Trino writes the joins of a view it was given
        ("SELECT p.id, b.n, c.n FROM (({p} CROSS JOIN (VALUES 7) AS b (n)) "
         "INNER JOIN (VALUES 2) AS c (n) ON (c.n = p.id))", [("2", "7", "2")]),
        ("SELECT p.id, q.n FROM {p} LEFT JOIN (VALUES (1, 'one')) AS q(id, n) ON p.id = q.id ORDER BY 1 LIMIT 2",
         [("1", "one"), ("2", None)]),
        ("SELECT * FROM (VALUES (1, 'a')) AS l(id, n) JOIN (VALUES (1, 'b')) AS r(id, m) USING (id)",
         [("1", "a", "b")]),
        ("SELECT id, row_number() OVER (PARTITION BY team ORDER BY id DESC) FROM {p} WHERE team = 'x' ORDER BY id",
         [("1", "2"), ("2", "1")]),
        ("SELECT id, sum(id) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM {p} ORDER BY id",
         [("1", "1"), ("2", "3"), ("3", "5"), ("4", "7")]),
        ("SELECT id, last_value(id) OVER (ORDER BY id) FROM {p} ORDER BY id LIMIT 2", [("1", "1"), ("2", "2")]),
        ("SELECT id, lag(id, 1, -1) OVER (ORDER BY id) FROM {p} ORDER BY id LIMIT 2", [("1", "-1"), ("2", "1")]),
        ("SELECT team, sum(sum(id)) OVER (ORDER BY team) FROM {p} GROUP BY team ORDER BY team",
         [("x", "3"), ("y", "6"), (None, "10")]),
        ("SELECT p.id, u.v, u.n FROM {p} CROSS JOIN UNNEST(ARRAY['a', 'b']) WITH ORDINALITY AS u(v, n) "
         "WHERE p.id = 1 ORDER BY n", [("1", "a", "1"), ("1", "b", "2")]),
        ("SELECT u.a, u.b FROM (VALUES 1) AS o(x) CROSS JOIN UNNEST(ARRAY[1, 2], ARRAY[9]) AS u(a, b) ORDER BY a",
         [("1", "9"), ("2", None)]),
        ("WITH a AS (SELECT 1 AS x), b (y) AS (SELECT x + 1 FROM a) SELECT x, y FROM a, b", [("1", "2")]),
        ("SELECT 1 UNION SELECT 1 UNION ALL SELECT 2 ORDER BY 1", [("1",), ("2",)]),
        ("SELECT 1 AS n UNION ALL SELECT 2.5 ORDER BY n", [("1.0",), ("2.5",)]),
        ("(SELECT 3) EXCEPT (SELECT 4)", [("3",)]),
        ("SELECT id FROM {p} INTERSECT SELECT 2", [("2",)]),
        ("VALUES (1, NULL), (2, 'a')", [("1", None), ("2", "a")]),
    ],
)  # fmt: skip
def test_a_query_gives_the_rows_trino_gives(athena, sql, rows):
    assert athena.rows(sql.replace("{p}", PEOPLE)) == rows


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT id AS x FROM {p} WHERE x = 1", "COLUMN_NOT_FOUND"),
        ("SELECT id + 1 AS x FROM {p} GROUP BY x", "COLUMN_NOT_FOUND"),
        ("SELECT team, count(*) AS n FROM {p} GROUP BY team HAVING n > 1", "COLUMN_NOT_FOUND"),
        ("SELECT id, count(*) FROM {p} GROUP BY team", "EXPRESSION_NOT_AGGREGATE"),
        ("SELECT * FROM {p} GROUP BY team", "EXPRESSION_NOT_AGGREGATE"),
        ("SELECT id FROM {p} WHERE count(*) > 1", "EXPRESSION_NOT_SCALAR"),
        ("SELECT id FROM {p} ORDER BY 2", "INVALID_COLUMN_REFERENCE"),
        ("SELECT DISTINCT team FROM {p} ORDER BY id", "EXPRESSION_NOT_IN_DISTINCT"),
        ("SELECT id FROM {p} JOIN {p} ON true", "AMBIGUOUS_NAME"),
        ("SELECT nobody.id FROM {p}", "COLUMN_NOT_FOUND"),
        ("SELECT 1 UNION SELECT 'a'", "TYPE_MISMATCH"),
        ("SELECT 1 UNION SELECT 1, 2", "TYPE_MISMATCH"),
        ("SELECT id FROM {p} WHERE name", "TYPE_MISMATCH"),
        (
            "SELECT * FROM nowhere",
            "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.db.nowhere' does not exist",
        ),
        ("SELECT * FROM nobase.t", "SCHEMA_NOT_FOUND: line 1:15: Schema 'nobase' does not exist"),
        ("SELECT (SELECT id FROM {p})", "SUBQUERY_MULTIPLE_ROWS"),
    ],
)
def test_what_duckdb_would_accept_and_trino_does_not_fails(athena, sql, message):
    assert athena.error(sql.replace("{p}", PEOPLE)).startswith(message)


def test_columns_without_a_name_are_numbered(athena):
    assert [column.name for column in athena.result("SELECT 1, 2 AS b, 3").columns] == ["_col0", "b", "_col2"]


def test_a_view_reads_its_tables_wherever_it_is_named(athena):
    athena.result("CREATE OR REPLACE VIEW doubled AS SELECT n * 2 AS twice FROM (VALUES 1, 2) AS v(n)")
    athena.result("CREATE OR REPLACE VIEW doubled AS SELECT n * 3 AS thrice FROM (VALUES 1, 2) AS v(n)")
    assert athena.rows("SELECT sum(thrice) FROM db.doubled") == [("9",)]
    athena.result("DROP VIEW doubled")
    assert athena.error("SELECT * FROM doubled").startswith("TABLE_NOT_FOUND")
