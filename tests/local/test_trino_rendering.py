"""Trino's values and types as Athena writes them: no Java needed."""

from typing import Any

import pytest
from trino.exceptions import TrinoUserError

from local.athena.engine import Category, Column
from local.athena.trino.failures import as_athena
from local.athena.trino.render import column, renderer


def described(raw: str, *sizes: int, parts: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    arguments = [{"kind": "LONG", "value": size} for size in sizes] + [
        {"kind": "TYPE", "value": p} for p in parts
    ]
    return {"name": "c", "typeSignature": {"rawType": raw, "arguments": arguments}}


@pytest.mark.parametrize(
    ("raw", "sizes", "value", "text"),
    [
        ("boolean", (), True, "true"),
        ("double", (), 1e10, "1.0E10"),
        ("double", (), 1e-5, "1.0E-5"),
        ("double", (), 0.001, "0.001"),
        ("double", (), 9999999.0, "9999999.0"),
        ("double", (), 1e7, "1.0E7"),
        ("double", (), -123456789.5, "-1.234567895E8"),
        ("double", (), "NaN", "NaN"),
        ("double", (), "-Infinity", "-Infinity"),
        ("decimal", (18, 2), "0.50", "0.50"),
        ("timestamp", (0,), "2022-04-30 10:00:00", "2022-04-30 10:00:00.000"),
        ("timestamp", (6,), "2022-04-30 10:00:00.123456", "2022-04-30 10:00:00.123456"),
        ("timestamp with time zone", (3,), "2022-04-30 10:00:00.5 UTC", "2022-04-30 10:00:00.500 UTC"),
        ("varbinary", (), "AP8=", "00 ff"),
        ("date", (), "2022-04-30", "2022-04-30"),
    ],
)
def test_a_value_as_athena_writes_it(raw: str, sizes: tuple[int, ...], value: Any, text: str) -> None:
    assert renderer(described(raw, *sizes))(value) == text


def test_null_is_none_outside_and_written_out_inside_a_collection() -> None:
    array = described("array", parts=(described("varchar")["typeSignature"],))
    assert renderer(array)(None) is None
    assert renderer(array)(["a b", None]) == "[a b, null]"


@pytest.mark.parametrize(
    ("raw", "sizes", "expected"),
    [
        ("decimal", (38, 2), Column("c", "decimal", 38, 2)),
        ("varchar", (2147483647,), Column("c", "varchar", 2147483647, 0)),
        ("varchar", (7,), Column("c", "varchar", 7, 0)),
        ("bigint", (), Column("c", "bigint", 19, 0)),
        ("real", (), Column("c", "float", 17, 0)),
        ("timestamp", (0,), Column("c", "timestamp", 3, 0)),
    ],
)
def test_a_column_as_athena_describes_it(raw: str, sizes: tuple[int, ...], expected: Column) -> None:
    assert column(described(raw, *sizes)) == expected


def failed(name: str, kind: str, message: str) -> TrinoUserError:
    return TrinoUserError({"errorName": name, "errorType": kind, "message": message})


def test_a_position_is_told_in_the_callers_own_text() -> None:
    error = failed("COLUMN_NOT_FOUND", "USER_ERROR", "line 1:50: Column 'x' cannot be resolved")
    found = as_athena(error, added=10)
    assert found.message == (
        "COLUMN_NOT_FOUND: line 1:40: Column 'x' cannot be resolved "
        "or requester is not authorized to access requested resources"
    )
    assert (found.category, found.error_type, found.retryable) == (Category.USER, 1006, False)


def test_a_lost_commit_may_be_tried_again_and_a_division_by_zero_may_not() -> None:
    assert as_athena(failed("ICEBERG_COMMIT_ERROR", "EXTERNAL", "Failed to commit")).retryable
    assert not as_athena(failed("DIVISION_BY_ZERO", "USER_ERROR", "Division by zero")).retryable


def test_a_missing_predicate_on_an_injected_partition_is_worded_as_athena_words_it() -> None:
    message = "Column projection for column 'run_id' failed. Injected projection requires single predicate"
    found = as_athena(failed("INVALID_COLUMN_PROPERTY", "USER_ERROR", message))
    assert found.message.startswith(
        "CONSTRAINT_VIOLATION: For the injected projected partition column run_id, the WHERE"
    )
