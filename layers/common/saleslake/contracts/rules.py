"""Read the rules a contract states for whole rows and whole tables: entries of the table's ``quality``."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from pydantic import ValidationError

from saleslake.contracts.model import Column, RowRule, TableRule
from saleslake.errors import ContractInvalid

_WORDS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[A-Za-z_][A-Za-z0-9_]*")


class Reading(Protocol):
    """The document being read, for complaints that name the file."""

    def wrong(self, field: str, problem: str) -> ContractInvalid: ...
    def need(self, node: Mapping[str, Any], name: str, where: str) -> Any: ...
    def custom(self, node: Mapping[str, Any], where: str, known: set[str]) -> dict[str, Any]: ...


def read_rules(
    reading: Reading, entries: Iterable[Mapping[str, Any]], columns: Sequence[Column], table: str
) -> tuple[tuple[RowRule, ...], tuple[TableRule, ...]]:
    """The row rules (``type: custom``) and table rules (``type: sql``) of one table.

    Parameters
    ----------
    reading
        The document.
    entries
        The table's ``quality``.
    columns
        The table's columns: what a row rule may name.
    table
        The table's name, for messages.

    Raises
    ------
    ContractInvalid
        A rule is of neither type, or lacks what its type needs.
    """
    row_rules, table_rules = [], []
    for entry in entries:
        where = f"{table}.quality.{reading.need(entry, 'name', f'{table}.quality')}"
        if entry.get("type") == "custom" and entry.get("engine") == "duckdb":
            row_rules.append(_row_rule(reading, entry, columns, where))
        elif entry.get("type") == "sql" and entry.get("mustBe") == 0:
            query = reading.need(entry, "query", where)
            table_rules.append(_rule(reading, TableRule, entry, where, query=query))
        else:
            raise reading.wrong(where, "expected type custom with engine duckdb, or type sql with mustBe 0")
    _check_names(reading, [*row_rules, *table_rules], table)
    return tuple(row_rules), tuple(table_rules)


def rename_columns(expression: str, names: Mapping[str, str]) -> str:
    """The expression with every bare word that is a key of ``names`` replaced; quoted texts stay as they are."""
    return _WORDS.sub(lambda word: names.get(word[0], word[0]), expression)


def _row_rule(reading: Reading, entry: Mapping[str, Any], columns: Sequence[Column], where: str) -> RowRule:
    expression = reading.need(entry, "implementation", where)
    words = set(_WORDS.findall(expression))
    named = tuple(column.name for column in columns if column.name in words)
    if not named:
        raise reading.wrong(f"{where}.implementation", "names no column of the table")
    return _rule(reading, RowRule, entry, where, expression=expression, columns=named)


def _rule[Rule: (RowRule, TableRule)](
    reading: Reading, kind: type[Rule], entry: Mapping[str, Any], where: str, **own: Any
) -> Rule:
    action = reading.custom(entry, where, {"action"})
    try:
        return kind(
            name=entry["name"],
            dimension=entry.get("dimension", ""),
            description=entry.get("description", ""),
            **action,
            **own,
        )
    except ValidationError as problem:
        first = problem.errors()[0]
        raise reading.wrong(f"{where}.{'.'.join(map(str, first['loc']))}", first["msg"]) from problem


def _check_names(reading: Reading, rules: Sequence[RowRule | TableRule], table: str) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.name in seen:
            raise reading.wrong(f"{table}.quality.{rule.name}", "two rules have this name")
        seen.add(rule.name)
