"""The seven business questions.

A sold line is *active* unless its status is cancelled. All figures below are over active sold lines, save
that refunds are the money given back on returned lines, whatever became of the sale. An order is one order
number of one channel. Ties are broken by id, ascending. Ratios round half up.

``top_products_by_category``
    Per category (as of the day of the sale; for Amazon as reported) the five products with the most revenue.
``customer_lifetime_value``
    Per customer with an active line on the web or with a rep: revenue, refunds, lifetime value = revenue -
    refunds, orders, average order value = revenue / orders (two places), first and last day of a purchase.
    Twenty greatest lifetime values, and the sums over all.
``conversion_funnel``
    Sessions that reach each step in order: any event; a product view; after the first of these an
    add_to_cart; after the first of these a checkout; after the first of these a purchase. ``conversion`` =
    purchase / visit, four places. In all and per device.
``product_pairs``
    Pairs of different products in one order, by the number of orders that hold both: the fifty greatest.
    support = orders with both / orders; confidence = orders with both / orders with ``product_id``;
    lift = both * orders / (orders with one * orders with the other); six places. ``product_id`` is the lesser id.
``revenue_trend``
    Per month: the measures, orders, average order value = revenue / lines (two places), and growth over the
    month before that has rows, in per cent (two places).
``customer_segments``
    ``rfm``: customers as in lifetime value. Recency: days from the last purchase to the last day any active
    line of any channel was sold: 5 up to 30, 4 up to 90, 3 up to 180, 2 up to 365, else 1. Frequency: 5 from
    10 orders, 4 from 5, 3 from 3, 2 for two, 1 for one. Monetary: revenue of 5 from 100,000, 4 from 20,000,
    3 from 5,000, 2 from 1,000, else 1. Named: champions (R and F from 4), else loyal (R and F from 3), else new
    (R from 4), else at_risk (F from 3), else hibernating (R up to 2), else occasional.
    ``by_segment``: the measures by the customer's segment as of the day; Unknown where there is no customer.
``return_rates``
    Units that came back / units sold (four places), both by the sold line's date, category and channel;
    a return whose sale is not there or cancelled does not count.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from datagen.world.calendar import day_text
from datagen.world.events import DEVICES, STEPS
from datagen.world.truth.sums import MEASURES, Row, by, money, ratio, rows, written

_SEGMENTS = ("champions", "loyal", "new", "at_risk", "hibernating", "occasional")


def questions(connection: Any, funnel: np.ndarray) -> dict[str, Any]:
    """Answers about the table ``facts``, and the funnel of the events delivered so far (steps by devices)."""
    _prepare(connection)
    return {
        "top_products_by_category": _top_products(connection),
        "customer_lifetime_value": _lifetime_value(connection),
        "conversion_funnel": _funnel(funnel),
        "product_pairs": _pairs(connection),
        "revenue_trend": _trend(connection),
        "customer_segments": {"rfm": _rfm(connection), "by_segment": by(connection, "segment")},
        "return_rates": _return_rates(connection),
    }


def _prepare(connection: Any) -> None:
    """Customers with what they bought, and the products of each order."""
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE buyers AS
        SELECT customer, SUM(net) FILTER (active)::BIGINT AS revenue, SUM(refund)::BIGINT AS refunds,
            COUNT(DISTINCT channel * 1000000000 + "order") FILTER (active) AS orders,
            MIN(day) FILTER (active) AS first_day, MAX(day) FILTER (active) AS last_day
        FROM facts WHERE customer >= 0 GROUP BY customer HAVING COUNT(*) FILTER (active) > 0
    """)
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE baskets AS
        SELECT DISTINCT channel * 1000000000 + "order" AS basket, product FROM facts WHERE active
    """)


def _top_products(connection: Any) -> list[Row]:
    found = rows(
        connection,
        f"""
        SELECT category, ROW_NUMBER() OVER (PARTITION BY category ORDER BY revenue DESC, product_id) AS rank,
            product_id, lines, units, revenue
        FROM (SELECT category, product AS product_id, {MEASURES} FROM facts WHERE active GROUP BY ALL)
        QUALIFY rank <= 5
        """,  # noqa: S608 - our own names
    )
    return sorted(map(written, found), key=lambda row: (row["category"], row["rank"]))


def _lifetime_value(connection: Any) -> dict[str, Any]:
    found = rows(
        connection,
        """
        SELECT customer AS customer_id, revenue, refunds, revenue - refunds AS lifetime_value, orders, first_day,
            last_day
        FROM buyers ORDER BY lifetime_value DESC, customer LIMIT 20
        """,
    )
    top = [
        {
            **written(row),
            "average_order_value": ratio(row["revenue"], row["orders"] * 100, 2),
            "first_day": day_text(row["first_day"]),
            "last_day": day_text(row["last_day"]),
        }
        for row in found
    ]
    (total,) = rows(
        connection,
        """
        SELECT COUNT(*) AS customers, COALESCE(SUM(revenue), 0) AS revenue, COALESCE(SUM(refunds), 0) AS refunds,
            COALESCE(SUM(revenue - refunds), 0) AS lifetime_value, COALESCE(SUM(orders), 0)::BIGINT AS orders
        FROM buyers
        """,
    )
    return {"total": written(total), "top": top}


def _funnel(sessions: np.ndarray) -> dict[str, Any]:
    def steps(counts: Sequence[int]) -> dict[str, Any]:
        return {**dict(zip(STEPS, counts, strict=True)), "conversion": ratio(counts[-1], counts[0], 4)}

    devices = {device: steps(sessions[:, nth].tolist()) for nth, device in enumerate(DEVICES)}
    return {"total": steps(sessions.sum(axis=1).tolist()), "by_device": devices}


def _pairs(connection: Any) -> list[Row]:
    (orders,) = rows(connection, "SELECT COUNT(DISTINCT basket) AS orders FROM baskets")
    found = rows(
        connection,
        """
        WITH pairs AS (
            SELECT one.product, other.product AS companion, COUNT(*) AS shared
            FROM baskets AS one JOIN baskets AS other ON one.basket = other.basket AND one.product < other.product
            GROUP BY ALL
            ORDER BY shared DESC, one.product, companion LIMIT 50
        ),
        alone AS (SELECT product, COUNT(*) AS orders FROM baskets GROUP BY product)
        SELECT pairs.product AS product_id, companion AS with_product_id, shared AS orders,
            one.orders AS first, other.orders AS second
        FROM pairs JOIN alone AS one ON one.product = pairs.product
        JOIN alone AS other ON other.product = companion
        ORDER BY shared DESC, product_id, with_product_id
        """,
    )
    total = orders["orders"]
    for row in found:
        both, first, second = row["orders"], row.pop("first"), row.pop("second")
        row["support"] = ratio(both, total, 6)
        row["confidence"] = ratio(both, first, 6)
        row["lift"] = ratio(both * total, first * second, 6)
    return [written(row) for row in found]


def _trend(connection: Any) -> list[Row]:
    found = rows(
        connection,
        f"""
        SELECT month, {MEASURES}, COUNT(DISTINCT channel * 1000000000 + "order") FILTER (active) AS orders
        FROM facts GROUP BY month ORDER BY month
        """,  # noqa: S608 - our own names
    )
    trend: list[Row] = []
    before: int | None = None
    for row in found:
        growth = None if before is None else ratio((row["revenue"] - before) * 100, before, 2)
        value = ratio(row["revenue"], row["lines"] * 100, 2)
        trend.append({**written(row), "average_order_value": value, "growth_percent": growth})
        before = row["revenue"]
    return trend


def _rfm(connection: Any) -> list[Row]:
    found = rows(
        connection,
        """
        WITH scored AS (
            SELECT revenue,
                CASE WHEN recency <= 30 THEN 5 WHEN recency <= 90 THEN 4 WHEN recency <= 180 THEN 3
                    WHEN recency <= 365 THEN 2 ELSE 1 END AS r,
                CASE WHEN orders >= 10 THEN 5 WHEN orders >= 5 THEN 4 WHEN orders >= 3 THEN 3 ELSE orders END AS f,
                CASE WHEN revenue >= 10000000 THEN 5 WHEN revenue >= 2000000 THEN 4 WHEN revenue >= 500000 THEN 3
                    WHEN revenue >= 100000 THEN 2 ELSE 1 END AS m
            FROM (SELECT *, (SELECT MAX(day) FROM facts WHERE active) - last_day AS recency FROM buyers)
        )
        SELECT CASE WHEN r >= 4 AND f >= 4 THEN 0 WHEN r >= 3 AND f >= 3 THEN 1 WHEN r >= 4 THEN 2
                WHEN f >= 3 THEN 3 WHEN r <= 2 THEN 4 ELSE 5 END AS segment,
            COUNT(*) AS customers, SUM(revenue) AS revenue, SUM(r)::BIGINT AS r, SUM(f)::BIGINT AS f,
            SUM(m)::BIGINT AS m
        FROM scored GROUP BY segment ORDER BY segment
        """,
    )
    return [
        {
            "segment": _SEGMENTS[row["segment"]],
            "customers": row["customers"],
            "revenue": money(row["revenue"]),
            "sum_of_scores": {score: row[score] for score in "rfm"},
        }
        for row in found
    ]


def _return_rates(connection: Any) -> dict[str, Any]:
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE sold AS
        SELECT facts.*, COALESCE(back.units, 0) AS units_back
        FROM facts LEFT JOIN (
            SELECT sale, SUM(quantity)::BIGINT AS units FROM facts WHERE is_return GROUP BY sale
        ) AS back ON back.sale = facts.sale
        WHERE active
    """)
    answer: dict[str, Any] = {}
    for key in ("channel", "month", "category"):
        found = rows(
            connection,
            f"""
            SELECT {key}, SUM(quantity)::BIGINT AS sold_units, SUM(units_back)::BIGINT AS returned_units
            FROM sold GROUP BY {key}
            """,  # noqa: S608 - our own names
        )
        rated = [
            {**written(row), "return_rate": ratio(row["returned_units"], row["sold_units"], 4)}
            for row in found
        ]
        answer[f"by_{key}"] = sorted(rated, key=lambda row: row[key])
    return answer
