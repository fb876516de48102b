"""Translate an Open Data Contract Standard v3 document into our model.

https://bitol-io.github.io/open-data-contract-standard/v3.1.0/ ; what the standard has no field for stands in
``customProperties``.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from pydantic import ValidationError

from saleslake.contracts.aliases import Aliases
from saleslake.contracts.dates import DateFormat
from saleslake.contracts.headers import normalise_header
from saleslake.contracts.model import CENTS, Column, Contract, ExtraColumns, Kind, ValueRule, Watched
from saleslake.contracts.names import name_fault
from saleslake.contracts.relations import DUPLICATES, read_relations
from saleslake.contracts.rules import read_rules
from saleslake.errors import ContractInvalid

_KINDS: Mapping[str, tuple[Kind, str]] = {
    "string": ("string", r"string"),
    "integer": ("integer", r"int|bigint"),
    "number": ("decimal", r"decimal\(\d+,\d+\)"),
    "boolean": ("boolean", r"boolean"),
    "date": ("date", r"date"),
    "timestamp": ("timestamp", r"timestamp"),
}
_DAYS: tuple[Kind, ...] = ("date", "timestamp")
_COLUMN_PROPERTIES = {
    "headers", "headerRequired", "pii", "formats", "aliases", "unknownAlias", "requiredWith", "dropSuffix", "money",
    "tracked", "notAfterLanding",
}  # fmt: skip
_TABLE_PROPERTIES = {"occurrence", "extraColumns", "ignoredColumns", "partitionBy", "validFrom", "anomalies"}
_HOURS = {"h": 1, "hours": 1, "d": 24, "days": 24}

AliasLoader = Callable[[str], Aliases]


def contract_from_document(document: Any, file: str, *, aliases: AliasLoader) -> Contract:
    """Build the model of one ODCS document.

    Parameters
    ----------
    document
        The parsed YAML.
    file
        Its name, for messages.
    aliases
        Gives the alias list of a name.

    Raises
    ------
    ContractInvalid
        A field is missing, misspelt or contradicts another; the message names the file and the field.
    """
    reading = _Reading(file, aliases)
    if not isinstance(document, Mapping):
        raise reading.wrong("", "expected a mapping")
    if document.get("kind") != "DataContract" or not str(document.get("apiVersion")).startswith("v3."):
        raise reading.wrong("apiVersion", "expected a DataContract of ODCS v3")
    tables = reading.need(document, "schema", "")
    if len(tables) != 1:
        raise reading.wrong("schema", "expected one table per contract")
    return reading.contract(document, tables[0])


class _Reading:
    """One document being read: knows the file's name, so every complaint can name it."""

    def __init__(self, file: str, aliases: AliasLoader) -> None:
        self.file = file
        self.aliases = aliases

    def wrong(self, field: str, problem: str) -> ContractInvalid:
        return ContractInvalid(f"{self.file}: {field}: {problem}" if field else f"{self.file}: {problem}")

    def need(self, node: Mapping[str, Any], name: str, where: str) -> Any:
        if not node.get(name):
            raise self.wrong(f"{where}.{name}".lstrip("."), "is missing")
        return node[name]

    def custom(self, node: Mapping[str, Any], where: str, known: set[str]) -> dict[str, Any]:
        found = {entry["property"]: entry["value"] for entry in node.get("customProperties", [])}
        for name in found.keys() - known:
            raise self.wrong(
                f"{where}.customProperties.{name}", f"unknown; known are {', '.join(sorted(known))}"
            )
        return found

    def contract(self, document: Mapping[str, Any], table: Mapping[str, Any]) -> Contract:
        name = self.need(table, "name", "schema[0]")
        if fault := name_fault(name, column=False):
            raise self.wrong("schema[0].name", fault)
        custom = self.custom(table, name, _TABLE_PROPERTIES)
        if custom.get("extraColumns", "ignore") not in get_args(ExtraColumns):
            expected = f"expected one of {', '.join(get_args(ExtraColumns))}"
            raise self.wrong(f"{name}.customProperties.extraColumns", expected)
        columns = tuple(self.column(node, name) for node in self.need(table, "properties", name))
        self.check_together(columns, name)
        row_rules, table_rules = read_rules(self, table.get("quality", []), columns, name)
        return Contract(
            dataset=name,
            version=str(self.need(document, "version", "")),
            domain=self.need(document, "domain", ""),
            owner=self.need(self.need(document, "team", ""), "name", "team"),
            description=self.need(table, "description", name),
            grain=self.need(table, "dataGranularityDescription", name),
            freshness_hours=self.freshness(document),
            occurrence=custom.get("occurrence", False),
            partition_by=self.names(custom, "partitionBy", columns, _DAYS, name),
            valid_from=self.valid_from(custom, columns, name),
            extra_columns=custom.get("extraColumns", "ignore"),
            ignored_columns=tuple(custom.get("ignoredColumns", ())),
            columns=columns,
            watched=self.watched(custom, columns, name),
            row_rules=row_rules,
            table_rules=(*table_rules, *read_relations(self, table["properties"], name)),
        )

    def names(
        self,
        custom: Mapping[str, Any],
        property_: str,
        columns: Sequence[Column],
        kinds: Sequence[Kind],
        table: str,
    ) -> str | None:
        """The column a table property names, or None; raise where it is not there or of another kind."""
        name: str | None = custom.get(property_)
        if name is not None and not any(column.name == name and column.kind in kinds for column in columns):
            raise self.wrong(
                f"{table}.customProperties.{property_}", f"no {' or '.join(kinds)} column {name!r}"
            )
        return name

    def watched(self, custom: Mapping[str, Any], columns: Sequence[Column], table: str) -> Watched:
        try:
            watched = Watched(**custom.get("anomalies", {}))
        except (TypeError, ValueError) as problem:
            raise self.wrong(f"{table}.customProperties.anomalies", str(problem)) from problem
        named = [*watched.distinct, *filter(None, (watched.segment, watched.numbered))]
        for name in named:
            if not any(column.name == name for column in columns):
                raise self.wrong(f"{table}.customProperties.anomalies", f"no column {name!r}")
        if watched.sensitivity <= 0:
            raise self.wrong(f"{table}.customProperties.anomalies.sensitivity", "expected more than 0")
        return watched

    def valid_from(self, custom: Mapping[str, Any], columns: Sequence[Column], table: str) -> str | None:
        name = self.names(custom, "validFrom", columns, ("timestamp",), table)
        tracked = next((column.name for column in columns if column.tracked), None)
        if tracked and not name:
            raise self.wrong(
                f"{table}.{tracked}.tracked", "the table names no validFrom: when do its values take effect?"
            )
        return name

    def freshness(self, document: Mapping[str, Any]) -> int:
        for entry in document.get("slaProperties", []):
            if entry.get("property") == "latency":
                if entry.get("unit") not in _HOURS:
                    raise self.wrong("slaProperties.latency.unit", f"expected one of {', '.join(_HOURS)}")
                return int(entry["value"] * _HOURS[entry["unit"]])
        raise self.wrong("slaProperties.latency", "is missing: how old the newest file may be")

    def column(self, node: Mapping[str, Any], table: str) -> Column:
        where = f"{table}.{self.need(node, 'name', table)}"
        if fault := name_fault(str(node["name"])):
            raise self.wrong(where, fault)
        if node.get("logicalType") not in _KINDS:
            raise self.wrong(f"{where}.logicalType", f"expected one of {', '.join(_KINDS)}")
        kind, pattern = _KINDS[node["logicalType"]]
        physical = self.need(node, "physicalType", where)
        if not re.fullmatch(pattern, physical):
            raise self.wrong(f"{where}.physicalType", f"{physical!r} does not fit {node['logicalType']}")
        custom = self.custom(node, where, _COLUMN_PROPERTIES)
        options = node.get("logicalTypeOptions", {})
        try:
            return Column(
                name=node["name"],
                kind=kind,
                physical_type=physical,
                description=self.need(node, "description", where),
                headers=tuple(custom.get("headers", [node["name"]])),
                required=node.get("required", False),
                header_required=node.get("required", False) or custom.get("headerRequired", False),
                key_position=node.get("primaryKeyPosition"),
                pii=custom.get("pii"),
                formats=self.formats(custom.get("formats", ()), kind, where),
                aliases=self.aliases(custom["aliases"]) if "aliases" in custom else (),
                unknown_alias=custom.get("unknownAlias", "warn"),
                allowed=self.allowed(node.get("quality", []), where),
                pattern=self.pattern(options.get("pattern"), kind, f"{where}.logicalTypeOptions.pattern"),
                minimum=self.bound(options.get("minimum"), kind, f"{where}.logicalTypeOptions.minimum"),
                maximum=self.bound(options.get("maximum"), kind, f"{where}.logicalTypeOptions.maximum"),
                required_with=custom.get("requiredWith"),
                drop_suffix=custom.get("dropSuffix"),
                money=custom.get("money", False),
                tracked=custom.get("tracked", False),
                not_after_landing=self.not_after_landing(custom, kind, where),
            )
        except ValidationError as problem:
            first = problem.errors()[0]
            raise self.wrong(f"{where}.{'.'.join(map(str, first['loc']))}", first["msg"]) from problem

    def formats(self, texts: Sequence[str], kind: Kind, where: str) -> tuple[str, ...]:
        if (kind == "date") != bool(texts):
            raise self.wrong(
                f"{where}.customProperties.formats", "a date, and nothing else, lists its formats"
            )
        for text in texts:
            try:
                DateFormat.parse(text)
            except ValueError as problem:
                raise self.wrong(f"{where}.customProperties.formats", str(problem)) from problem
        return tuple(texts)

    def allowed(self, rules: Sequence[Mapping[str, Any]], where: str) -> ValueRule | None:
        found = None
        for rule in rules:
            if rule.get("metric") == DUPLICATES:  # a rule over the whole table
                continue
            if (
                rule.get("metric") != "invalidValues"
                or "validValues" not in rule.get("arguments", {})
                or found
            ):
                raise self.wrong(
                    f"{where}.quality", "expected one rule with metric invalidValues and validValues"
                )
            action = self.custom(rule, f"{where}.quality", {"action"}).get("action", "quarantine")
            found = ValueRule(
                name=self.need(rule, "name", f"{where}.quality"),
                values=tuple(rule["arguments"]["validValues"]),
                action=action,
                dimension=rule.get("dimension", ""),
                description=rule.get("description", ""),
            )
        return found

    def bound(self, value: object, kind: Kind, where: str) -> Decimal | dt.datetime | dt.date | None:
        if value is None:
            return None
        try:
            if kind == "timestamp":
                moment = dt.datetime.fromisoformat(str(value))
                if moment.tzinfo is None:
                    raise self.wrong(where, f"{value!r} names no time zone")
                return moment.astimezone(dt.UTC)
            return dt.date.fromisoformat(str(value)) if kind == "date" else Decimal(str(value))
        except (ValueError, InvalidOperation) as problem:
            raise self.wrong(where, f"{value!r} is no {kind}") from problem

    def pattern(self, text: str | None, kind: Kind, where: str) -> str | None:
        if text is None:
            return None
        if kind != "string":
            raise self.wrong(where, "only a string has a pattern")
        try:
            re.compile(text)
        except re.error as problem:
            raise self.wrong(where, f"{text!r} is no regular expression: {problem}") from problem
        return text

    def not_after_landing(self, custom: Mapping[str, Any], kind: Kind, where: str) -> bool:
        wanted: bool = custom.get("notAfterLanding", False)
        if wanted and kind not in _DAYS:
            raise self.wrong(f"{where}.customProperties.notAfterLanding", "only a date or timestamp has it")
        return wanted

    def check_together(self, columns: Sequence[Column], table: str) -> None:
        """Raise where two columns have one name or answer to one header, or one leans on a column that is not there."""
        names: set[str] = set()
        for column in columns:
            if column.name in names:
                raise self.wrong(f"{table}.{column.name}", "two columns have this name")
            names.add(column.name)
        answered: dict[str, str] = {}
        for column in columns:
            if column.required_with and column.required_with not in names:
                raise self.wrong(f"{table}.{column.name}.requiredWith", f"no column {column.required_with!r}")
            if column.money and (column.kind != "decimal" or column.scale > CENTS):
                raise self.wrong(
                    f"{table}.{column.name}.money",
                    f"sums are kept to the cent: make it decimal(18,{CENTS}), or leave money out",
                )
            for header in {normalise_header(text) for text in column.answers_to}:
                if answered.setdefault(header, column.name) != column.name:
                    raise self.wrong(
                        f"{table}.{column.name}.headers", f"{header!r} is {answered[header]}'s as well"
                    )
