"""What BuildWarehouse has to run: the SQL models over the months a run touches, rendered to S3."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from saleslake import sql
from saleslake.aws.backend import Backend
from saleslake.clock import now
from saleslake.contracts.refusal import FileRefusal
from saleslake.quarantine import refuse_accepted_file
from saleslake.warehouse.months import ranges
from saleslake.zones import statement_key, transform_result_key

ROLLUPS = ("rollup_sales_daily",)


class BuildRequest(BaseModel):
    """The run to build, and its files."""

    model_config = ConfigDict(frozen=True)

    run_id: str
    manifest_key: str


class Statement(BaseModel):
    """One rendered statement: which model it belongs to, and where its text lies."""

    model_config = ConfigDict(frozen=True)

    name: str
    key: str


class Build(BaseModel):
    """Levels to run one after the other; statements of one level may run together."""

    model_config = ConfigDict(frozen=True)

    levels: list[list[Statement]]
    rows: int
    files: int
    refused: int


def compile_build(request: BuildRequest, backend: Backend) -> Build:
    """Read what Transform made of the files, refuse those it refused, and render the statements for the rest."""
    results = [
        backend.lake.get_json(transform_result_key(request.run_id, entry["file_id"]))
        for entry in backend.lake.get_json(request.manifest_key)
    ]
    refused = [result for result in results if result["status"] == "refused"]
    for result in refused:
        refuse_accepted_file(result["file_id"], [FileRefusal.model_validate(result["refusal"])], backend)
    transformed = [result for result in results if result["status"] == "transformed"]
    new_months = {month for result in transformed for month in result["months"]}
    levels = list(_statements(request.run_id, new_months, backend)) if new_months else []
    _record(request.run_id, results, backend)
    if not transformed:
        backend.ledger.update(
            "run", request.run_id, status="failed", reason="every file of the run was refused", ended_at=now()
        )
    return Build(
        levels=_write(request.run_id, levels, backend),
        rows=sum(result["rows_written"] for result in transformed),
        files=len(transformed),
        refused=len(refused),
    )


def _statements(run_id: str, new_months: set[str], backend: Backend) -> Iterator[tuple[str, str]]:
    """Model and SQL, in the order they have to run. Two writes to one Iceberg table never run together."""
    yield _one("curated/dim_geography", run_id)
    for days in ranges(new_months):
        yield _one("curated/fact_sales", run_id, *days)
    for rollup in ROLLUPS:
        delete, insert = sql.read(f"rollups/{rollup}")
        for days in ranges(new_months | _replaced_months(run_id, backend)):
            yield rollup, sql.render(delete, days)
            yield rollup, sql.render(insert, days)


def _one(path: str, *parameters: sql.Parameter) -> tuple[str, str]:
    (statement,) = sql.read(path)
    return path.rpartition("/")[2], sql.render(statement, parameters)


def _replaced_months(run_id: str, backend: Backend) -> set[str]:
    """Months that lose lines because a newer file gives them another date; read before anything is merged."""
    (statement,) = sql.read("plan/replaced_months")
    result = backend.athena.query(statement, [sql.literal(run_id)], database=backend.settings.build_database)
    return {str(month) for (month,) in result.rows}


def _write(run_id: str, statements: Sequence[tuple[str, str]], backend: Backend) -> list[list[Statement]]:
    levels = []
    for position, (name, text) in enumerate(statements):
        key = statement_key(run_id, position, name)
        backend.lake.put_text(key, text)
        levels.append([Statement(name=name, key=key)])
    return levels


def _record(run_id: str, results: Iterable[dict[str, Any]], backend: Backend) -> None:
    """Put the row counts so far into the run's item, for whoever follows it."""
    files = [
        {
            "file_id": result["file_id"],
            "name": result["name"],
            "dataset": result["dataset"],
            "status": result["status"],
            "read": result["rows_read"],
            "quarantined": result["rows_quarantined"],
            "duplicates": result["rows_duplicate"],
            "reasons": result["reasons"],
        }
        for result in results
    ]
    backend.ledger.update("run", run_id, state="BuildWarehouse", files=files)
