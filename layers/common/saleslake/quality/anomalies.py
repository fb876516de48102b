"""Tell of days and segments of a dataset that its history did not let expect."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import ceil, sqrt
from statistics import median
from typing import Any, NamedTuple

from saleslake.aws.backend import Backend
from saleslake.contracts.loader import load_contract
from saleslake.contracts.model import Contract
from saleslake.quality.busy import Counts, beside, busy_days, levels
from saleslake.quality.profile import ALL, Figures, blanks, numbers, profile
from saleslake.quality.robust import (
    DAYS_OF_LEVEL,
    WEEKS,
    Expectation,
    Series,
    anscombe,
    anscombe_back,
    judge,
    judge_rare,
)

LIMIT = 5.0  # robust z-scores, at a sensitivity of 1
NO_FAULT = 2.0  # times the limit on the side that is seldom a fault: a day that sells well, fewer blanks
MISSING = 0.66  # times the limit for too few rows in a whole day: part of a delivery is the fault to expect
SLOW = 0.7  # of the expected rows: a whole day with more of them is a slow day, not a part of one
RARE = 0.5  # times the limit for things told twice: whole days of history stand behind it, not eight
GONE = 0.75  # times the limit for a segment of which nothing is left: Poisson's law has it rarer than the root does
HISTORY = timedelta(weeks=WEEKS)
KNOWN = HISTORY + timedelta(days=DAYS_OF_LEVEL)  # to look at: the first day of history has a level too
LATEST = 28  # days of a run's own that are judged: those before were judged when they came
FEW_VALUES = 20  # values without which a mean or a median says nothing
FEW_IN_TAIL = 100  # and without which the tail does not
DRIFT = 0.03  # of a mean: prices and habits move
GAPS = 0.035  # of the numbers that run on: late rows and refused ones leave gaps too
LUMPS = 0.25  # of a quantile: figures that take few values jump from one to the next


class Anomaly(NamedTuple):
    """One figure of one day and segment that is unlike its history."""

    dataset: str
    day: date
    segment: str
    metric: str
    value: float
    expectation: Expectation

    @property
    def words(self) -> str:
        """The figure, what was expected, and why."""
        found = self.expectation
        lowest = ceil(found.low) if self.metric == "rows" else found.low  # no rows are fewer than 0.3
        low, high = _shown(self.metric, lowest), _shown(self.metric, found.high)
        where = "" if self.segment == ALL else f" in {self.segment}"
        beside = f" and {found.beside} of the day" if found.beside else ""
        return (
            f"{_named(self.metric, _shown(self.metric, self.value))}{where}, expected {low}–{high}: "
            f"{self.day:%A}, last {found.weeks} weeks{beside}"
        )

    def row(self) -> dict[str, Any]:
        """As quality_anomalies has it."""
        found = self.expectation
        return {
            "dataset": self.dataset,
            "day": self.day,
            "segment": self.segment,
            "metric": self.metric,
            "value": self.value,
            "expected": found.expected,
            "expected_low": found.low,
            "expected_high": found.high,
            "deviation": found.deviation,
            "weeks": found.weeks,
            "explanation": self.words,
        }


def find_anomalies(results: Iterable[Mapping[str, Any]], backend: Backend) -> Iterator[dict[str, Any]]:
    """Anomalies of the days that a run's files tell of, in the tables as they are published, as rows."""
    spans: dict[str, tuple[date, date]] = {}
    for result in results:
        if result["min_date"]:
            first, last = date.fromisoformat(result["min_date"]), date.fromisoformat(result["max_date"])
            known = spans.get(result["dataset"], (first, last))
            spans[result["dataset"]] = (min(first, known[0]), max(last, known[1]))
    for dataset, (first, last) in sorted(spans.items()):
        contract = load_contract(dataset)
        if contract.partition_by:
            begin = max(first, last - timedelta(days=LATEST - 1))
            yield from (found.row() for found in published_anomalies(contract, begin, last, backend))


def published_anomalies(contract: Contract, first: date, last: date, backend: Backend) -> Iterator[Anomaly]:
    """Judge days of a dataset as the current release has them, beside those of the other datasets."""
    begin, end = first - KNOWN, last + timedelta(days=1)
    busy = busy_days(begin, end, backend)
    return anomalies(contract, profile(contract, begin, end, backend), first, last, busy)


