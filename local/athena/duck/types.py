"""Trino's types and the rules by which they meet, and what each is called in DuckDB, Glue and Iceberg.

Rules: https://trino.io/docs/476/functions/decimal.html, https://trino.io/docs/476/functions/conversion.html
and io.trino.type.TypeCoercion of the same version.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlglot import exp

from local.athena.errors import NotSupportedHere

MAX_PRECISION = 38


@dataclass(frozen=True)
class Type:
    """One Trino type. `args` holds numbers (decimal, varchar, timestamp) or types; `names` a row's fields."""

    name: str
    args: tuple["Type | int", ...] = ()
    names: tuple[str | None, ...] = ()

    def __str__(self) -> str:
        if self.name == "row":
            fields = zip(self.names, self.args, strict=True)
            return "row(" + ", ".join(f"{name} {kind}" if name else str(kind) for name, kind in fields) + ")"
        if self.name == "timestamp with time zone":
            return f"timestamp({self.args[0]}) with time zone"
        separator = "," if self.name == "decimal" else ", "
        return self.name + (f"({separator.join(map(str, self.args))})" if self.args else "")

    @property
    def precision(self) -> int:
        """Digits of a decimal."""
        return self.number(0)

    @property
    def scale(self) -> int:
        """Digits of a decimal behind the point."""
        return self.number(1)

    def number(self, index: int) -> int:
        """The parameter at `index`, which is a number."""
        value = self.args[index]
        assert isinstance(value, int)
        return value

    def part(self, index: int) -> "Type":
        """The parameter at `index`, which is a type."""
        value = self.args[index]
        assert isinstance(value, Type)
        return value


UNKNOWN, BOOLEAN, DATE = Type("unknown"), Type("boolean"), Type("date")
TINYINT, SMALLINT, INTEGER, BIGINT = Type("tinyint"), Type("smallint"), Type("integer"), Type("bigint")
REAL, DOUBLE, VARCHAR, VARBINARY = Type("real"), Type("double"), Type("varchar"), Type("varbinary")
DAYS, MONTHS = Type("interval day to second"), Type("interval year to month")
INTEGERS = ("tinyint", "smallint", "integer", "bigint")
NUMERIC = (*INTEGERS, "decimal", "real", "double")
_INTEGER_DIGITS = {"tinyint": 3, "smallint": 5, "integer": 10, "bigint": 19}
_RANK = {name: rank for rank, name in enumerate(NUMERIC)}


def decimal(precision: int, scale: int) -> Type:
    """decimal(p, s), the precision capped at 38 as Trino does."""
    return Type("decimal", (min(MAX_PRECISION, precision), scale))


def varchar(length: int | None) -> Type:
    """varchar(n), or varchar without a bound."""
    return VARCHAR if length is None else Type("varchar", (length,))


def timestamp(precision: int, zoned: bool = False) -> Type:
    """timestamp(p), with or without time zone."""
    return Type("timestamp with time zone" if zoned else "timestamp", (precision,))


def array(element: Type) -> Type:
    """array(T)."""
    return Type("array", (element,))


def is_numeric(kind: Type) -> bool:
    """Whether arithmetic is defined on it."""
    return kind.name in NUMERIC


def as_decimal(kind: Type) -> Type:
    """The decimal an integer type widens to."""
    return kind if kind.name == "decimal" else decimal(_INTEGER_DIGITS[kind.name], 0)


def common(left: Type, right: Type) -> Type | None:
    """The type both coerce to without losing anything, or None where Trino refuses to compare them."""
    if right in (left, UNKNOWN):
        return left
    if left == UNKNOWN:
        return right
    if left.name in _RANK and right.name in _RANK:
        return _common_number(left, right)
    if left.name == right.name == "varchar":
        return varchar(max(left.number(0), right.number(0))) if left.args and right.args else VARCHAR
    if left.name == right.name == "array":
        element = common(left.part(0), right.part(0))
        return array(element) if element else None
    if left.name == right.name and left.name in ("map", "row") and len(left.args) == len(right.args):
        parts = [common(left.part(index), right.part(index)) for index in range(len(left.args))]
        return None if None in parts else Type(left.name, tuple(p for p in parts if p), left.names)
    times = {"date": 0, "timestamp": 1, "timestamp with time zone": 2}
    if left.name in times and right.name in times:
        wider = max(left, right, key=lambda kind: times[kind.name])
        return Type(wider.name, (max(kind.number(0) for kind in (left, right) if kind.args),))
    return None


