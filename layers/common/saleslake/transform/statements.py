"""The DuckDB statements of one file, from its contract: cast and check a block, explain its faults, add it up."""

# ruff: noqa: S608 - every name comes from a contract, every text goes through quote()

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from saleslake.contracts.model import Contract
from saleslake.transform.checks import Check, CompiledColumn, compile_row_rules
from saleslake.transform.values import FLAG, hash_name, known_name, quote

REPEATED_KEY = "repeated_key"


@dataclass(frozen=True)
class Statements:
    """SQL over a block.

    ``check`` reads ``rows``, as delivered, and gives each one's line, computed values, hashes, and whether it is bad.
    ``account`` reads that, ``marked`` with what came before, and says what became of all of them. ``reasons`` lists
    every fault of the rows that are ``faulty``.
    """

    known: Mapping[str, str]
    """Of each column that is looked up, SQL over ``spelt_<column>``: what ``check`` wants to know of these texts."""
    check: str
    reasons: str
    account: str
    watched: tuple[Check, ...]
    """Checks that do not quarantine; ``account`` counts them as ``w0``, ``w1``, … and gives the first line of each."""
    keys_repeat: bool
    """Whether rows of one key that differ are lines of their own; else the last of them wins, and it is said so."""

    def warned(self, row: Mapping[str, Any]) -> dict[str, int]:
        """Rows per rule whose action is to warn, from a row of ``account``."""
        found: Counter[str] = Counter()
        for at, check in enumerate(self.watched):
            if check.action == "warn" and row[f"w{at}"]:
                found[check.rule] += row[f"w{at}"]
        if row["repeated"] and not self.keys_repeat:
            found[REPEATED_KEY] += row["repeated"]
        return dict(found)

    def halted(self, row: Mapping[str, Any]) -> list[tuple[Check, int]]:
        """Broken rules whose action is to halt, with the first line of each, from a row of ``account``."""
        return [
            (check, row[f"w{at}_line"])
            for at, check in enumerate(self.watched)
            if check.action == "halt" and row[f"w{at}"]
        ]


def compile_statements(
    contract: Contract,
    columns: Sequence[CompiledColumn],
    delivered: Sequence[str],
    looked_up: Collection[str] = (),
) -> Statements:
    """Write the statements of one file.

    Parameters
    ----------
    contract
        The dataset's contract.
    columns
        Its columns, compiled for the file.
    delivered
        Names of all delivered columns in ``rows``: rows equal in all of them are duplicates.
    looked_up
        Names of columns that ``known`` is about; what it gives is in ``rows`` already.
    """
    checks = [*(check for column in columns for check in column.checks), *compile_row_rules(contract)]
    faults = [check for check in checks if check.action == "quarantine"]
    watched = tuple(check for check in checks if check.action != "quarantine")
    values = _values(columns)
    return Statements(
        known={
            column.name: _known(column, faults, watched) for column in columns if column.name in looked_up
        },
        check=_check(contract, columns, delivered, faults, watched, looked_up),
        reasons=_reasons(columns, values, faults),
        account=_account(contract, watched),
        watched=watched,
        keys_repeat=contract.occurrence or not contract.key,
    )


def _values(columns: Sequence[CompiledColumn], looked_up: Collection[str] = ()) -> str:
    """CTEs from ``source``: texts trimmed, then values."""
    texts = ", ".join(f"{column.text} AS t_{column.name}" for column in columns)
    values = ", ".join(
        f"{known_name(column.name) if column.name in looked_up else column.value} AS v_{column.name}"
        for column in columns
    )
    return f"""
texts AS (SELECT *, {texts} FROM source),
cast_rows AS (SELECT *, {values} FROM texts)"""


def _known(column: CompiledColumn, faults: Sequence[Check], watched: Sequence[Check]) -> str:
    def own(check: Check) -> bool:
        return check.column == column.name and check.alone

    flags = {"bad": _any([f"({check.fault})" for check in faults if own(check)])}
    if column.undecided:
        flags["undecided"] = _any([column.undecided])
    flags |= {f"w{at}": _any([check.fault]) for at, check in enumerate(watched) if own(check)}
    return f"""
WITH source AS (SELECT * FROM spelt_{column.name}), {_values([column])}
SELECT
    v_{column.name} AS {known_name(column.name)},
    hash({column.delivered}) AS {hash_name(column.name)},
    {", ".join(f"{what} AS {FLAG}{name}" for name, what in flags.items())}
FROM cast_rows
ORDER BY place"""