def anomalies(
    contract: Contract,
    figures: Sequence[Figures],
    first: date,
    last: date,
    busy: Mapping[str, Counts] | None = None,
) -> Iterator[Anomaly]:
    """Judge the days from ``first`` to ``last`` of a dataset by the eight weeks before each.

    Parameters
    ----------
    contract
        Says how sensitive to be.
    figures
        What each day and segment looks like, from ten weeks before ``first`` on; days before the dataset's first
        are not there, other days without rows count as empty.
    busy
        Rows of each day by dataset: a day that is slow everywhere is no fault of one dataset.
    """
    by_segment: dict[str, dict[date, dict[str, float]]] = defaultdict(dict)
    for found in figures:
        by_segment[found.segment][found.day] = found.values
    whole = by_segment.get(ALL, {})
    if not whole:
        return
    counts = {day: values["rows_found"] for day, values in whole.items()}
    for day in (first + timedelta(days=nth) for nth in range((last - first).days + 1)):
        earlier = {ago: day - timedelta(days=ago) for ago in range(1, HISTORY.days + 1)}
        dates = {ago: then for ago, then in earlier.items() if then >= min(whole)}
        raised, others = levels(counts, day), beside(contract.dataset, busy or {}, day)
        for segment, days in by_segment.items():
            past = {ago: days.get(then, {}) for ago, then in dates.items()}
            for metric, value, expectation in _judge_day(
                contract, segment, days.get(day, {}), past, raised, others
            ):
                if not expectation.low <= value <= expectation.high:
                    yield Anomaly(contract.dataset, day, segment, metric, value, expectation)


def _judge_day(
    contract: Contract,
    segment: str,
    now: Mapping[str, float],
    past: Mapping[int, Mapping[str, float]],
    raised: Series,
    others: Mapping[str, Series],
) -> Iterator[tuple[str, float, Expectation]]:
    limit = LIMIT / contract.watched.sensitivity
    rows = now.get("rows_found", 0.0)
    counts = {ago: then.get("rows_found", 0.0) * raised[ago] for ago, then in past.items()}
    yield from _judge_rows(segment, rows, counts, others, limit)
    if not rows:
        return
    if contract.watched.distinct and segment == ALL:
        yield from _judge_repeats(now, past, RARE * limit)
    if contract.watched.numbered and segment == ALL:
        yield from _judge_gaps(contract.watched.numbered, now, past, limit)
    for column in blanks(contract):
        yield from _judge_blanks(column.name, now, past, limit)
    for column in numbers(contract):
        yield from _judge_values(column.name, now, past, raised if column.money else {}, limit)


def _judge_rows(
    segment: str, rows: float, counts: Series, others: Mapping[str, Series], limit: float
) -> Iterator[tuple[str, float, Expectation]]:
    """Judge the number of rows; of a whole day beside what the other datasets have of it."""
    whole = segment == ALL
    fewer = MISSING if whole else 1.0 if rows else GONE
    found = judge(
        rows,
        counts,
        limits=(fewer * limit, NO_FAULT * limit),
        spread=1.0,
        root=anscombe,
        back=anscombe_back,
        others=others if whole else {},
    )
    if found:
        yield "rows", rows, found._replace(low=min(found.low, SLOW * found.expected) if whole else found.low)


def _judge_repeats(
    now: Mapping[str, float], past: Mapping[int, Mapping[str, float]], limit: float
) -> Iterator[tuple[str, float, Expectation]]:
    """Judge how many rows tell of what another row of the day tells of."""
    rows = now["rows_found"]
    history = {ago: (then["repeats"], then["rows_found"]) for ago, then in past.items() if then}
    if found := judge_rare(now["repeats"], rows, history, limit=limit):
        share = found._replace(
            expected=1 - found.expected / rows,
            low=1 - found.high / rows,
            high=1.0,
            deviation=-found.deviation,
        )
        yield "distinct_share", 1 - now["repeats"] / rows, share


def _judge_gaps(
    name: str, now: Mapping[str, float], past: Mapping[int, Mapping[str, float]], limit: float
) -> Iterator[tuple[str, float, Expectation]]:
    """Judge how many of the numbers that run on are there: rows that are missing leave gaps, however slow the day."""
    shares = {ago: share for ago, then in past.items() if (share := _numbers_there(then)) is not None}
    there = _numbers_there(now)
    if there is None or len(shares) < WEEKS:
        return
    if found := judge(there, shares, limits=(limit, NO_FAULT * limit), spread=GAPS):
        yield f"numbered_share.{name}", there, found._replace(low=max(found.low, 0.0), high=1.0)


