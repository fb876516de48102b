"""The seven questions people ask of the warehouse: what its views answer, beside what the generator knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

type Row = Mapping[str, str]
type Rows = list[Row]
type Ask = Callable[[str], Rows]


@dataclass(frozen=True)
class Figure:
    """One figure: what it says, what a view answered, what is true."""

    name: str
    answer: Any
    truth: Any

    @property
    def equal(self) -> bool:
        """Whether the two are the same number, or the same text."""
        return _value(self.answer) == _value(self.truth)


@dataclass(frozen=True)
class Question:
    """A question, the view that answers it, and how its rows are laid beside the truth."""

    text: str
    view: str
    truth: str
    figures: Callable[[Rows, Any], Iterator[Figure]]
    shown: tuple[str, ...]
    """How the names of the figures begin that are worth showing first."""

    @property
    def file(self) -> str:
        """Where its SQL is."""
        return f"sql/views/{self.view}.sql"


def answered(ask: Ask, truth: Mapping[str, Any]) -> Iterator[tuple[Question, list[Figure]]]:
    """Every question with all its figures.

    Parameters
    ----------
    ask
        Gives the rows of a view, every value as text.
    truth
        ``questions`` of the generator's truth.json.
    """
    for question in QUESTIONS:
        yield question, list(question.figures(ask(question.view), truth[question.truth]))


def _value(value: Any) -> Any:
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return "" if value is None else str(value)


def _by(rows: Rows, *keys: str) -> dict[tuple[str, ...], Row]:
    return {tuple(row[key] for key in keys): row for row in rows}


def _sum(rows: Rows, column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal())


def _figures(
    name: str, row: Row | None, truth: Mapping[str, Any], columns: Iterable[tuple[str, str]]
) -> Iterator[Figure]:
    for column, true in columns:
        yield Figure(f"{name} {column}", row[column] if row else "missing", truth[true])


def _same(*columns: str) -> list[tuple[str, str]]:
    return [(column, column) for column in columns]


def _top_products(rows: Rows, truth: Any) -> Iterator[Figure]:
    found = _by(rows, "category", "category_rank")
    for row in truth:
        mine = found.get((row["category"], str(row["rank"])))
        name = f"{row['category']} #{row['rank']}"
        yield from _figures(name, mine, row, _same("product_id", "revenue", "units", "lines"))


def _lifetime_value(rows: Rows, truth: Any) -> Iterator[Figure]:
    total = truth["total"]
    yield Figure("customers", len(rows), total["customers"])
    for column in ("revenue", "refunds", "lifetime_value", "orders"):
        yield Figure(f"all customers {column}", _sum(rows, column), total[column])
    best = sorted(rows, key=lambda row: (-Decimal(row["lifetime_value"]), row["customer_id"]))
    columns = _same("customer_id", "lifetime_value", "revenue", "refunds", "orders", "average_order_value")
    columns += [("first_sale_date", "first_day"), ("last_sale_date", "last_day")]
    for rank, row in enumerate(truth["top"], 1):
        yield from _figures(f"#{rank}", best[rank - 1] if rank <= len(best) else None, row, columns)


def _funnel(rows: Rows, truth: Any) -> Iterator[Figure]:
    found = _by(rows, "device", "step")
    for device, steps in {"all": truth["total"], **truth["by_device"]}.items():
        for step, sessions in steps.items():
            if step != "conversion":
                row = found.get((device, step))
                yield Figure(f"{device} {step}", row["sessions"] if row else 0, sessions)
        bought = found.get((device, "purchase"))
        yield Figure(
            f"{device} conversion", bought["share_of_visits"] if bought else None, steps["conversion"]
        )


def _pairs(rows: Rows, truth: Any) -> Iterator[Figure]:
    once = [row for row in rows if row["product_id"] < row["other_product_id"]]
    once.sort(key=lambda row: (-int(row["orders_together"]), row["product_id"], row["other_product_id"]))
    columns = [
        ("product_id", "product_id"),
        ("other_product_id", "with_product_id"),
        ("orders_together", "orders"),
    ]
    columns += _same("support", "confidence", "lift")
    for rank, row in enumerate(truth, 1):
        yield from _figures(f"#{rank}", once[rank - 1] if rank <= len(once) else None, row, columns)


def _trend(rows: Rows, truth: Any) -> Iterator[Figure]:
    found = _by(rows, "year_month")
    yield Figure("months", len(rows), len(truth))
    columns = _same("revenue", "refunds", "profit", "orders", "lines", "units")
    for row in truth:
        mine = found.get((row["month"],))
        yield from _figures(
            row["month"], mine, row, [*columns, ("average_line_value", "average_order_value")]
        )
        growth = mine["growth_month_on_month"] if mine else "missing"
        per_cent = f"{Decimal(growth) * 100:.2f}" if growth and mine else growth
        yield Figure(f"{row['month']} growth in per cent", per_cent, row["growth_percent"])


def _segments(rows: Rows, truth: Any) -> Iterator[Figure]:
    found = _by(rows, "rfm_segment")
    yield Figure("segments", len(rows), len(truth["rfm"]))
    for row in truth["rfm"]:
        mine = found.get((row["segment"],))
        yield from _figures(row["segment"], mine, row, _same("customers", "revenue"))
        scores = {"r": "recency_scores", "f": "frequency_scores", "m": "monetary_scores"}
        yield from _figures(
            row["segment"], mine, row["sum_of_scores"], [(column, score) for score, column in scores.items()]
        )


def _returns(rows: Rows, truth: Any) -> Iterator[Figure]:
    found = _by(rows, "dimension", "value")
    for dimension in ("category", "channel", "month"):
        groups = truth[f"by_{dimension}"]
        yield Figure(f"{dimension} groups", sum(row["dimension"] == dimension for row in rows), len(groups))
        for row in groups:
            mine = found.get((dimension, row[dimension]))
            columns = [
                ("return_rate", "return_rate"),
                ("units", "sold_units"),
                ("returned_units", "returned_units"),
            ]
            yield from _figures(row[dimension], mine, row, columns)


QUESTIONS = (
    Question("Which products lead each category?", "top_products_by_category", "top_products_by_category",
             _top_products, ("Set #1 product_id", "Set #1 revenue", "kurta #1 product_id", "kurta #1 revenue")),
    Question("What are our customers worth?", "customer_ltv", "customer_lifetime_value", _lifetime_value,
             ("customers", "all customers lifetime_value", "#1 customer_id", "#1 lifetime_value")),
    Question("Where do visitors of the web shop stop?", "conversion_funnel", "conversion_funnel", _funnel, ("all ",)),
    Question("What is bought together?", "product_pairs", "product_pairs", _pairs, ("#1 ",)),
    Question("How does revenue develop?", "revenue_trend", "revenue_trend", _trend,
             ("2025-11 revenue", "2025-12 revenue", "2025-12 profit", "2025-12 growth")),
    Question("Who are our customers?", "customer_segments", "customer_segments", _segments,
             ("champions customers", "loyal customers", "new customers", "occasional customers")),
    Question("How much comes back?", "return_rates", "return_rates", _returns,
             ("web", "reps return_rate", "Set return_rate", "kurta return_rate")),
)  # fmt: skip
