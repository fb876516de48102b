"""Random well-typed expressions over the columns of a table."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

INTEGER, DECIMAL, TEXT, DAY, TRUTH = "integer", "decimal", "varchar", "date", "boolean"
KINDS = (INTEGER, DECIMAL, TEXT, DAY, TRUTH)
COMPARED = ("=", "<>", "<", "<=", ">", ">=")
LITERALS: Mapping[str, Sequence[str]] = {
    INTEGER: ("0", "1", "2", "3", "7", "-1", "100"),
    DECIMAL: ("0.5", "1.25", "DECIMAL '100.00'", "DECIMAL '0.01'", "DECIMAL '-3.3'"),
    TEXT: ("'a'", "''", "'Set'", "'amazon'", "'Cancelled'", "'é'", "'Maharashtra'"),
    DAY: ("DATE '2022-04-30'", "DATE '2022-01-31'", "DATE '2022-06-15'"),
    TRUTH: ("TRUE", "FALSE"),
}


def kind_of(hive: str) -> str | None:
    """The kind of a column type as Glue writes it; None for types the queries leave out."""
    plain = {"int": INTEGER, "bigint": INTEGER, "string": TEXT, "date": DAY, "boolean": TRUTH}
    return plain.get(hive) or (DECIMAL if hive.startswith("decimal") else None)


@dataclass
class Expressions:
    """Makes expressions over ``columns`` (qualified name to kind).

    Divisors are never zero and products are of two factors, so that no expression fails on one row only: which
    rows an engine evaluates before it filters them is its own business.
    """

    chance: random.Random
    columns: Mapping[str, str]
    makers: dict[str, Callable[[int], str]] = field(init=False)

    def __post_init__(self) -> None:
        self.makers = {
            INTEGER: self._integer,
            DECIMAL: self._decimal,
            TEXT: self._text,
            DAY: self._day,
            TRUTH: self._truth,
        }

    def any(self, depth: int = 2) -> tuple[str, str]:
        """An expression of any kind, and its kind."""
        kind = self.chance.choice(KINDS)
        return self.of(kind, depth), kind

    def of(self, kind: str, depth: int = 2) -> str:
        """An expression of a kind, at most ``depth`` calls deep."""
        if depth <= 0 or self.chance.random() < 0.25:
            return self.leaf(kind)
        if self.chance.random() < 0.2:
            return self._choice(kind, depth - 1)
        return self.makers[kind](depth - 1)

    def leaf(self, kind: str) -> str:
        """A column, or now and then a literal."""
        held = [name for name, of in self.columns.items() if of == kind]
        if held and self.chance.random() < 0.75:
            return self.chance.choice(held)
        return self.chance.choice(LITERALS[kind])

    def _choice(self, kind: str, depth: int) -> str:
        one, other = self.of(kind, depth), self.of(kind, depth)
        return self.chance.choice(
            (
                f"COALESCE({one}, {other})",
                f"NULLIF({one}, {other})",
                f"CASE WHEN {self.of(TRUTH, depth)} THEN {one} ELSE {other} END",
                f"CASE WHEN {self.of(TRUTH, depth)} THEN {one} END",
                f"IF({self.of(TRUTH, depth)}, {one}, {other})",
            )
        )

    def _integer(self, depth: int) -> str:
        one, other = self.of(INTEGER, depth), self.of(INTEGER, depth)
        day, unit = self.of(DAY, depth), self.chance.choice(("day", "week", "month", "quarter", "year"))
        return self.chance.choice(
            (
                f"({one} + {other})",
                f"({one} - {other})",
                f"({self.leaf(INTEGER)} * {self.leaf(INTEGER)})",
                f"({one} / {self.chance.choice((2, 3, -7))})",
                f"({one} % {self.chance.choice((2, 3, -7))})",
                f"abs({one})",
                f"-({one})",
                f"length({self.of(TEXT, depth)})",
                f"strpos({self.of(TEXT, depth)}, {self.leaf(TEXT)})",
                f"{self.chance.choice(('year', 'quarter', 'month', 'week', 'day', 'day_of_week'))}({day})",
                f"date_diff('{unit}', {day}, {self.of(DAY, depth)})",
                f"CAST({self.leaf(DECIMAL)} AS bigint)",
                f"greatest({one}, {other})",
            )
        )

    def _decimal(self, depth: int) -> str:
        one, other = self.of(DECIMAL, min(depth, 1)), self.leaf(DECIMAL)
        return self.chance.choice(
            (
                f"({one} + {other})",
                f"({one} - {other})",
                f"({self.leaf(DECIMAL)} * {self.leaf(INTEGER)})",
                f"({self.leaf(DECIMAL)} * {self.chance.choice(LITERALS[DECIMAL])})",
                f"({self.leaf(DECIMAL)} / {self.chance.choice((3, 7, -2))})",
                f"({self.leaf(DECIMAL)} / NULLIF({self.leaf(INTEGER)}, 0))",
                f"round({self.leaf(DECIMAL)}, {self.chance.choice((0, 1))})",
                f"abs({one})",
                f"CAST({self.leaf(INTEGER)} AS decimal(18,2))",
                f"least({one}, {other})",
            )
        )

    def _text(self, depth: int) -> str:
        one, other = self.of(TEXT, depth), self.of(TEXT, depth)
        start, count = self.chance.choice((1, 2, -2)), self.chance.choice((1, 3))
        return self.chance.choice(
            (
                f"upper({one})",
                f"lower({one})",
                f"trim({one})",
                f"({one} || {other})",
                f"concat({one}, '-', {other})",
                f"substr({one}, {start}, {count})",
                f"replace({one}, 'a', 'xy')",
                f"lpad({one}, 6, '*')",
                f"split_part({one}, '-', 2)",
                f"CAST({self.leaf(INTEGER)} AS varchar)",
                f"CAST({self.leaf(DECIMAL)} AS varchar)",
                f"CAST({self.of(DAY, depth)} AS varchar)",
                f"date_format({self.of(DAY, depth)}, '%Y-%m')",
            )
        )

    def _day(self, depth: int) -> str:
        one = self.of(DAY, depth)
        unit = self.chance.choice(("week", "month", "quarter", "year"))
        return self.chance.choice(
            (
                f"date_trunc('{unit}', {one})",
                f"date_add('{unit}', {self.chance.choice((-1, 1, 5))}, {one})",
                f"date_add('day', {self.chance.choice((-31, 1, 400))}, {one})",
                f"last_day_of_month({one})",
                f"({one} + INTERVAL '{self.chance.choice((1, 3))}' {self.chance.choice(('DAY', 'MONTH'))})",
                f"greatest({one}, {self.leaf(DAY)})",
            )
        )

    def _truth(self, depth: int) -> str:
        kind = self.chance.choice((INTEGER, DECIMAL, TEXT, DAY))
        one, other, third = self.of(kind, depth), self.of(kind, depth), self.leaf(kind)
        pattern = self.chance.choice(("'%a%'", "'S%'", "'_u%'", "'%-0_'"))
        return self.chance.choice(
            (
                f"({one} {self.chance.choice(COMPARED)} {other})",
                f"({one} {self.chance.choice(COMPARED)} {other})",
                f"({one} BETWEEN {other} AND {third})",
                f"({one} IN ({self.leaf(kind)}, {third}))",
                f"({one} NOT IN ({self.leaf(kind)}, {third}))",
                f"({one} IS NULL)",
                f"({one} IS NOT NULL)",
                f"({one} IS DISTINCT FROM {other})",
                f"({self.of(TEXT, depth)} LIKE {pattern})",
                f"({self.of(TRUTH, depth)} AND {self.of(TRUTH, depth)})",
                f"({self.of(TRUTH, depth)} OR {self.of(TRUTH, depth)})",
                f"(NOT {self.of(TRUTH, depth)})",
            )
        )
