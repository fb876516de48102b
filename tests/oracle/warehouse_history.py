"""Dimensions with a past: which version of a customer or product was true on which day; and the tree of managers."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from typing import Any

from tests.oracle.states import UNKNOWN
from tests.oracle.warehouse_contracts import Row

BEGINNING, END = date(1900, 1, 1), date(9999, 12, 31)
DEEPEST = 6


def digest(*parts: Any) -> str:
    """A surrogate key."""
    return hashlib.md5("|".join(map(str, parts)).encode()).hexdigest()


class History:
    """All versions of all members of one dimension.

    Parameters
    ----------
    name
        ``customer`` or ``product``: names the columns ``<name>_id`` and ``<name>_key``.
    changes
        The rows delivered, one per id and moment.
    referenced
        Ids that facts speak of, whether or not anybody delivered them.
    tracked
        Columns whose change makes a version; ``corrected`` are those that hold for every version as known last.
    unknown
        Columns that say Unknown where nothing is known.
    """

    def __init__(
        self,
        name: str,
        changes: Iterable[Row],
        referenced: set[str],
        *,
        tracked: tuple[str, ...],
        corrected: tuple[str, ...],
        unknown: tuple[str, ...],
    ) -> None:
        self.name, self.tracked, self.corrected, self.unknown = name, tracked, corrected, unknown
        by_id: dict[str, list[Row]] = defaultdict(list)
        for change in changes:
            by_id[change[f"{name}_id"]].append(change)
        self.versions = {
            member: self._versions(member, rows, inferred=False) for member, rows in by_id.items()
        }
        for member in (referenced | {UNKNOWN}) - set(by_id):
            self.versions[member] = self._versions(member, [{}], inferred=member != UNKNOWN)

    def rows(self) -> list[Row]:
        """Every version of every member."""
        return [version for versions in self.versions.values() for version in versions]

    def on(self, member: str | None, when: date) -> Row:
        """The version of a member that held on a day."""
        (found,) = [
            version
            for version in self.versions[UNKNOWN if member is None else member]
            if version["valid_from"] <= when < version["valid_to"]
        ]
        return found

    def _versions(self, member: str, changes: list[Row], *, inferred: bool) -> list[Row]:
        changes = sorted(changes, key=lambda row: row["updated_at"]) if changes != [{}] else changes
        last_of_day = (
            {row["updated_at"].date(): row for row in changes} if changes != [{}] else {BEGINNING: {}}
        )
        starts: list[tuple[date, Row]] = []
        for day in sorted(last_of_day):
            row = last_of_day[day]
            if not starts or any(row[column] != starts[-1][1][column] for column in self.tracked):
                starts.append((day, row))
        starts[0] = (BEGINNING, starts[0][1])
        return [
            self._version(member, row, changes[-1], valid_from, valid_to, inferred=inferred)
            for (valid_from, row), (valid_to, _) in pairwise([*starts, (END, {})])
        ]

    def _version(
        self, member: str, row: Row, newest: Row, valid_from: date, valid_to: date, *, inferred: bool
    ) -> Row:
        values = {column: row.get(column) for column in self.tracked}
        values |= {column: newest.get(column) for column in self.corrected}
        values |= {column: UNKNOWN for column in self.unknown if values[column] is None}
        return {
            f"{self.name}_key": digest(member, valid_from),
            f"{self.name}_id": member,
            **values,
            "valid_from": valid_from,
            "valid_to": valid_to,
            "is_current": valid_to == END,
            "is_inferred": inferred,
        }


def customers(changes: Iterable[Row], referenced: set[str]) -> History:
    """dim_customer."""
    return History(
        "customer",
        changes,
        referenced,
        tracked=("segment", "region", "state", "city", "postal_code"),
        corrected=("name", "email", "phone", "birth_date", "signup_date"),
        unknown=("segment", "region", "state"),
    )


def products(changes: Iterable[Row], referenced: set[str]) -> History:
    """dim_product."""
    return History(
        "product",
        changes,
        referenced,
        tracked=("category", "subcategory", "brand", "list_price", "cost"),
        corrected=("name", "stock"),
        unknown=("category", "subcategory", "brand"),
    )


def sales_reps(latest: Iterable[Row], referenced: set[str]) -> list[Row]:
    """dim_sales_rep: one row each, with the name of the manager and how far down the tree."""
    known = {row["sales_rep_id"]: row for row in latest}
    rows = []
    for member in known.keys() | referenced | {UNKNOWN}:
        row = known.get(member, {})
        manager = known.get(row.get("manager_id") or "", {})
        copied = ("name", "territory", "region", "manager_id", "hire_date", "quota", "commission_rate")
        rows.append(
            {
                "sales_rep_key": digest(member),
                "sales_rep_id": member,
                **{column: row.get(column) for column in copied},
                "manager_name": manager.get("name"),
                "management_level": _level(member, known) if row else None,
                "is_inferred": not row and member != UNKNOWN,
            }
        )
        rows[-1] |= {column: UNKNOWN for column in ("territory", "region") if rows[-1][column] is None}
    return rows


def _level(member: str, known: dict[str, Row]) -> int | None:
    """1 at the top; None in or below a cycle and beyond the deepest level."""
    level = 1
    while (manager := known[member]["manager_id"]) is not None and manager in known:
        member, level = manager, level + 1
        if level > DEEPEST:
            return None
    return level


@cache
def calendar() -> list[Row]:
    """dim_date."""
    days = [
        date(2000, 1, 1) + timedelta(number) for number in range((date(2100, 1, 1) - date(2000, 1, 1)).days)
    ]
    return [
        {
            "calendar_date": day,
            "year": day.year,
            "quarter": (day.month + 2) // 3,
            "month": day.month,
            "month_name": day.strftime("%B"),
            "day": day.day,
            "day_of_week": day.isoweekday(),
            "day_name": day.strftime("%A"),
            "iso_year": day.isocalendar().year,
            "iso_week": day.isocalendar().week,
            "year_month": f"{day:%Y-%m}",
            "year_quarter": f"{day.year}-Q{(day.month + 2) // 3}",
            "is_weekend": day.isoweekday() > 5,
        }
        for day in days
    ]
