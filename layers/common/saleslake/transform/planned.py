"""Statements that every block runs: planned once, run on other rows each time."""

import duckdb
import pyarrow as pa


class _Feed:
    """What a connection reads by one name: at each run the rows it was given last."""

    def __init__(self, rows: pa.Table) -> None:
        self.rows = rows

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)


class Planned:
    """Statements of a connection and the tables they read, for as long as the tables' columns stay the same.

    To plan a statement with hundreds of expressions takes as long as to run it on ten thousand rows. Whatever creates
    or replaces a table or view has all of them planned again.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._feeds: dict[str, _Feed] = {}
        self._names: dict[str, str] = {}

    def feed(self, name: str, rows: pa.Table) -> None:
        """Let statements read these rows by a name.

        Raises
        ------
        ValueError
            The columns are not those of the rows that had the name before.
        """
        if name not in self._feeds:
            self._feeds[name] = _Feed(rows)
            self._connection.register(name, self._feeds[name])
        elif not rows.schema.equals(self._feeds[name].rows.schema):
            raise ValueError(f"{name} has other columns than before: {rows.schema}")
        self._feeds[name].rows = rows

    def run(self, statement: str) -> pa.Table:
        """What a statement gives for the rows fed last."""
        if statement not in self._names:
            self._names[statement] = f"planned_{len(self._names)}"
            self._connection.execute(f"PREPARE {self._names[statement]} AS {statement}")
        return self._connection.sql(f"EXECUTE {self._names[statement]}").to_arrow_table()
