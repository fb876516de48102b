"""What a name means at a place in a query: Trino's scoping, not DuckDB's laxer one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from local.athena.duck.types import Type
from local.athena.engine import QueryFailed
from local.athena.errors import NotSupportedHere, column_not_found, user_error
from local.athena.sql import name_of, where_of

if TYPE_CHECKING:
    from local.athena.duck.scan import Scan

Constant = int | str | bool | date | Decimal | None  # a datetime is a date


@dataclass(frozen=True)
class Origin:
    """The stored column a field comes from unchanged: what predicates can be pushed down to."""

    scan: "Scan"
    column: str


@dataclass(frozen=True)
class Typed:
    """An expression in DuckDB's SQL together with the type Trino gives it."""

    sql: str
    type: Type
    value: Constant = None  # of a literal
    origin: Origin | None = None
    is_constant: bool = False

    def read(self) -> None:
        """Note that the query needs the stored column behind this."""
        if self.origin is not None:
            self.origin.scan.used.add(self.origin.column)


@dataclass(frozen=True)
class Field:
    """One visible column."""

    name: str | None
    typed: Typed
    relation: str | None = None
    hidden: bool = False  # "$path": found by name, not by *


@dataclass(frozen=True)
class Relation:
    """A FROM item or a whole query; `sql` stands after FROM, the fields refer to its alias."""

    sql: str
    fields: tuple[Field, ...]

    def named(self, alias: str, columns: Sequence[str] = ()) -> "Relation":
        """The same rows under an alias, its columns renamed when the alias lists them."""
        visible = [item for item in self.fields if not item.hidden]
        if columns and len(columns) != len(visible):
            message = f"Column alias list has {len(columns)} entries but '{alias}' has {len(visible)} columns available"
            raise user_error("MISMATCHED_COLUMN_ALIASES", message)
        names = list(columns) or [item.name for item in visible]
        fields = [replace(item, name=name, relation=alias) for item, name in zip(visible, names, strict=True)]
        hidden = [] if columns else [replace(item, relation=alias) for item in self.fields if item.hidden]
        return Relation(self.sql, (*fields, *hidden))


class Resolved(exp.Expression):
    """A field already found: what ``*`` or a position stood for."""


@dataclass
class Scope:
    """The fields of one FROM clause, and those of the query around it for correlated subqueries."""

    fields: list[Field] = field(default_factory=list)
    outer: "Scope | None" = None
    text: str = ""

    def star(self, relation: str | None = None) -> list[Field]:
        """The fields that ``*`` or ``relation.*`` stands for."""
        found = [f for f in self.fields if not f.hidden and relation in (None, f.relation)]
        if not found and relation is not None:
            raise user_error("TABLE_NOT_FOUND", f"Unable to resolve reference {relation}")
        for item in found:
            item.typed.read()
        return found

    def of_rows(self) -> "Scope":
        """What an aggregate's arguments see: the rows, never an output column nor a query around this one."""
        return self.alone(NotSupportedHere("an aggregate over a column of the query around it"))

    def alone(self, reason: Exception) -> "Scope":
        """The same fields where those of the query around may not be used; `reason` is raised when one is."""
        return replace(self, outer=Beyond(outer=self.outer, text=self.text, reason=reason))

    def owns(self, column: exp.Column) -> bool:
        """Whether a column is one of these fields, not one of the query around."""
        try:
            return replace(self, outer=None).resolve(column) is not None
        except QueryFailed:
            return False

    def resolve(self, column: exp.Column) -> Typed:
        """The field a column reference means; raises Athena's COLUMN_NOT_FOUND or AMBIGUOUS_NAME."""
        found = self._find([name_of(part) for part in column.parts], where_of(column, self.text))
        if found is None:
            raise column_not_found(
                ".".join(p.name for p in column.parts).lower(), where_of(column, self.text)
            )
        return found

    def _find(self, parts: list[str], where: str) -> Typed | None:
        for relation, name, rest in _readings(parts):
            matches = [
                f for f in self.fields if f.name and f.name.lower() == name and _within(f.relation, relation)
            ]
            if len(matches) > 1:
                raise user_error("AMBIGUOUS_NAME", f"Column '{'.'.join(parts)}' is ambiguous", where)
            if matches:
                matches[0].typed.read()
                return _members(matches[0].typed, rest, where)
        return self.outer._find(parts, where) if self.outer else None


@dataclass
class Beyond(Scope):
    """The query around, where Trino does not look for columns or this engine does not follow."""

    reason: Exception | None = None

    def _find(self, parts: list[str], where: str) -> Typed | None:
        if super()._find(parts, where) is not None and self.reason is not None:
            raise self.reason
        return None


def _readings(parts: list[str]) -> list[tuple[str | None, str, list[str]]]:
    """``a.b.c`` as relation.column.member, then as column.member.member; a database before it drops out."""
    qualified = [(parts[at - 1], parts[at], parts[at + 1 :]) for at in range(1, min(len(parts), 4))]
    return [*qualified[:1], (None, parts[0], parts[1:]), *qualified[1:]]


def _within(actual: str | None, asked: str | None) -> bool:
    return asked is None or actual == asked


def _members(typed: Typed, names: list[str], where: str) -> Typed:
    for name in names:
        if typed.type.name != "row":
            raise user_error("TYPE_MISMATCH", f"Expression {typed.sql} is not of type ROW", where)
        if name not in typed.type.names:
            raise column_not_found(name, where)
        typed = Typed(f'({typed.sql})."{name}"', typed.type.part(typed.type.names.index(name)))
    return typed


def refuse_unknown(node: exp.Expression, allowed: Sequence[str], text: str = "") -> None:
    """Refuse a node that carries a clause this engine does not read, instead of dropping it."""
    extra = [
        key for key, value in node.args.items() if value not in (None, False, [], "") and key not in allowed
    ]
    if extra:
        clause = node.args[extra[0]]
        written = clause.sql("trino") if isinstance(clause, exp.Expression) else extra[0]
        raise NotSupportedHere(f"{type(node).__name__.upper()} with {written!r}", where_of(node, text))