def _common_number(left: Type, right: Type) -> Type:
    wide = max(left, right, key=lambda kind: _RANK[kind.name])
    if wide.name != "decimal":
        return wide
    one, two = as_decimal(left), as_decimal(right)
    scale = max(one.scale, two.scale)
    return decimal(max(one.precision - one.scale, two.precision - two.scale) + scale, scale)


def common_of(kinds: Sequence[Type]) -> Type | None:
    """`common` over a list; unknown (NULL) adapts to anything."""
    result: Type | None = UNKNOWN
    for kind in kinds:
        result = common(result, kind) if result else None
    return result


def coerces(source: Type, target: Type) -> bool:
    """Whether a value of `source` may stand where `target` is asked for (INSERT, SET, function arguments)."""
    if source.name == target.name == "varchar":
        return not target.args or bool(source.args and source.number(0) <= target.number(0))
    return common(source, target) == target


_DUCK = {
    "boolean": "BOOLEAN", "tinyint": "TINYINT", "smallint": "SMALLINT", "integer": "INTEGER", "bigint": "BIGINT",
    "real": "FLOAT", "double": "DOUBLE", "varchar": "VARCHAR", "varbinary": "BLOB", "date": "DATE",
    "timestamp": "TIMESTAMP", "timestamp with time zone": "TIMESTAMPTZ", "unknown": "INTEGER",
    "interval day to second": "INTERVAL", "interval year to month": "INTERVAL",
}  # fmt: skip


def duck(kind: Type) -> str:
    """The DuckDB type that holds every value of `kind`."""
    if kind.name == "decimal":
        return f"DECIMAL({kind.precision},{kind.scale})"
    if kind.name == "array":
        return duck(kind.part(0)) + "[]"
    if kind.name == "map":
        return f"MAP({duck(kind.part(0))}, {duck(kind.part(1))})"
    if kind.name == "row":
        names = [name or f"field{index}" for index, name in enumerate(kind.names)]
        fields = ", ".join(f'"{name}" {duck(kind.part(index))}' for index, name in enumerate(names))
        return f"STRUCT({fields})"
    return _DUCK[kind.name]


_NAMES = {
    exp.DType.BOOLEAN: BOOLEAN, exp.DType.TINYINT: TINYINT, exp.DType.SMALLINT: SMALLINT, exp.DType.INT: INTEGER,
    exp.DType.BIGINT: BIGINT, exp.DType.FLOAT: REAL, exp.DType.DOUBLE: DOUBLE, exp.DType.DATE: DATE,
    exp.DType.VARBINARY: VARBINARY,
}  # fmt: skip


def from_sql(node: exp.DataType) -> Type:
    """The type named by a CAST or a typed literal."""
    kind, parameters = node.this, node.expressions
    if kind in _NAMES:
        return _NAMES[kind]
    if kind in (exp.DType.DECIMAL, exp.DType.VARCHAR, exp.DType.TEXT):
        numbers = [int(parameter.name) for parameter in parameters]
        if kind == exp.DType.DECIMAL:
            return decimal(numbers[0], *numbers[1:2] or [0]) if numbers else decimal(38, 0)
        return varchar(numbers[0] if numbers else None)
    if kind in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ):
        digits = int(parameters[0].name) if parameters else 3
        if digits > 6:
            raise NotSupportedHere(f"timestamps of {digits} digits")
        return timestamp(digits, kind == exp.DType.TIMESTAMPTZ)
    if kind == exp.DType.ARRAY:
        return array(from_sql(parameters[0]))
    if kind == exp.DType.MAP:
        return Type("map", (from_sql(parameters[0]), from_sql(parameters[1])))
    if kind == exp.DType.STRUCT:
        fields = [(part.name.lower(), from_sql(part.args["kind"])) for part in parameters]
        return Type("row", tuple(field for _, field in fields), tuple(name for name, _ in fields))
    raise NotSupportedHere(f"the type {node.sql('trino')}")
