"""The report behind ``GET /analytics``."""

from saleslake.analytics.model import AnalyticsData, CategoryRow, Kpis, MonthRow, Records, StateRow
from saleslake.analytics.report import Report, RowsByStatement


def assemble(rows: RowsByStatement) -> tuple[AnalyticsData, Records]:
    """Rows of the four statements as the answer and its record counts.

    Raises
    ------
    pydantic.ValidationError
        A column is missing, or its value is not of the type or scale the API promises.
    """
    (headline,) = rows["kpis"]
    data = AnalyticsData(
        kpis=Kpis(**{field: headline[field] for field in Kpis.model_fields}),
        regional_analytics=[StateRow(**row) for row in rows["regional_analytics"]],
        category_performance=[CategoryRow(**row) for row in rows["category_performance"]],
        monthly_trends=[MonthRow(**row) for row in rows["monthly_trends"]],
    )
    return data, Records(**{field: headline[field] for field in Records.model_fields})


OVERVIEW = Report(
    name="analytics",
    statements=("kpis", "regional_analytics", "category_performance", "monthly_trends"),
    assemble=assemble,
)
