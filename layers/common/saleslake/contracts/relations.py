"""What a column promises of whole tables: its values are found in another table, or come once. Read as table rules."""

# ruff: noqa: S608 - every name comes from a contract

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from saleslake.contracts.model import TableRule
from saleslake.contracts.rules import Reading

DUPLICATES = "duplicateValues"
_TO = re.compile(r"([a-z][a-z0-9_]*)[.]([a-z][a-z0-9_]*)")


def read_relations(
    reading: Reading, properties: Iterable[Mapping[str, Any]], table: str
) -> Iterator[TableRule]:
    """The table rules that follow from a table's columns.

    Parameters
    ----------
    reading
        The document.
    properties
        The table's columns: ``relationships`` and ``quality`` of each are read.
    table
        The dataset.

    Yields
    ------
    TableRule
        Of a relationship ``<column>_in_<table>``, and where it lets rows arrive before what they refer to,
        ``<column>_in_<table>_overdue`` with the action for those that waited too long. Of a column whose values come
        once the rule as it is named.

    Raises
    ------
    ContractInvalid
        A relationship names no table and column.
    """
    for node in properties:
        where = f"{table}.{node.get('name')}"
        for entry in node.get("relationships", []):
            yield from _references(reading, entry, table, node["name"], f"{where}.relationships")
        for entry in node.get("quality", []):
            if entry.get("metric") == DUPLICATES:
                yield _unique(reading, entry, table, node["name"], f"{where}.quality")


def _references(
    reading: Reading, entry: Mapping[str, Any], table: str, column: str, where: str
) -> Iterator[TableRule]:
    to = _TO.fullmatch(str(entry.get("to")))
    if to is None:
        raise reading.wrong(
            f"{where}.to", "expected the name of a table, a full stop and the name of a column"
        )
    custom = reading.custom(entry, where, {"action", "arriveWithin"})
    days, action = custom.get("arriveWithin", 0), custom.get("action", "warn")
    if not isinstance(days, int) or days < 0:
        raise reading.wrong(f"{where}.arriveWithin", "expected a number of days")
    if action not in {"warn", "halt"}:
        raise reading.wrong(
            f"{where}.action", "expected warn or halt: rows of a release are not taken out of it"
        )
    name = f"{column}_in_{to[1]}"
    missing = _missing(table, column, *to.groups())
    yield TableRule(
        name=name,
        query=missing,
        action="warn" if days else action,
        dimension="consistency",
        description=f"Rows whose {column} is not in {to[1]}{' (yet)' if days else ''}.",
    )
    if days:
        yield TableRule(
            name=f"{name}_overdue",
            query=f"-- Parameters: run id.\n{missing}\n  AND {_waited(days)}",
            action=action,
            dimension="consistency",
            description=f"Rows whose {column} is not in {to[1]} {days} days after they landed.",
        )


def _missing(table: str, column: str, other: str, key: str) -> str:
    """Rows of a dataset that name what nobody delivered. A dimension has an inferred member for each of those."""
    dimension = other.startswith("dim_")
    found = f"SELECT DISTINCT {key} FROM {other if dimension else f'{other}_latest'}"
    if dimension:
        found += " WHERE NOT is_inferred"
    return f"""SELECT COUNT(*)
FROM {table}_latest AS own
LEFT JOIN ({found}) AS other ON other.{key} = own.{column}
WHERE own.{column} IS NOT NULL AND other.{key} IS NULL"""


def _waited(days: int) -> str:
    """Whether a row landed so many days before the run, whose id begins with its day."""
    landed = "CAST(CAST(substr(own.landing_order, 1, 10) AS date) AS timestamp)"
    return f"date_format(date_add('day', {days}, {landed}), '%Y%m%d') <= substr(?, 1, 8)"


def _unique(reading: Reading, entry: Mapping[str, Any], table: str, column: str, where: str) -> TableRule:
    name = reading.need(entry, "name", where)
    if entry.get("mustBe") != 0:
        raise reading.wrong(f"{where}.{name}.mustBe", "expected 0")
    return TableRule(
        name=name,
        query=f"""SELECT COUNT(*)
FROM (
    SELECT {column}
    FROM {table}_latest
    WHERE {column} IS NOT NULL
    GROUP BY {column}
    HAVING COUNT(*) > 1
) AS repeated""",
        action=reading.custom(entry, where, {"action"}).get("action", "warn"),
        dimension=entry.get("dimension", "uniqueness"),
        description=entry.get("description", f"Values of {column} that more than one row has."),
    )