def _numbers_there(figures: Mapping[str, float]) -> float | None:
    """The share of the numbers from the first quartile to the third that rows have; strays lie outside."""
    counted = int(figures.get("numbered", 0.0))
    if counted < FEW_VALUES:
        return None
    between = ceil(0.75 * counted) - ceil(0.25 * counted) + 1
    return min(between / (figures["p75.number"] - figures["p25.number"] + 1), 1.0)


def _judge_blanks(
    name: str, now: Mapping[str, float], past: Mapping[int, Mapping[str, float]], limit: float
) -> Iterator[tuple[str, float, Expectation]]:
    """Judge the blanks of a column as the count they would be at today's number of rows."""
    rows, figure = now["rows_found"], f"nulls.{name}"
    told = {
        ago: rows * then[figure] / then["rows_found"] for ago, then in past.items() if then.get("rows_found")
    }
    part, limits = now[figure], (NO_FAULT * limit, limit)
    # where most are blank, the others are the count that spreads
    rest = bool(told) and median(told.values()) > rows / 2
    if rest:
        part, told = rows - part, {ago: rows - count for ago, count in told.items()}
        limits = (limit, NO_FAULT * limit)
    found = judge(part, told, limits=limits, spread=1.0, root=anscombe, back=anscombe_back)
    if found is None:
        return
    shares = [(1 - n / rows) if rest else n / rows for n in (found.expected, found.low, found.high)]
    ends = sorted(shares[1:])
    deviation = -found.deviation if rest else found.deviation
    expectation = Expectation(shares[0], max(ends[0], 0.0), min(ends[1], 1.0), deviation, found.weeks)
    yield f"null_share.{name}", now[figure] / rows, expectation


def _judge_values(
    name: str,
    now: Mapping[str, float],
    past: Mapping[int, Mapping[str, float]],
    levels: Mapping[int, float],
    limit: float,
) -> Iterator[tuple[str, float, Expectation]]:
    """Judge sum, mean and quantiles of a column; the sum where the column is money, for it grows with the rows."""
    counted = now.get(f"counted.{name}", 0.0)
    told = {ago: then for ago, then in past.items() if then.get(f"counted.{name}", 0.0) >= FEW_VALUES}
    if counted < FEW_VALUES or len(told) < WEEKS:
        return
    means = {ago: then[f"sum.{name}"] / then[f"counted.{name}"] for ago, then in told.items()}
    typical = median(abs(mean) for mean in means.values())
    tail = median(then[f"p95.{name}"] - then[f"p50.{name}"] for then in told.values())
    one = max(tail / 1.645, typical / 2, 1e-6)  # spread of one value, were the values spread as a bell
    of_mean, both = max(one / sqrt(counted), DRIFT * typical), (limit, limit)
    if found := judge(now[f"sum.{name}"] / counted, means, limits=both, spread=of_mean):
        yield f"mean.{name}", now[f"sum.{name}"] / counted, found
    for quantile, few in (("p50", FEW_VALUES), ("p95", FEW_IN_TAIL)):
        history = {ago: then[f"{quantile}.{name}"] for ago, then in told.items()}
        spread = max(2 * of_mean, LUMPS * abs(median(history.values())))
        if counted >= few and (
            found := judge(now[f"{quantile}.{name}"], history, limits=both, spread=spread)
        ):
            yield f"{quantile}.{name}", now[f"{quantile}.{name}"], found
    if levels:
        sums = {ago: then[f"sum.{name}"] * levels[ago] for ago, then in told.items()}
        spread = (typical + one) * sqrt(counted)
        if found := judge(now[f"sum.{name}"], sums, limits=(limit, NO_FAULT * limit), spread=spread):
            yield f"sum.{name}", now[f"sum.{name}"], found


def _shown(metric: str, value: float) -> str:
    if "share" in metric:
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if metric == "rows" else f"{value:,.2f}"


def _named(metric: str, value: str) -> str:
    kind, _, column = metric.partition(".")
    words = {
        "rows": f"{value} rows",
        "distinct_share": f"{value} of the rows tell of different things",
        "numbered_share": f"{value} of the numbers {column} runs through are there",
        "null_share": f"{value} of {column} is blank",
        "sum": f"{column} adds up to {value}",
        "mean": f"{column} is {value} on average",
        "p50": f"half of {column} is at most {value}",
        "p95": f"95 % of {column} is at most {value}",
    }
    return words[kind]
