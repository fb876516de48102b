"""Decide how a file writes its dates, where the contract allows formats that read one text as two days."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from saleslake.contracts.dates import rivals
from saleslake.contracts.model import Column, Contract
from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.transform.checks import CompiledColumn
from saleslake.transform.records import Block
from saleslake.transform.values import read_date_sql

STRAYS = 2  # rows that may contradict the others and be quarantined, even in a small file
STRAY_SHARE = 10  # beyond that, at most one in ten; a file with more of them was put together from two


def undisputed_formats(contract: Contract) -> dict[str, tuple[str, ...]]:
    """For each date column the formats that need no decision: those without a rival."""
    found = {}
    for column in contract.columns:
        if column.kind == "date":
            disputed = {name for group in rivals(column.formats) for name in group}
            found[column.name] = tuple(name for name in column.formats if name not in disputed)
    return found


@dataclass
class _Votes:
    """What the rows of a file say about one group of rival formats."""

    column: Column
    group: tuple[str, ...]
    only: dict[str, int] = field(default_factory=dict)
    """Rows that this format alone can read."""
    read: int = 0
    """Rows that any of them can read."""
    doubtful: tuple[int, str] | None = None
    """Line and text of the first row that two of them read as two days."""


def decide_formats(
    contract: Contract,
    columns: Sequence[CompiledColumn],
    blocks: Iterable[Block],
    connection: duckdb.DuckDBPyConnection,
) -> Mapping[str, tuple[str, ...]]:
    """Read a whole file's dates and decide which formats hold.

    Returns
    -------
    Mapping
        Date column -> formats, in the contract's order, no two of them rivals.

    Raises
    ------
    FileUnreadable
        No row decides and some row is in doubt, or the rows contradict one another too often.
    """
    compiled = {column.name: column for column in columns}
    votes = [
        _Votes(column, group)
        for column in contract.columns
        for group in rivals(column.formats)
        if compiled[column.name].delivered
    ]
    for block in blocks:
        connection.register("rows", block.rows)
        for vote in votes:
            _count(vote, compiled[vote.column.name].text, connection)
        connection.unregister("rows")
    formats = undisputed_formats(contract)
    for vote in votes:
        kept = {*formats[vote.column.name], *([_decide(vote)] if vote.read else [])}
        formats[vote.column.name] = tuple(name for name in vote.column.formats if name in kept)
    return formats


def _count(vote: _Votes, text: str, connection: duckdb.DuckDBPyConnection) -> None:
    days = [f"d{at}" for at in range(len(vote.group))]
    readings = ", ".join(
        f"{read_date_sql('text', [name])} AS {day}" for name, day in zip(vote.group, days, strict=True)
    )
    read_by = " + ".join(f"({day} IS NOT NULL)::INT" for day in days)
    only = ", ".join(f"count(*) FILTER (read_by = 1 AND {day} IS NOT NULL)" for day in days)
    doubtful = f"read_by > 1 AND least({', '.join(days)}) <> greatest({', '.join(days)})"
    ((*counts, read, line, value),) = connection.execute(f"""
        WITH texts AS (SELECT line, {text} AS text FROM rows),
        readings AS (SELECT *, {readings} FROM texts),
        counted AS (SELECT *, {read_by} AS read_by FROM readings)
        SELECT {only}, count(*) FILTER (read_by > 0),
            min(line) FILTER ({doubtful}), arg_min(text, line) FILTER ({doubtful}) FROM counted
    """).fetchall()  # noqa: S608 - made of the contract's own names
    for name, count in zip(vote.group, counts, strict=True):
        vote.only[name] = vote.only.get(name, 0) + count
    vote.read += read
    if vote.doubtful is None and line is not None:
        vote.doubtful = (line, value)


def _decide(vote: _Votes) -> str:
    """The format that holds in this file."""
    ranked = sorted(vote.group, key=lambda name: -vote.only.get(name, 0))
    winner, against = ranked[0], sum(vote.only.get(name, 0) for name in ranked[1:])
    decided = vote.only.get(winner, 0)
    if decided and (against <= STRAYS or against * STRAY_SHARE <= decided) and against < decided:
        return winner
    if vote.doubtful is None and not decided:
        return winner  # at most days such as 5/5/2022, which all of them read alike
    line, value = vote.doubtful or (None, None)
    raise FileUnreadable(
        FileRefusal(
            code="ambiguous_dates",
            message=(
                f"the dates fit {' and '.join(vote.group)} alike and no row decides"
                if not decided
                else f"some dates fit only {winner}, others only {ranked[1]}"
            ),
            column=vote.column.headers[0],
            line=line,
            value=value,
            expected="dates of one format, or written yyyy-MM-dd",
        )
    )
