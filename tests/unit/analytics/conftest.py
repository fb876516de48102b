"""Two small releases in memory, and a stand-in for Athena that answers from rows made by hand."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from saleslake.analytics.answers import Answers
from saleslake.analytics.api import create_api
from saleslake.aws.athena import QueryResult
from saleslake.zones import release_key

EVENT = Path(__file__).parents[3] / "events" / "serve.json"
FIRST, SECOND = "r-20220501T020000Z-aaaaaa", "r-20220601T020000Z-bbbbbb"
SNAPSHOTS = {FIRST: "9007199254740993", SECOND: "9007199254740995"}

KPIS: dict[str, Any] = {
    "total_revenue": Decimal("71673394.00"),
    "total_orders": 110643,
    "distinct_orders": 103193,
    "average_order_value": Decimal("647.79"),
    "total_quantity_sold": 110992,
    "b2b_revenue": Decimal("559400.00"),
    "b2c_revenue": Decimal("71113994.00"),
    "b2b_percentage": Decimal("0.78"),
    "amazon_fulfilled_orders": 78227,
    "merchant_fulfilled_orders": 32416,
}
RECORDS = {"total_records": 128975, "active_records": 110643, "cancelled_records": 18332}
STATES = [{"state": "Maharashtra", "revenue": Decimal("12224770.00"), "order_count": 19125}]
CATEGORIES = [
    {
        "category": "Set",
        "revenue": Decimal("35731673.10"),
        "quantity_sold": 42000,
        "order_count": 42000,
        "avg_order_value": Decimal("850.75"),
    }
]
MONTHS = [
    {
        "year_month": "2022-04",
        "month_name": "Apr",
        "revenue": Decimal("26234520.00"),
        "order_count": 42000,
        "avg_order_value": Decimal("624.63"),
    }
]


class Warehouse:
    """Stands for Athena: rows by the first words of a statement's purpose, and what was asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.databases: set[str] = set()
        self.seconds: list[float] = []
        self.failure: Exception | None = None
        self.rows: dict[str, list[dict[str, Any]]] = {
            "-- Headline figures": [KPIS | RECORDS],
            "-- Revenue and active lines per state": STATES,
            "-- Revenue, units, active lines": CATEGORIES,
            "-- Revenue, active lines and revenue": MONTHS,
        }

    def query(self, sql, *, database, timeout_seconds):
        self.asked.append(sql)
        self.databases.add(database)
        self.seconds.append(timeout_seconds)
        if self.failure:
            raise self.failure
        (rows,) = (rows for purpose, rows in self.rows.items() if sql.startswith(purpose))
        columns = tuple(rows[0]) if rows else ()
        return QueryResult(columns, [tuple(row.values()) for row in rows], 1000, "q", 5)


class Caller:
    """Lambda's context, as far as the API looks at it."""

    function_name = "serve"
    memory_limit_in_mb = 1024
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:serve"
    aws_request_id = "c0ffee"

    def __init__(self, milliseconds: int = 29_000) -> None:
        self.milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


class Memory(dict[str, bytes]):
    """Stands for the lake bucket."""

    def get_bytes(self, key):
        return self.get(key)

    def put_bytes(self, key, body, content_type):
        assert content_type == "application/json"
        self[key] = body


class Site:
    """The API as a caller of API Gateway sees it, over a lake and a ledger in memory."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.lake = Memory()
        self._current: str | None = None
        self.statuses: dict[str, str | None] = dict.fromkeys(SNAPSHOTS, "published")
        self._warehouse = warehouse
        self.restart()

    def restart(self) -> None:
        """A new process: nothing is remembered but what lies in the lake."""
        self._api = create_api(Answers(self, self.lake, self._warehouse, database="sales"))

    def current_release(self) -> str | None:
        return self._current

    def status(self, release_id: str) -> str | None:
        return self.statuses.get(release_id)

    def make_current(self, release: str) -> None:
        """What Publish and rollback do last."""
        self._current = release

    def get(self, path: str, method: str = "GET", *, headers=None, caller=None, **parameters):
        event = json.loads(EVENT.read_text())
        event |= {
            "path": path,
            "httpMethod": method,
            "headers": event["headers"] | (headers or {}),
            "queryStringParameters": parameters or None,
            "multiValueQueryStringParameters": {name: [value] for name, value in parameters.items()} or None,
        }
        return self._api.resolve(event, caller or Caller())


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse()


@pytest.fixture
def site(warehouse: Warehouse) -> Site:
    """An API over two releases; none of them is current yet."""
    site = Site(warehouse)
    for release, snapshot in SNAPSHOTS.items():
        tables = {
            name: {"snapshot_id": snapshot, "metadata_location": f"s3://lake/curated/{name}/metadata/1.json"}
            for name in ("fact_sales", "rollup_sales_daily")
        }
        document = {"release_id": release, "data_as_of": "2022-06-29", "tables": tables}
        site.lake[release_key(release)] = json.dumps(document).encode()
    return site


def header(response, name: str) -> str | None:
    """The one value of a response's header."""
    (value,) = response["multiValueHeaders"].get(name, [None])
    return value
