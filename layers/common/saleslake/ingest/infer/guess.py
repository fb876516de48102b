"""Guess what a column holds by its header and values: no guess claims more than every value seen allows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from saleslake.contracts.aliases import WHITESPACE
from saleslake.contracts.dates import read_date
from saleslake.contracts.model import CENTS, Kind
from saleslake.contracts.timestamps import read_timestamp

FORMATS = (
    "yyyy-MM-dd", "M/d/yyyy", "d/M/yyyy", "MM-dd-yy", "dd-MM-yy", "M-d-yyyy", "d-M-yyyy", "yyyy/MM/dd", "d.M.yyyy",
)  # fmt: skip
MOST_DIGITS = 38  # of a decimal
MOST_ALLOWED = 12  # values of a closed list
SEEN_EACH = 5  # times, on the average, before a list looks closed

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)([.][0-9]+)?")  # 007 is a code
_DELIVERED_DECIMAL = re.compile(r"decimal[0-9]*[(]([0-9]+), ([0-9]+)[)]")
_FLOATS = {"float", "double", "halffloat"}
_LOOKS_LIKE_NUMBER = re.compile(r"[^\w]*[0-9][0-9.,' \u00a0\u202f]*(e[-+]?[0-9]+)?[^\w]*", re.IGNORECASE)
_LOOKS_LIKE_TIME = re.compile(
    r"([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}|[0-9]{1,2}[ -][a-z]{3,9}[ -][0-9]{2,4}|[0-9]{1,2}:[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)
_CODE = re.compile(r"[0-9]{1,18}")
_FINER = "sums of money are kept to the cent: decimal(18,2) with money: true, where no amount is finer"
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
    remark: str = ""
    """What its values look like and could not be taken as."""


def guess_column(name: str, header: str, values: Sequence[str], delivered: str = "") -> Guess:
    """Guess one column.

    Parameters
    ----------
    name
        Its name in the contract.
    header
        As delivered.
    values
        Its text in every row that was looked at.
    delivered
        Its type in Parquet or Avro; empty for text.
    """
    texts = [stripped for value in values if (stripped := value.strip(WHITESPACE))]
    kind, physical, formats = _kind(name, texts, delivered)
    sums = kind == "decimal" and bool(_MONEY.search(name))
    to_the_cent = sums and int(physical.partition(",")[2].rstrip(")")) <= CENTS
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
        money=to_the_cent,
        pii=next((what for what, pattern in _PII.items() if re.search(pattern, name)), None),
        examples=tuple(text for text, _ in counts.most_common(1)),
        remark=_FINER if sums and not to_the_cent else _remark(name, kind, texts, delivered),
    )


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
    if named or delivered in _FLOATS:
        return text
    if all(_INTEGER.fullmatch(value) for value in texts):
        largest = max(abs(int(value)) for value in texts)
        return "integer", "int" if largest < 1 << 31 and "64" not in delivered else "bigint", ()
    if all(_DECIMAL.fullmatch(value) for value in texts):
        precision, scale = _digits(texts, delivered)
        if not delivered and not any("." in value for value in texts):
            return text  # whole numbers too long to be counted with
        if precision <= MOST_DIGITS:
            return "decimal", f"decimal({precision},{scale})", ()
    return text


def _digits(texts: Sequence[str], delivered: str) -> tuple[int, int]:
    """Precision and scale that hold every number: those of the type it was delivered as, else with room for more."""
    if told := _DELIVERED_DECIMAL.fullmatch(delivered):
        return int(told[1]), int(told[2])
    parts = [value.lstrip("-").partition(".") for value in texts]
    scale = max(CENTS, *(len(decimals) for _, _, decimals in parts))
    return max(18, scale + max(len(whole) for whole, _, _ in parts)), scale


def _remark(name: str, kind: Kind, texts: Sequence[str], delivered: str) -> str:
    """What is worth saying of a column that could only be taken as text."""
    if kind != "string" or not texts:
        return ""
    if delivered in _FLOATS:
        return (
            f"delivered as {delivered}, which is not exact: taken as text. An amount is delivered as decimal"
        )
    if all(_LOOKS_LIKE_TIME.match(text) for text in texts):
        return "looks like a time, but not one format, with a time zone where it is a moment, reads all: taken as text"
    number = not NAMES_NO_NUMBER.search(name) and all(_LOOKS_LIKE_NUMBER.fullmatch(text) for text in texts)
    if number and not all(_CODE.fullmatch(text) for text in texts):
        return "looks like a number, but not one written plainly, such as 1234.56, or of too many digits: taken as text"
    return ""


def _closed(name: str, counts: Counter[str], total: int) -> bool:
    short = all(len(value) <= 40 for value in counts)
    return (
        short and 1 < len(counts) <= MOST_ALLOWED and total >= SEEN_EACH * len(counts)
        and not NAMES_NO_NUMBER.search(name)
    )  # fmt: skip
