"""Tables as they are published, as far as the checks of them ask: columns by table, and DuckDB to answer."""

from types import SimpleNamespace

import duckdb
import pytest
import sqlglot


class Published:
    """A backend; ``tables`` says which columns each table has, with their Iceberg types, ``asked`` what was asked."""

    def __init__(self, connection):
        self.tables, self.asked, self.connection = {}, [], connection
        self.settings = SimpleNamespace(database="published")
        self.catalog = self.athena = self.lake = self

    def pointer(self, database, table):
        version = hash(tuple(self.tables.get(table, {}).items()))  # what changes has another metadata file
        location = f"s3://lake/{table}/{version}"
        return SimpleNamespace(metadata_location=location) if table in self.tables else None

    def uri(self, key):
        return f"s3://lake/{key}"

    def get_json(self, key):
        fields = [{"name": name, "type": kind} for name, kind in self.tables[key.split("/")[0]].items()]
        return {"current-schema-id": 1, "schemas": [{"schema-id": 0}, {"schema-id": 1, "fields": fields}]}

    def query(self, statement, parameters=(), *, database):
        self.asked.append(statement)
        if parameters:
            return SimpleNamespace(rows=[])
        found = self.connection.execute(sqlglot.transpile(statement, read="athena", write="duckdb")[0])
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return SimpleNamespace(rows=rows, dicts=lambda: rows)


@pytest.fixture
def published():
    """What is published: nothing so far."""
    with duckdb.connect() as connection:
        yield Published(connection)
