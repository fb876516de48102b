"""Check tables as they are published, on demand and by the clock."""

# ruff: noqa: S608 - every name comes from a contract

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from saleslake import sql
from saleslake.aws.backend import Backend
from saleslake.clock import FORMAT
from saleslake.contracts.loader import contracts
from saleslake.contracts.model import PROVENANCE, Contract
from saleslake.errors import InvalidParameter, UnknownTable
from saleslake.history import Release
from saleslake.quality.anomalies import Anomaly, published_anomalies
from saleslake.quality.dimensions import THRESHOLDS

AT_ONCE = 8  # queries
LATEST_DAYS = 3  # of data that are judged each time: what came late is judged again
RECENT_RUNS = 10  # whose scores the last one is held against
DROP = 5  # points below them that are worth telling


class Finding(NamedTuple):
    """One check of one table: whether it passed, and what was found, in words."""

    table: str
    check: str
    passed: bool
    detail: str


class Subject(NamedTuple):
    """A table to check, with what is known of it."""

    table: str
    contract: Contract | None
    release: Release
    backend: Backend

    def ask(self, statement: str, parameters: Sequence[str] = ()) -> list[dict[str, Any]]:
        """Rows of a query on what is published."""
        return self.backend.athena.query(
            statement, parameters, database=self.backend.settings.database
        ).dicts()


def subjects(release: Release, backend: Backend, asked: Sequence[str] = ()) -> list[Subject]:
    """The tables asked for, or every table of the release; a dataset is its latest rows.

    Raises
    ------
    UnknownTable
        The release has no such table; says which there are.
    """
    known = {f"{contract.dataset}_latest": contract for contract in contracts()}
    names = [f"{name}_latest" if f"{name}_latest" in known else name for name in asked]
    for name, given in zip(names, asked, strict=True):
        if name not in release.tables:
            raise UnknownTable(
                f"no table {given} in the release; there are: {', '.join(sorted(release.tables))}"
            )
    return [Subject(name, known.get(name), release, backend) for name in names or sorted(release.tables)]


def check(subject: Subject, names: Sequence[str] = ()) -> Iterator[Finding]:
    """Check one table.

    Parameters
    ----------
    subject
        The table.
    names
        Which checks; all that apply to it when empty.

    Raises
    ------
    InvalidParameter
        There is no such check; says which there are.
    """
    for name in names:
        if name not in CHECKS:
            raise InvalidParameter(f"no check {name}; there are: {', '.join(CHECKS)}")
    delivered = subject.contract and any(
        account.dataset == subject.contract.dataset for account in subject.release.files.values()
    )
    for name in names or CHECKS:
        if subject.contract is None and name != "row_count":
            continue
        if subject.contract is not None and not delivered and not names:
            continue  # what nobody delivers yet is not late
        yield from CHECKS[name](subject)


