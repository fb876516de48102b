"""What can be wrong with one row of the Amazon report: each defect is one clear fault, and only that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

HEADER = (
    "index",
    "Order ID",
    "Date",
    "Status",
    "Fulfilment",
    "Sales Channel ",
    "ship-service-level",
    "Style",
    "SKU",
    "Category",
    "Size",
    "ASIN",
    "Courier Status",
    "Qty",
    "currency",
    "Amount",
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-country",
    "promotion-ids",
    "B2B",
    "fulfilled-by",
    "Unnamed: 22",
)
DUPLICATE = "duplicate_row"
_AT = {name: nth for nth, name in enumerate(HEADER)}


@dataclass(frozen=True)
class Defect:
    """A named fault.

    ``spoil`` takes a row's fields and a number that picks a variant, and gives the fields to write.
    """

    name: str
    what: str
    spoil: Callable[[list[str], int], list[str]]


def _writes(column: str, texts: Sequence[str]) -> Callable[[list[str], int], list[str]]:
    def spoil(fields: list[str], pick: int) -> list[str]:
        fields[_AT[column]] = texts[pick % len(texts)]
        return fields

    return spoil


def _money(
    amounts: Sequence[str], currencies: Sequence[str] = ("INR",)
) -> Callable[[list[str], int], list[str]]:
    """Write an amount and its currency together, so that a row has one fault and not two."""

    def spoil(fields: list[str], pick: int) -> list[str]:
        fields[_AT["Amount"]] = amounts[pick % len(amounts)]
        fields[_AT["currency"]] = currencies[pick % len(currencies)]
        return fields

    return spoil


def _add_fields(fields: list[str], pick: int) -> list[str]:
    """A city's comma that nobody quoted, or stray commas at the end of the line."""
    if pick % 2:
        return [*fields, *[""] * (1 + pick % 3)]
    at = _AT["ship-city"]
    return [*fields[:at], "HYDERABAD", " TELANGANA", *fields[at + 1 :]]


def _drop_fields(fields: list[str], pick: int) -> list[str]:
    """The end of the line is missing: from one field to all but the first three."""
    return fields[: 3 + pick % (len(HEADER) - 3)]


_BAD_DATES = (
    "02-30-22",
    "13-45-22",
    "04/31/2022",
    "00-10-22",
    "not a date",
    "44681",
    "########",
    "2022-04-31",
)
_BAD_AMOUNTS = (
    "12,345.50",
    "₹ 399",
    "1e3",
    "NaN",
    "Rs. 399",
    "#VALUE!",
    "three hundred",
    "39 9.00",
    "INF",
    "--",
)

DEFECTS = {
    defect.name: defect
    for defect in (
        Defect(
            "bad_date", "a date no calendar has: 02-30-22, ########, 44681 …", _writes("Date", _BAD_DATES)
        ),
        Defect("empty_date", "no date", _writes("Date", ("", "  "))),
        Defect("empty_order_id", "no order id", _writes("Order ID", ("", "  "))),
        Defect("empty_sku", "no SKU", _writes("SKU", ("", "  "))),
        Defect("empty_category", "no category", _writes("Category", ("", "  "))),
        Defect(
            "unknown_status",
            "a status Amazon does not have",
            _writes("Status", ("Sold", "", "Shipped?", "7")),
        ),
        Defect(
            "unknown_fulfilment",
            "neither Amazon nor Merchant",
            _writes("Fulfilment", ("", "Ebay", "Easy Ship")),
        ),
        Defect(
            "bad_amount",
            "an amount that is no plain number: 12,345.50, ₹ 399, 1e3, NaN …",
            _money(_BAD_AMOUNTS),
        ),
        Defect("negative_amount", "an amount below zero", _money(("-399.0", "-0.01", "-1250.50"))),
        Defect(
            "huge_amount",
            "an amount of 17 digits and more before the point",
            _money(("1234567890123456789", "99999999999999999.00", "10000000000000000")),
        ),
        Defect(
            "fraction_of_paisa", "an amount with three decimals", _money(("399.005", "0.001", "1250.125"))
        ),
        Defect(
            "foreign_currency",
            "an amount in another currency",
            _money(("399.0", "12.5", "1250.0"), ("USD", "EUR", "GBP", "AED")),
        ),
        Defect("blank_currency", "an amount without a currency", _money(("399.0", "647.62"), ("",))),
        Defect(
            "bad_quantity", "a quantity that is no whole number", _writes("Qty", ("two", "1.5", "1 pc", "?"))
        ),
        Defect("negative_quantity", "a quantity below zero", _writes("Qty", ("-1", "-2"))),
        Defect("bad_b2b", "a B2B mark that is neither True nor False", _writes("B2B", ("maybe", "?", "n/a"))),
        Defect("too_many_fields", "more fields than the header has: a comma nobody quoted", _add_fields),
        Defect("too_few_fields", "the end of the line is missing", _drop_fields),
        Defect(
            DUPLICATE,
            "an exact copy of another row, index included (not quarantined)",
            lambda fields, _: fields,
        ),
    )
}
