"""Check tables as they are published, on demand and by the clock."""

# ruff: noqa: S608 - every name comes from a contract

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from saleslake import sql
from saleslake.aws import iceberg
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

    @property
    def columns(self) -> Mapping[str, str]:
        """Type of each column of the table as it is published: a contract may be newer."""
        return iceberg.columns(self.table, self.backend.settings.database, self.backend)

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
    names = {f"{name}_latest" if f"{name}_latest" in known else name: name for name in asked}
    for name, given in names.items():
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
    for name in dict.fromkeys(names or CHECKS):
        if not why_not(subject, name, asked=bool(names)):
            yield from CHECKS[name](subject)


def why_not(subject: Subject, name: str, *, asked: bool) -> str | None:
    """Why a check does not apply to a table; one that nobody asked for does not to what nobody delivers yet."""
    contract = subject.contract
    if contract is None:
        return None if name == "row_count" else "no contract says what it should hold"
    if not asked and not any(
        account.dataset == contract.dataset for account in subject.release.files.values()
    ):
        return "nothing was delivered yet"
    needed = _NEEDS[name](contract) if name in _NEEDS else ()
    if not needed:
        return "its contract asks for nothing of the kind" if name in _NEEDS else None
    present = subject.columns
    missing = [column for column in needed if column not in present]
    return f"its table has no {', '.join(missing)} until a run adds it" if missing else None


def check_all(found: Iterable[Subject], names: Sequence[str] = ()) -> list[Finding]:
    """Check several tables side by side."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="check") as threads:
        return [
            finding
            for findings in threads.map(lambda subject: list(check(subject, names)), found)
            for finding in findings
        ]


def unchecked(
    wanted: Iterable[Subject], findings: Iterable[Finding], names: Sequence[str] = ()
) -> Iterator[tuple[Subject, str, str]]:
    """What was not looked at: each check that was asked for and found nothing to check, else each table; and why."""
    found = {(finding.table, finding.check) for finding in findings}
    found |= {(table, "") for table, _ in found}
    for subject in wanted:
        for name in dict.fromkeys(names or [""]):
            if (subject.table, name) not in found:
                why = why_not(subject, name or next(iter(CHECKS)), asked=bool(names))
                yield subject, name, why or "no run has told of it yet"


def _contract(subject: Subject) -> Contract:
    if subject.contract is None:
        raise InvalidParameter(f"{subject.table} has no contract to check it by; only row_count applies")
    return subject.contract


def _row_count(subject: Subject) -> Iterator[Finding]:
    (row,) = subject.ask(f"SELECT COUNT(*) AS found FROM {subject.table}")
    empty = subject.contract is not None and not row["found"]
    yield Finding(subject.table, "row_count", not empty, f"{row['found']:,} rows")


def _nulls(subject: Subject) -> Iterator[Finding]:
    required = _required(_contract(subject))
    counts = ", ".join(f"COUNT(*) - COUNT({name}) AS {name}" for name in required)
    (row,) = subject.ask(f"SELECT {counts} FROM {subject.table}")
    missing = {name: count for name, count in row.items() if count}
    words = ", ".join(f"{count:,} blank in {name}" for name, count in missing.items())
    yield Finding(subject.table, "nulls", not missing, words or f"none in {len(required)} required columns")


def duplicates_statement(table: str, key: Iterable[str]) -> str:
    """How many rows repeat the key of another; no value is one value."""
    return f"""SELECT CAST(COALESCE(SUM(times - 1), 0) AS bigint) AS found
FROM (SELECT COUNT(*) AS times FROM {table} GROUP BY {", ".join(key)}) AS keyed"""


def _duplicates(subject: Subject) -> Iterator[Finding]:
    key = _contract(subject).latest_key
    (row,) = subject.ask(duplicates_statement(subject.table, key))
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
    found = subject.columns
    wanted = {column.name: column.physical_type for column in contract.columns}
    wanted |= {column.name: column.physical_type for column in PROVENANCE}
    wrong = [
        f"{name} is {found.get(name, 'missing')}, not {kind}"
        for name, kind in wanted.items()
        if found.get(name) != kind.replace(" ", "")
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


def _required(contract: Contract) -> list[str]:
    return [column.name for column in contract.columns if column.required]


# Columns without which a check cannot be made; of other datasets nothing depends on them.
_NEEDS: dict[str, Callable[[Contract], Iterable[str]]] = {
    "nulls": _required,
    "duplicates": lambda contract: contract.latest_key,
    "anomalies": lambda contract: contract.by_name if contract.partition_by else (),
}

CHECKS: dict[str, Callable[[Subject], Iterator[Finding]]] = {
    "row_count": _row_count,
    "nulls": _nulls,
    "duplicates": _duplicates,
    "freshness": _freshness,
    "schema": _schema,
    "trend": _trend,
    "anomalies": _anomalies,
}
