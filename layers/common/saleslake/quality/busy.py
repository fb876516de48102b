"""How busy the days of each dataset were: rows a day, and how they stand beside each other."""

# ruff: noqa: S608 - every name comes from a contract

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from saleslake import sql
from saleslake.aws import iceberg
from saleslake.aws.backend import Backend
from saleslake.contracts.loader import contracts
from saleslake.contracts.model import Contract
from saleslake.quality.robust import DAYS_OF_LEVEL, WEEKS, deviations, level

DAYS = 7 * WEEKS

type Counts = Mapping[date, float]  # rows of each day that has any


def busy_statement(dated: Iterable[Contract]) -> str:
    """The query over datasets that have days; its parameters are the first day and the day after the last."""
    each = "\n    UNION ALL\n    ".join(
        f"SELECT '{contract.dataset}' AS dataset, CAST({contract.partition_by} AS date) AS day "
        f"FROM {contract.dataset}_latest"
        for contract in dated
    )
    return f"""-- Rows of each day of every dataset that has days. Grain: one dataset and day.
-- Parameters: first day, day after the last.
SELECT
    dataset,
    day,
    COUNT(*) AS rows_found
FROM (
    {each}
) AS dated
WHERE day >= ? AND day < ?
GROUP BY dataset, day"""


def busy_days(first: date, end: date, backend: Backend) -> dict[str, dict[date, float]]:
    """Rows of each day from ``first`` to before ``end``, by dataset, as the current release has them."""
    dated = [contract for contract in _dated() if _has_days(contract, backend)]
    if not dated:
        return {}
    span = [sql.literal(first), sql.literal(end)]
    answer = backend.athena.query(busy_statement(dated), span, database=backend.settings.database)
    found: dict[str, dict[date, float]] = defaultdict(dict)
    for dataset, day, rows in answer.rows:
        assert isinstance(day, date), "day is a date"
        found[str(dataset)][day] = float(str(rows))
    return found


def _dated() -> list[Contract]:
    return [contract for contract in contracts() if contract.partition_by]


def _has_days(contract: Contract, backend: Backend) -> bool:
    """Whether its table has the day: a contract may be newer than the last run that wrote it."""
    table = f"{contract.dataset}_latest"
    return contract.partition_by in iceberg.columns(table, backend.settings.database, backend)


def levels(counts: Counts, day: date) -> dict[int, float]:
    """How much higher the two weeks before a day stand than those before each earlier day, by how many days ago."""
    begins = min(counts)

    def before(moment: date) -> float | None:
        dates = [moment - timedelta(days=ago) for ago in range(1, DAYS_OF_LEVEL + 1)]
        return level([counts.get(known, 0.0) for known in dates if known >= begins])

    now = before(day)
    earlier = {ago: before(day - timedelta(days=ago)) for ago in range(1, DAYS + 1)}
    # at the beginning, and where there was nothing, nothing is known of a trend
    return {ago: now / then if now and then else 1.0 for ago, then in earlier.items()}


def beside(dataset: str, busy: Mapping[str, Counts], day: date) -> dict[str, dict[int, float]]:
    """How far the day, and those before it, were from usual in the other datasets that have rows of it."""
    return {
        name: deviations({0: counts[day], **_past(counts, day)})
        for name, counts in busy.items()
        if name != dataset and counts.get(day)
    }


def _past(counts: Counts, day: date) -> dict[int, float]:
    begins = min(counts)
    raised = levels(counts, day)
    dates = {ago: day - timedelta(days=ago) for ago in range(1, DAYS + 1)}
    return {ago: counts.get(then, 0.0) * raised[ago] for ago, then in dates.items() if then >= begins}


def composed_statements() -> Iterator[tuple[str, str]]:
    """Every statement this module composes, by what it is for."""
    yield "rows a day", busy_statement(_dated())
