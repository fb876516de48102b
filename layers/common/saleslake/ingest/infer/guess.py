"""Guess what a column holds by its header and values: no guess claims more than every value seen allows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from saleslake.contracts.aliases import WHITESPACE
from saleslake.contracts.dates import read_date
from saleslake.contracts.headers import normalise_header
from saleslake.contracts.model import Kind
from saleslake.contracts.timestamps import read_timestamp

FORMATS = (
    "yyyy-MM-dd", "M/d/yyyy", "d/M/yyyy", "MM-dd-yy", "dd-MM-yy", "M-d-yyyy", "d-M-yyyy", "yyyy/MM/dd", "d.M.yyyy",
)  # fmt: skip
MOST_ALLOWED = 12  # values of a closed list
SEEN_EACH = 5  # times, on the average, before a list looks closed

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?[0-9]{1,16}([.][0-9]{1,8})?")
COUNTS_ROWS = re.compile(r"index|row(_number|_no)?|line(_number|_no)?|unnamed.*|column")
NAMES_NO_NUMBER = re.compile(r"(^|_)(id|no|number|code|key|sku|phone|mobile|zip|pin|postal|postcode)(_|$)")
_MONEY = re.compile(r"(^|_)(amount|total|revenue|takings|turnover|net|gross)(_|$)")
_PII = {
    "email": r"e_?mail", "phone": r"phone|mobile", "birth_date": r"birth|dob",
    "address": r"address|street|city|town|postal|postcode|zip|pin_code",
    "name": r"^(full_|first_|last_|customer_|person_)?name$",
}  # fmt: skip


@dataclass(frozen=True)
class Guess:
    """One column as its values show it."""

    name: str
    header: str
    kind: Kind
    physical_type: str
    required: bool
    unique: bool
    formats: tuple[str, ...] = ()
    minimum: str | None = None
    seen: str = ""
    allowed: tuple[str, ...] = ()
    money: bool = False
    pii: str | None = None
    examples: tuple[str, ...] = field(default=())


def guess_column(header: str, values: Sequence[str], delivered: str = "") -> Guess:
    """Guess one column.

    Parameters
    ----------
    header
        As delivered.
    values
        Its text in every row that was looked at.
    delivered
        Its type in Parquet or Avro; empty for text.
    """
    name = _column_name(header)
    texts = [stripped for value in values if (stripped := value.strip(WHITESPACE))]
    kind, physical, formats = _kind(name, texts, delivered)
    counts = Counter(texts)
    numbers = [Decimal(text) for text in texts] if kind in ("integer", "decimal") else []
    return Guess(
        name=name,
        header=header,
        kind=kind,
        physical_type=physical,
        required=bool(texts) and len(texts) == len(values),
        unique=bool(texts) and len(counts) == len(values),
        formats=formats,
        minimum="0" if numbers and min(numbers) >= 0 else None,
        seen=f"{min(numbers)} to {max(numbers)}" if numbers else "",
        allowed=tuple(sorted(counts)) if kind == "string" and _closed(name, counts, len(texts)) else (),
        money=kind == "decimal" and bool(_MONEY.search(name)),
        pii=next((what for what, pattern in _PII.items() if re.search(pattern, name)), None),
        examples=tuple(text for text, _ in counts.most_common(1)),
    )


def _column_name(header: str) -> str:
    words = re.sub(r"([a-z])([A-Z])", r"\1_\2", header)
    name = re.sub(r"[^a-z0-9_]", "", normalise_header(words))
    return name if name[:1].isalpha() else f"column_{name}".rstrip("_")


def _kind(name: str, texts: Sequence[str], delivered: str) -> tuple[Kind, str, tuple[str, ...]]:
    text: tuple[Kind, str, tuple[str, ...]] = ("string", "string", ())
    if not texts:
        return text
    if all(value.lower() in ("true", "false") for value in texts):
        return "boolean", "boolean", ()
    if all(read_timestamp(value) for value in texts):
        return "timestamp", "timestamp", ()
    formats = tuple(known for known in FORMATS if all(read_date(value, [known]) for value in texts))
    if formats:
        return "date", "date", formats
    named = NAMES_NO_NUMBER.search(name) and not delivered.startswith(("int", "uint", "decimal"))
    if named or delivered in ("float", "double", "halffloat"):
        return text
    if all(_INTEGER.fullmatch(value) for value in texts):
        largest = max(abs(int(value)) for value in texts)
        return "integer", "int" if largest < 1 << 31 and "64" not in delivered else "bigint", ()
    if all(_DECIMAL.fullmatch(value) for value in texts):
        scale = max(2, *(len(value.partition(".")[2]) for value in texts))
        return "decimal", f"decimal(18,{scale})", ()
    return text


def _closed(name: str, counts: Counter[str], total: int) -> bool:
    short = all(len(value) <= 40 for value in counts)
    return (
        short and 1 < len(counts) <= MOST_ALLOWED and total >= SEEN_EACH * len(counts)
        and not NAMES_NO_NUMBER.search(name)
    )  # fmt: skip
