"""Every check of a run as a row of quality_checks: of files as they arrived, of their rows, of whole tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from saleslake.contracts.loader import load_contract
from saleslake.contracts.model import Contract
from saleslake.history import Accounts
from saleslake.quality.dimensions import dimension_of
from saleslake.quality.files import FileCheck

type Row = dict[str, Any]


def check_rows(
    files: Sequence[Mapping[str, Any]],
    checks: Iterable[FileCheck],
    results: Iterable[Mapping[str, Any]],
    accounts: Accounts | None,
) -> Iterator[Row]:
    """The rows of one run, as far as it got.

    Parameters
    ----------
    files
        ``file_id``, ``dataset`` and ``name`` of every file of the run.
    checks
        What CheckFiles found.
    results
        What Transform counted.
    accounts
        What Reconcile found; None when the run did not get there.
    """
    known = {file["file_id"]: file for file in files}
    for check in checks:
        yield {
            **_about(known[check.file_id]),
            "check_name": check.name,
            "kind": "file",
            "dimension": "",
            "action": "score",
            "passed": check.passed,
            "detail": check.detail,
        }
    for result in results:
        yield from _of_rows(result, load_contract(result["dataset"]))
    for name, count in (accounts.rules if accounts else {}).items():
        yield _of_table(name, count)


def _of_rows(result: Mapping[str, Any], contract: Contract) -> Iterator[Row]:
    rules = {**dict.fromkeys(row_rules(contract), "quarantine"), **named_actions(contract)}
    rules |= {rule: rules.get(rule, "quarantine") for rule in result["reasons"]}
    rules |= {rule: rules.get(rule, "warn") for rule in result["warnings"]}
    for rule, action in rules.items():
        count = result["reasons"].get(rule, 0) + result["warnings"].get(rule, 0)
        yield {
            **_about(result),
            "check_name": rule,
            "kind": "row",
            "dimension": dimension_of(contract, rule),
            "action": "warn" if rule in result["warnings"] else action,
            "passed": count == 0,
            "failed_rows": count,
            "rows_read": result["rows_read"],
            "detail": f"{count:,} of {result['rows_read']:,} rows" if count else "",
        }


def _of_table(qualified: str, count: int) -> Row:
    dataset, _, name = qualified.partition(".")
    contract = load_contract(dataset)
    rule = next((rule for rule in contract.table_rules if rule.name == name), None)
    return {
        "dataset": dataset,
        "check_name": name,
        "kind": "table",
        "dimension": dimension_of(contract, name),
        "action": rule.action if rule else "warn",
        "passed": count == 0,
        "failed_rows": count,
        "detail": f"{count:,} rows: {rule.description if rule else name}" if count else "",
    }


def row_rules(contract: Contract) -> list[str]:
    """Rules over rows that follow from the columns of a contract."""
    columns = contract.columns
    applies = {
        "required": any(column.required for column in columns),
        "required_with": any(column.required_with for column in columns),
        "type": any(column.kind in {"integer", "decimal", "boolean"} for column in columns),
        "date_format": any(column.kind == "date" for column in columns),
        "timestamp_format": any(column.kind == "timestamp" for column in columns),
        "time_zone": any(column.kind == "timestamp" for column in columns),
        "range": any(column.minimum is not None or column.maximum is not None for column in columns),
        "pattern": any(column.pattern for column in columns),
        "not_after_landing": any(column.not_after_landing for column in columns),
        "known_alias": any(column.aliases for column in columns),
    }
    return [rule for rule, applied in applies.items() if applied]


def named_actions(contract: Contract) -> dict[str, str]:
    """Rules over rows that the contract gives a name, and what each does."""
    named = {column.allowed.name: column.allowed.action for column in contract.columns if column.allowed}
    return {**named, **{rule.name: rule.action for rule in contract.row_rules}}


def _about(file: Mapping[str, Any]) -> Row:
    return {"dataset": file["dataset"], "file_id": file["file_id"], "file_name": file["name"]}
