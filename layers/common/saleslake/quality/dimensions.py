"""Score what a transform counted: completeness, accuracy, consistency and validity, in percent."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from saleslake.contracts.model import Contract

type Dimension = Literal["completeness", "accuracy", "consistency", "validity"]

THRESHOLDS: dict[Dimension, int] = {"completeness": 95, "accuracy": 98, "consistency": 99, "validity": 97}
GATE = 80
ENOUGH_ROWS = 100  # a share over fewer says nothing about a delivery

# Rules that follow from a column's type and properties; what a rule with a name of its own is about, its contract says.
_BUILT_IN: dict[str, Dimension] = {
    "required": "completeness",
    "required_with": "completeness",
    "range": "accuracy",
    "not_after_landing": "accuracy",
    "repeated_key": "consistency",
}
_SAID: dict[str, Dimension] = {
    "completeness": "completeness",
    "accuracy": "accuracy",
    "consistency": "consistency",
    "uniqueness": "consistency",
}


class Score(BaseModel):
    """How good one file, or all files of a dataset, of one run are; percentages are None where no row was read."""

    model_config = ConfigDict(frozen=True)

    level: Literal["file", "dataset"]
    dataset: str
    file_id: str | None = None
    file_name: str | None = None
    rows_read: int | None = None
    arrival_score: int | None = None
    completeness: Decimal | None = None
    accuracy: Decimal | None = None
    consistency: Decimal | None = None
    validity: Decimal | None = None
    score: Decimal | None = None

    @property
    def missed(self) -> list[str]:
        """What falls short: a dimension below its threshold, a score below the gate."""
        short: list[str] = [
            name
            for name, least in THRESHOLDS.items()
            if (found := getattr(self, name)) is not None and found < least
        ]
        return [
            *short,
            *(name for name in ("arrival_score", "score") if (getattr(self, name) or 100) < GATE),
        ]

    @property
    def below_gate(self) -> bool:
        """Whether so much of so many rows is wrong that nothing of it should be published."""
        return self.score is not None and self.score < GATE and (self.rows_read or 0) >= ENOUGH_ROWS

    @property
    def words(self) -> str:
        """The score and its dimensions in words."""
        parts = ", ".join(f"{name} {getattr(self, name)} %" for name in THRESHOLDS)
        return f"{self.score} of 100 ({parts})"


def dimension_of(contract: Contract, rule: str) -> Dimension:
    """The dimension that a broken rule counts against; how a value is written where nothing else is said."""
    if rule in _BUILT_IN:
        return _BUILT_IN[rule]
    said = {named.name: named.dimension for named in contract.row_rules}
    said |= {named.name: named.dimension for named in contract.table_rules}
    said |= {column.allowed.name: column.allowed.dimension for column in contract.columns if column.allowed}
    return _SAID.get(said.get(rule, ""), "validity")


def score_file(result: Mapping[str, Any], contract: Contract, arrival_score: int | None = None) -> Score:
    """Score one file by what Transform says of it."""
    faults = _faults(result, contract)
    return Score(
        level="file",
        dataset=contract.dataset,
        file_id=result["file_id"],
        file_name=result["name"],
        arrival_score=arrival_score,
        **_shares(faults, result["rows_read"]),
    )


def score_dataset(
    results: Iterable[Mapping[str, Any]], contract: Contract, arrival_score: int | None = None
) -> Score:
    """Score a dataset of one run by what Transform says of all its files."""
    faults = dict.fromkeys(THRESHOLDS, 0)
    rows = 0
    for result in results:
        own = _faults(result, contract)
        rows += result["rows_read"]
        # what a file has too many of may not count against the rows of another
        faults = {name: count + min(own[name], result["rows_read"]) for name, count in faults.items()}
    return Score(
        level="dataset", dataset=contract.dataset, arrival_score=arrival_score, **_shares(faults, rows)
    )


def _faults(result: Mapping[str, Any], contract: Contract) -> dict[Dimension, int]:
    found = dict.fromkeys(THRESHOLDS, 0)
    for counted in (result["reasons"], result["warnings"]):
        for rule, count in counted.items():
            found[dimension_of(contract, rule)] += count
    return found


def _shares(faults: Mapping[Dimension, int], rows: int) -> dict[str, Any]:
    shares: dict[str, Decimal] = {
        name: percent(rows - min(count, rows), rows) for name, count in faults.items()
    }
    return {"rows_read": rows, **shares, "score": mean(list(shares.values()))}


def percent(part: int, whole: int) -> Decimal:
    """A share in percent with two decimals; all of nothing is 100."""
    return _rounded(Decimal(100 * part) / whole) if whole else Decimal("100.00")


def mean(shares: Sequence[Decimal]) -> Decimal:
    """The mean with two decimals."""
    return _rounded(sum(shares, Decimal(0)) / len(shares))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
