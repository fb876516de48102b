"""Random queries whose answer is determined: no order without ORDER BY, no LIMIT without a total order."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.differential.expressions import DAY, DECIMAL, INTEGER, KINDS, TEXT, TRUTH, Expressions


@dataclass(frozen=True)
class Table:
    """A table to query. ``condition`` is one every query of it must hold (an injected partition)."""

    name: str
    columns: Mapping[str, str]
    condition: str | None = None

    def aliased(self, alias: str) -> Mapping[str, str]:
        """The columns with an alias before their name."""
        return {f"{alias}.{name}": kind for name, kind in self.columns.items()}


@dataclass
class Queries:
    """Makes queries over the tables."""

    chance: random.Random
    tables: Sequence[Table]

    def next(self) -> str:
        """One more query."""
        shape = self.chance.choice(
            (
                self._rows,
                self._groups,
                self._groups,
                self._join,
                self._nested,
                self._windows,
                self._union,
                self._with,
            )
        )
        return shape()

    def _source(self, alias: str = "t") -> tuple[str, Expressions, list[str]]:
        table = self.chance.choice(self.tables)
        conditions = [table.condition.format(alias=alias)] if table.condition else []
        return f"{table.name} AS {alias}", Expressions(self.chance, table.aliased(alias)), conditions

    def _where(self, make: Expressions, conditions: list[str]) -> str:
        if self.chance.random() < 0.7:
            conditions = [*conditions, make.of(TRUTH)]
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def _rows(self) -> str:
        source, make, conditions = self._source()
        items = [make.any()[0] for _ in range(self.chance.randint(1, 4))]
        distinct = "DISTINCT " if self.chance.random() < 0.3 else ""
        listed = ", ".join(f"{item} AS c{number}" for number, item in enumerate(items))
        return f"SELECT {distinct}{listed} FROM {source}{self._where(make, conditions)}{self._ordered(len(items))}"

    def _ordered(self, count: int) -> str:
        """A total order of the rows, so that LIMIT is determined; equal rows are equal."""
        if self.chance.random() < 0.5:
            return ""
        ways = ("", " DESC", " NULLS FIRST", " DESC NULLS LAST")
        order = ", ".join(f"c{number}{self.chance.choice(ways)}" for number in range(count))
        return f" ORDER BY {order}" + (
            f" LIMIT {self.chance.randint(1, 20)}" if self.chance.random() < 0.5 else ""
        )

    def _aggregate(self, make: Expressions) -> str:
        number = self.chance.choice((INTEGER, DECIMAL))
        anything = make.of(self.chance.choice((INTEGER, DECIMAL, TEXT, DAY)))
        return self.chance.choice(
            (
                "count(*)",
                f"count({anything})",
                f"count(DISTINCT {make.of(self.chance.choice(KINDS), 1)})",
                f"sum({make.of(number)})",
                f"sum(CASE WHEN {make.of(TRUTH)} THEN {make.of(number, 1)} ELSE 0 END)",
                f"avg({make.of(DECIMAL, 1)})",
                f"avg({make.leaf(INTEGER)})",
                f"min({anything})",
                f"max({anything})",
                f"count(CASE WHEN {make.of(TRUTH)} THEN 1 END)",
                f"count_if({make.of(TRUTH)})",
                f"bool_or({make.of(TRUTH)})",
                f"COALESCE(sum({make.leaf(DECIMAL)}), 0)",
                f"sum({make.leaf(DECIMAL)}) / NULLIF(count(*), 0)",
            )
        )

    def _groups(self) -> str:
        source, make, conditions = self._source()
        keys = [
            make.of(self.chance.choice((INTEGER, TEXT, DAY, TRUTH)), 1)
            for _ in range(self.chance.randint(0, 2))
        ]
        items = [*keys, *(self._aggregate(make) for _ in range(self.chance.randint(1, 3)))]
        listed = ", ".join(f"{item} AS c{number}" for number, item in enumerate(items))
        positions = ", ".join(str(number + 1) for number in range(len(keys)))
        grouped = f" GROUP BY {positions}" if keys else ""
        having = f" HAVING {self._aggregate(make)} IS NOT NULL" if keys and self.chance.random() < 0.3 else ""
        where = self._where(make, conditions)
        return f"SELECT {listed} FROM {source}{where}{grouped}{having}{self._ordered(len(items))}"

    def _join(self) -> str:
        first, second = (self.chance.choice(self.tables) for _ in range(2))
        make = Expressions(self.chance, {**first.aliased("a"), **second.aliased("b")})
        kind = self.chance.choice(("INNER", "LEFT"))
        shared = [(one, other) for one in first.columns for other in second.columns if one == other]
        alike = shared or [self._pair(first, second)]
        one, other = self.chance.choice(alike)
        on = [f"a.{one} = b.{other}", *([second.condition.format(alias="b")] if second.condition else [])]
        conditions = [first.condition.format(alias="a")] if first.condition else []
        items = [self.chance.choice(("count(*)", f"sum({make.leaf(DECIMAL)})")), f"min({make.of(TEXT, 1)})"]
        key = make.of(self.chance.choice((TEXT, DAY, TRUTH)), 1)
        where = self._where(make, conditions)
        return (
            f"SELECT {key} AS c0, {items[0]} AS c1, {items[1]} AS c2 FROM {first.name} AS a "
            f"{kind} JOIN {second.name} AS b ON {' AND '.join(on)}{where} GROUP BY {key}"
        )

    def _pair(self, first: Table, second: Table) -> tuple[str, str]:
        texts = [[name for name, kind in table.columns.items() if kind == TEXT] for table in (first, second)]
        return self.chance.choice(texts[0]), self.chance.choice(texts[1])

    def _nested(self) -> str:
        source, make, conditions = self._source()
        inner, within, required = self._source("u")
        aggregate = f"SELECT {self.chance.choice(('max', 'min'))}({within.leaf(DECIMAL)}) FROM {inner}"
        aggregate += f" WHERE {' AND '.join(required)}" if required else ""
        texts = (
            f"SELECT {within.leaf(TEXT)} FROM {inner} WHERE {' AND '.join([*required, within.of(TRUTH, 1)])}"
        )
        condition = self.chance.choice(
            (f"{make.leaf(DECIMAL)} < ({aggregate})", f"{make.leaf(TEXT)} IN ({texts})", f"EXISTS ({texts})")
        )
        where = " AND ".join([*conditions, condition])
        return f"SELECT {make.of(TEXT, 1)} AS c0, {make.of(INTEGER)} AS c1 FROM {source} WHERE {where}"

    def _windows(self) -> str:
        source, make, conditions = self._source()
        part, order = make.leaf(TEXT), make.leaf(self.chance.choice((DAY, INTEGER, DECIMAL)))
        over = (
            f"OVER (PARTITION BY {part} ORDER BY {order}{self.chance.choice(('', ' DESC', ' NULLS FIRST'))})"
        )
        number = make.leaf(self.chance.choice((INTEGER, DECIMAL)))
        calls = (
            "rank()",
            "dense_rank()",
            "count(*)",
            f"sum({number})",
            f"max({number})",
            f"avg({make.leaf(DECIMAL)})",
        )
        items = [
            part,
            order,
            f"{self.chance.choice(calls)} {over}",
            f"{self.chance.choice(calls[2:])} OVER ()",
        ]
        listed = ", ".join(f"{item} AS c{position}" for position, item in enumerate(items))
        return f"SELECT {listed} FROM {source}{self._where(make, conditions)}{self._ordered(len(items))}"

    def _union(self) -> str:
        kinds = [self.chance.choice(KINDS) for _ in range(self.chance.randint(1, 3))]
        sides = []
        for alias in ("t", "u"):
            source, make, conditions = self._source(alias)
            listed = ", ".join(f"{make.of(kind, 1)} AS c{number}" for number, kind in enumerate(kinds))
            sides.append(f"SELECT {listed} FROM {source}{self._where(make, conditions)}")
        way = self.chance.choice(("UNION ALL", "UNION", "EXCEPT", "INTERSECT"))
        return f" {way} ".join(sides)

    def _with(self) -> str:
        source, make, conditions = self._source()
        key, kind = make.of(TEXT, 1), self.chance.choice((INTEGER, DECIMAL))
        inner = f"SELECT {key} AS g, {make.of(kind)} AS x, {make.of(DAY)} AS d FROM {source}"
        outer = Expressions(self.chance, {"g": TEXT, "x": kind, "d": DAY})
        items = ["g", self._aggregate(outer), self._aggregate(outer)]
        listed = ", ".join(f"{item} AS c{number}" for number, item in enumerate(items))
        where = self._where(make, conditions)
        return f"WITH held AS ({inner}{where}) SELECT {listed} FROM held GROUP BY g{self._ordered(3)}"