def _check(
    contract: Contract,
    columns: Sequence[CompiledColumn],
    delivered: Sequence[str],
    faults: Sequence[Check],
    watched: Sequence[Check],
    looked_up: Collection[str],
) -> str:
    def known(check: Check) -> bool:
        return check.alone and check.column in looked_up

    hashes = {column.delivered: hash_name(column.name) for column in columns if column.name in looked_up}
    whole = f"hash({', '.join(hashes.get(name, name) for name in delivered)})"
    # by value where there is one: 1 and 01 are one number, 10:00Z and 15:30+05:30 one moment
    keyed = [
        f"COALESCE(CAST(v_{name} AS VARCHAR), t_{name})"
        if contract.by_name[name].kind != "string"
        else f"v_{name}"
        for name in contract.key
    ]
    key = f"hash({', '.join(keyed)})" if keyed else whole
    money = [f"(t_{name} IS NOT NULL AND v_{name} IS NULL)" for name in contract.money]
    dates = [column for column in columns if column.undecided]
    undecided = [f"{FLAG}undecided"] if any(column.name in looked_up for column in dates) else []
    undecided += [f"({column.undecided})" for column in dates if column.name not in looked_up]
    warned = "".join(
        f", {f'{FLAG}w{at}' if known(check) else _any([check.fault])} AS w{at}"
        for at, check in enumerate(watched)
    )
    bad = [f"{FLAG}bad"] if looked_up else []
    bad += [f"({check.fault})" for check in faults if not known(check)]
    told = {*contract.money, _when(contract)}
    computed = [
        column.name
        for column in columns
        if column.name in told or not (column.verbatim or column.name in looked_up)
    ]
    return f"""
WITH source AS (SELECT * FROM rows), {_values(columns, looked_up)}
SELECT
    line,
    {"".join(f"v_{name}, " for name in computed)}
    {key} AS key_hash,
    {whole} AS row_hash,
    {_any(bad)} AS bad,
    {_any(money)} AS unparsed,
    {_any(undecided)} AS undecided{warned}
FROM cast_rows"""


def _reasons(columns: Sequence[CompiledColumn], values: str, faults: Sequence[Check]) -> str:
    delivered: dict[str | None, str | None] = {column.name: column.delivered for column in columns}
    cases = ",\n        ".join(
        f"CASE WHEN {check.fault} THEN {{'rule': {quote(check.rule)}, "
        f"'column': {quote(check.column) if check.column else 'CAST(NULL AS VARCHAR)'}, "
        f"'value': {check.value or delivered[check.column] or 'CAST(NULL AS VARCHAR)'}, "
        f"'expected': {quote(check.expected)}}} END"
        for check in faults
    )
    return f"""
WITH source AS (SELECT * FROM faulty), {values}
SELECT
    line,
    span,
    list_filter([
        {cases}
    ], lambda reason: reason IS NOT NULL) AS reasons
FROM cast_rows
ORDER BY line"""


def _account(contract: Contract, watched: Sequence[Check]) -> str:
    sums = "".join(
        f""",
    sum(v_{name}) AS {name}_read,
    sum(v_{name}) FILTER (written) AS {name}_written,
    sum(v_{name}) FILTER (quarantined) AS {name}_quarantined,
    sum(v_{name}) FILTER (duplicate) AS {name}_duplicate"""
        for name in contract.money
    )
    warned = "".join(
        f",\n    count(*) FILTER (w{at}) AS w{at}, min(line) FILTER (w{at}) AS w{at}_line"
        for at in range(len(watched))
    )
    when = _when(contract)
    day = f"CAST(v_{when} AS DATE)" if when else "CAST(NULL AS DATE)"
    return f"""
WITH fates AS (
    SELECT *, NOT kept AS duplicate, kept AND bad AS quarantined, kept AND NOT bad AS written FROM marked
)
SELECT
    count(*) AS rows_read,
    count(*) FILTER (written) AS rows_written,
    count(*) FILTER (quarantined) AS rows_quarantined,
    count(*) FILTER (duplicate) AS rows_duplicate,
    count(*) FILTER (unparsed) AS unparsed,
    count(*) FILTER (undecided) AS undecided,
    count(*) FILTER (repeated) AS repeated,
    list(DISTINCT {day}) FILTER (written AND {day} IS NOT NULL) AS days{sums}{warned}
FROM fates"""


def _when(contract: Contract) -> str | None:
    return contract.partition_by or contract.valid_from


def _any(conditions: Sequence[str]) -> str:
    """True where one of them is; unknown counts as false."""
    return f"COALESCE({' OR '.join(conditions)}, FALSE)" if conditions else "FALSE"
