"""The embedded engine without a server: statements in, rows out, over a lake in this process."""

import itertools
from dataclasses import dataclass, field

from ministack.core.responses import request_scope
from ministack.services import s3

from local.athena.duck.engine import DuckEngine
from local.athena.engine import Query, QueryFailed, Result, Session
from local.athena.store import Store

_queries = itertools.count()


@dataclass
class Embedded:
    """One engine over an account, and the bucket its tables are in: names of buckets are taken worldwide."""

    store: Store = field(default_factory=lambda: Store("700000000000"))
    bucket: str = "embedded"
    engine: DuckEngine = field(default_factory=DuckEngine)

    def __post_init__(self) -> None:
        """Create the bucket, and the database `db`."""
        self.engine.start()
        with request_scope(self.store.account, self.store.region):
            s3._create_bucket(self.bucket, b"", {})
        self.store.glue("CreateDatabase", DatabaseInput={"Name": "db"})

    def result(self, sql: str, database: str = "db") -> Result:
        """Run one statement; raises QueryFailed."""
        session = Session("", self.store.region, account_id=self.store.account)
        return self.engine.execute(Query(str(next(_queries)), sql, database, "awsdatacatalog", session))

    def rows(self, sql: str, database: str = "db") -> list[tuple[str | None, ...]]:
        """The rows as Athena prints them."""
        return list(self.result(sql, database).rows)

    def value(self, expression: str) -> tuple[str | None, str]:
        """One expression's text and type, decimals with precision and scale."""
        result = self.result(f"SELECT {expression}")
        column = result.columns[0]
        digits = f"({column.precision},{column.scale})" if column.type == "decimal" else ""
        return result.rows[0][0], column.type + digits

    def error(self, sql: str, database: str = "db") -> str:
        """The message of a statement that must fail."""
        try:
            result = self.result(sql, database)
        except QueryFailed as failure:
            return failure.message
        raise AssertionError(f"{sql} gave {list(result.rows)[:3]}")

    def iceberg(self, name: str, columns: str, partition: str = "") -> None:
        """Create an Iceberg table."""
        by = f"PARTITIONED BY ({partition})" if partition else ""
        self.result(
            f"CREATE TABLE {name} ({columns}) {by} LOCATION 's3://{self.bucket}/{name}/' "
            "TBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')"
        )