def check_all(found: Iterable[Subject], names: Sequence[str] = ()) -> list[Finding]:
    """Check several tables side by side."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check") as threads:
        return [
            finding
            for findings in threads.map(lambda subject: list(check(subject, names)), found)
            for finding in findings
        ]


def _contract(subject: Subject) -> Contract:
    if subject.contract is None:
        raise InvalidParameter(f"{subject.table} has no contract to check it by; only row_count applies")
    return subject.contract


def _row_count(subject: Subject) -> Iterator[Finding]:
    (row,) = subject.ask(f"SELECT COUNT(*) AS found FROM {subject.table}")
    empty = subject.contract is not None and not row["found"]
    yield Finding(subject.table, "row_count", not empty, f"{row['found']:,} rows")


def _nulls(subject: Subject) -> Iterator[Finding]:
    required = [column.name for column in _contract(subject).columns if column.required]
    if not required:
        return
    counts = ", ".join(f"COUNT(*) - COUNT({name}) AS {name}" for name in required)
    (row,) = subject.ask(f"SELECT {counts} FROM {subject.table}")
    missing = {name: count for name, count in row.items() if count}
    words = ", ".join(f"{count:,} blank in {name}" for name, count in missing.items())
    yield Finding(subject.table, "nulls", not missing, words or f"none in {len(required)} required columns")


def _duplicates(subject: Subject) -> Iterator[Finding]:
    key = _contract(subject).latest_key
    joined = " || '|' || ".join(f"COALESCE(CAST({name} AS varchar), '')" for name in key)
    (row,) = subject.ask(f"SELECT COUNT(*) - COUNT(DISTINCT {joined}) AS found FROM {subject.table}")
    yield Finding(
        subject.table,
        "duplicates",
        not row["found"],
        f"{row['found']:,} rows repeat a key ({', '.join(key)})",
    )


def _freshness(subject: Subject) -> Iterator[Finding]:
    contract = _contract(subject)
    landed = max(
        (
            account.landing_order.split("|")[0]
            for account in subject.release.files.values()
            if account.dataset == contract.dataset
        ),
        default="",
    )
    if not landed:
        yield Finding(subject.table, "freshness", False, "nothing was ever delivered")
        return
    age = datetime.now(UTC) - datetime.strptime(landed, FORMAT).replace(tzinfo=UTC)
    hours = age / timedelta(hours=1)
    yield Finding(
        subject.table,
        "freshness",
        hours <= contract.freshness_hours,
        f"newest file landed {hours:,.1f} hours ago, promised every {contract.freshness_hours}",
    )


def _schema(subject: Subject) -> Iterator[Finding]:
    contract = _contract(subject)
    table = subject.backend.catalog.table(subject.backend.settings.database, subject.table) or {}
    found = {
        column["Name"]: column["Type"] for column in table.get("StorageDescriptor", {}).get("Columns", [])
    }
    wanted = {column.name: column.physical_type for column in contract.columns}
    wanted |= {column.name: column.physical_type for column in PROVENANCE}
    wrong = [
        f"{name} is {found.get(name, 'missing')}, not {kind}"
        for name, kind in wanted.items()
        if found.get(name, "").replace(" ", "") != kind
    ]
    yield Finding(
        subject.table, "schema", not wrong, "; ".join(wrong) or f"{len(wanted)} columns as promised"
    )


def _trend(subject: Subject) -> Iterator[Finding]:
    names = ", ".join((*THRESHOLDS, "score"))
    rows = subject.ask(
        f"""SELECT {names} FROM quality_scores
WHERE dataset = ? AND level = 'dataset' AND score IS NOT NULL ORDER BY run_id DESC LIMIT {RECENT_RUNS + 1}""",
        [sql.literal(_contract(subject).dataset)],
    )
    if not rows:
        return
    last, *before = rows
    short = [f"{name} {last[name]} % of {least}" for name, least in THRESHOLDS.items() if last[name] < least]
    if before and (usual := median(row["score"] for row in before)) - last["score"] > DROP:
        short.append(f"score {last['score']}, lately {usual}")
    yield Finding(subject.table, "trend", not short, "; ".join(short) or f"score {last['score']} of 100")


def _anomalies(subject: Subject) -> Iterator[Finding]:
    found = recent_anomalies(subject)
    words = "; ".join(f"{anomaly.day}: {anomaly.words}" for anomaly in found[:5])
    more = f"; and {len(found) - 5} more" if len(found) > 5 else ""
    if _contract(subject).partition_by:
        yield Finding(subject.table, "anomalies", not found, words + more or "nothing unusual")


def recent_anomalies(subject: Subject) -> list[Anomaly]:
    """What is unusual about the latest days of a dataset."""
    contract = _contract(subject)
    last = max(
        (
            account.last_day
            for account in subject.release.files.values()
            if account.dataset == contract.dataset and account.last_day
        ),
        default=None,
    )
    if contract.partition_by is None or last is None:
        return []
    day = date.fromisoformat(last)
    first = day - timedelta(days=LATEST_DAYS - 1)
    return list(published_anomalies(contract, first, day, subject.backend))


CHECKS: dict[str, Callable[[Subject], Iterator[Finding]]] = {
    "row_count": _row_count,
    "nulls": _nulls,
    "duplicates": _duplicates,
    "freshness": _freshness,
    "schema": _schema,
    "trend": _trend,
    "anomalies": _anomalies,
}
