"""What ``GET /analytics`` answers, field by field; OpenAPI is generated from here.

Models are built when first used (``defer_build``): most of them only when the API describes itself.
"""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

# Two places, checked; in the description a plain number, which is what it is in the JSON text.
Money = Annotated[Decimal, Field(decimal_places=2), WithJsonSchema({"type": "number", "examples": [1234.5]})]
Percentage = Money
Dollars = Annotated[
    Decimal, Field(ge=0), WithJsonSchema({"type": "number", "minimum": 0, "examples": [0.00005]})
]
Count = Annotated[int, Field(ge=0)]


class Row(BaseModel):
    """One row of a query: exactly these columns, and no value is converted on the way."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


class Kpis(Row):
    """Headline figures. Everything but ``distinct_orders`` counts sold lines; cancelled lines never count."""

    total_revenue: Money = Field(description="Net amount without tax and shipping, before refunds")
    total_orders: Count = Field(description="Sold lines")
    distinct_orders: Count = Field(description="Orders with at least one sold line")
    average_order_value: Money = Field(description="total_revenue / total_orders, rounded half up")
    total_quantity_sold: Count = Field(description="Units of sold lines")
    b2b_revenue: Money = Field(description="Revenue from businesses")
    b2c_revenue: Money = Field(description="Revenue from consumers")
    b2b_percentage: Percentage = Field(description="Share of b2b_revenue in total_revenue, 0 to 100")
    amazon_fulfilled_orders: Count = Field(description="Sold lines shipped by Amazon")
    merchant_fulfilled_orders: Count = Field(description="Sold lines shipped by the merchant")


class Records(Row):
    """How many delivered lines the release holds, sold or not."""

    total_records: Count = Field(description="All lines of the release")
    active_records: Count = Field(description="Sold lines: those the figures are made of")
    cancelled_records: Count = Field(description="Cancelled lines")


class StateRow(Row):
    """Sales shipped to one state."""

    state: str = Field(description="Canonical name; Unknown where none was delivered")
    revenue: Money
    order_count: Count = Field(description="Sold lines")


class CategoryRow(Row):
    """Sales of one product category."""

    category: str
    revenue: Money
    quantity_sold: Count = Field(description="Units of sold lines")
    order_count: Count = Field(description="Sold lines")
    avg_order_value: Money = Field(description="revenue / order_count, rounded half up")


class MonthRow(Row):
    """Sales of one calendar month."""

    year_month: str = Field(pattern=r"^\d{4}-\d{2}$", examples=["2022-04"])
    month_name: str = Field(examples=["Apr"])
    revenue: Money
    order_count: Count = Field(description="Sold lines")
    avg_order_value: Money = Field(description="revenue / order_count, rounded half up")


class AnalyticsData(BaseModel, defer_build=True):
    """The four parts of the answer; lists come highest revenue first, months oldest first."""

    kpis: Kpis
    regional_analytics: list[StateRow]
    category_performance: list[CategoryRow]
    monthly_trends: list[MonthRow]


class Source(BaseModel, defer_build=True):
    """Which release an answer is about, and what this very answer cost."""

    release: str = Field(
        description="Every figure is of this one release", examples=["r-20220630T020000Z-0a1b2c"]
    )
    data_as_of: str | None = Field(description="How far the data of the release reach")
    bytes_scanned: Count = Field(description="Bytes Athena read for this answer; 0 when it came from a cache")
    cost_usd: Dollars = Field(
        description="What Athena bills for that: 5 USD a terabyte, whole megabytes, ten a query at least"
    )
    cache: Literal["miss", "object", "memory"] = Field(description="Where the answer came from")


class TableMetadata(Source):
    """Where the rows of an answer come from, and how many more there are."""

    rollup: str | None = Field(
        description="The rollup that was read; null when the facts were, or a view of several"
    )
    tables: list[str] = Field(description="Every table the figures come from")
    total: Count = Field(description="Rows of the whole answer")
    truncated: bool = Field(description="Whether there are more rows after these")
    next: str | None = Field(description="What to give as cursor to go on; null at the end")


class OverviewRecords(Records):
    """The same, and from which tables the figures are."""

    rollup: str = Field(description="The rollup that was read")
    tables: list[str] = Field(description="Every table the figures come from")


class AnalyticsMetadata(Source, OverviewRecords):
    """Where the figures come from."""


class AnalyticsAnswer(BaseModel, defer_build=True):
    """Answer of ``GET /analytics``."""

    status: Literal["success"]
    timestamp: str = Field(
        description="When this answer was given, UTC", json_schema_extra={"format": "date-time"}
    )
    data: AnalyticsData
    metadata: AnalyticsMetadata


class ReleaseRow(BaseModel, defer_build=True):
    """One release that is kept."""

    release: str = Field(description="What the parameter release takes")
    is_current: bool = Field(description="Whether readers see it now")
    created_at: str | None = Field(description="When it was published")
    data_as_of: str | None = Field(description="How far its data reach")
    parent: str | None = Field(description="The release it was built on")


class ReleasesAnswer(BaseModel, defer_build=True):
    """Answer of ``GET /releases``, newest first."""

    status: Literal["success"]
    data: list[ReleaseRow]


class Health(BaseModel, defer_build=True):
    """Answer of ``GET /health``."""

    status: Literal["ok"]
    version: str = Field(description="Version of the product that is deployed")
    release: str | None = Field(description="The release readers see now; null before the first")
