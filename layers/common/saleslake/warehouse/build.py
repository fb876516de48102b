"""What BuildWarehouse has to run, in two stages, rendered to S3.

First the latest rows of each dataset and the dimensions; then, once it is known which months those change, facts and
rollups, whole months at a time.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from saleslake import sql
from saleslake.aws.backend import Backend
from saleslake.clock import now
from saleslake.contracts.loader import load_contract
from saleslake.contracts.refusal import FileRefusal
from saleslake.history import RunFiles
from saleslake.quarantine import refuse_accepted_file
from saleslake.warehouse import evolve, models
from saleslake.warehouse.latest import merge_statement
from saleslake.warehouse.months import Days, ranges
from saleslake.zones import statement_key, transform_result_key

LAST_STAGE = 1
FILES_LISTED = 200  # in the ledger, whose items hold 400 KB; a rebuild may have thousands


class BuildRequest(RunFiles):
    """The run to build, its files, and which stage of the build to compile."""

    stage: int = 0


class Statement(BaseModel):
    """One rendered statement: which table it writes, and where its text lies."""

    model_config = ConfigDict(frozen=True)

    name: str
    key: str


class Build(BaseModel):
    """Levels to run one after the other; statements of one level may run together.

    ``stage`` is the one to compile after these levels, -1 when there is none.
    """

    model_config = ConfigDict(frozen=True)

    levels: list[list[Statement]]
    rows: int = 0
    files: int = 0
    refused: int = 0
    stage: int = -1


def compile_build(request: BuildRequest, backend: Backend) -> Build:
    """Render the statements of one stage of a run's build.

    The first stage begins by reading what Transform made of the files and refuses those it refused.
    """
    if request.stage > 0:
        return Build(levels=_write(request, _replaced_months(request.run_id, backend), backend))
    manifest = backend.lake.get_json(request.manifest_key)
    results = [
        backend.lake.get_json(transform_result_key(request.run_id, entry["file_id"])) for entry in manifest
    ]
    refused = [result for result in results if result["status"] == "refused"]
    for result in refused:
        refuse_accepted_file(result["file_id"], [FileRefusal.model_validate(result["refusal"])], backend)
    transformed = [result for result in results if result["status"] == "transformed"]
    extras = evolve.extra_columns(manifest, backend)
    texts = _loaded(request.run_id, transformed, extras, backend)
    _record(request.run_id, results, backend)
    if not transformed:
        backend.ledger.update(
            "run", request.run_id, status="failed", reason="every file of the run was refused", ended_at=now()
        )
    return Build(
        levels=_write(request, texts, backend, extras),
        rows=sum(result["rows_written"] for result in transformed),
        files=len(transformed),
        refused=len(refused),
        stage=LAST_STAGE if texts else -1,
    )


def _loaded(
    run_id: str, results: Iterable[Mapping[str, Any]], extras: evolve.Extras, backend: Backend
) -> dict[str, list[str]]:
    """Statements that bring the run's rows into the latest tables and the dimensions, by table."""
    months: dict[str, set[str]] = {}
    for result in results:
        if result["rows_written"]:
            months.setdefault(result["dataset"], set()).update(result["months"])
    changed = set(months)
    texts: dict[str, list[str]] = {}
    for table in models.models():
        dataset = models.datasets().get(table)
        for statement in _statements(table, extras.get(dataset or "", ())):
            if dataset is None and statement.by_days:
                continue
            wanted = statement.sources & changed if statement.sources else _is_empty(table, backend)
            if not wanted:
                continue
            slices = ranges(months[dataset]) if dataset and statement.by_days else [None]
            rendered = [_render(statement, run_id, days, backend) for days in slices]
            texts.setdefault(table, []).extend(rendered)
            changed.add(table)
    return texts


def _statements(table: str, extras: Sequence[str]) -> Sequence[models.Statement]:
    """The statements of a table; of latest rows the one that knows their columns beside the contract's."""
    if not extras:
        return models.models()[table]
    contract = load_contract(models.datasets()[table]).with_added({name: name for name in extras})
    return [models.parse(merge_statement(contract))]


def _replaced_months(run_id: str, backend: Backend) -> dict[str, list[str]]:
    """Statements that write the changed months of facts and rollups anew, by table."""
    (query,) = sql.read("plan/months")
    settings = backend.settings
    text = sql.render(sql.in_database(query, settings.database), [run_id for _ in sql.parameters(query)])
    months: dict[str, set[str]] = {}
    for fact, month in backend.athena.query(text, database=settings.build_database).rows:
        months.setdefault(str(fact), set()).add(str(month))
    texts: dict[str, list[str]] = {}
    for table, statements in models.models().items():
        if table in models.datasets():
            continue
        for source in {source for statement in statements for source in statement.sources}:
            if all(statement.by_days for statement in statements) and source in months:
                months.setdefault(table, set()).update(months[source])
        for days in ranges(months.get(table, ())):
            texts.setdefault(table, []).extend(
                _render(statement, run_id, days, backend) for statement in statements
            )
    return texts


def _is_empty(table: str, backend: Backend) -> bool:
    """Whether a table has no row, new or cleared for a rebuild: only then is what never changes written to it."""
    pointer = backend.catalog.pointer(backend.settings.build_database, table)
    assert pointer is not None, f"{table} has a model, so the deployment created it"
    metadata = backend.lake.get_json(pointer.metadata_location.removeprefix(backend.lake.uri("")))
    current = metadata.get("current-snapshot-id")
    rows = (s["summary"]["total-records"] for s in metadata["snapshots"] if s["snapshot-id"] == current)
    return next(rows, "0") == "0"


def _render(statement: models.Statement, run_id: str, days: Days | None, backend: Backend) -> str:
    values: dict[str, sql.Parameter] = {models.RUN: run_id}
    if days is not None:
        values |= {models.FIRST_DAY: days.first, models.END_DAY: days.end}
    text = sql.render(statement.text, [values[name] for name in statement.parameters])
    return sql.in_database(text, backend.settings.database)


def _write(
    request: BuildRequest,
    texts: Mapping[str, Sequence[str]],
    backend: Backend,
    extras: evolve.Extras | None = None,
) -> list[list[Statement]]:
    levels = []
    position = 0
    altered = sorted(evolve.statements(texts, extras or {}, backend).items())
    for step in [*([altered] if altered else []), *models.levels(texts)]:
        level = []
        for table, text in step:
            key = statement_key(request.run_id, request.stage, position, table)
            backend.lake.put_text(key, text)
            level.append(Statement(name=table, key=key))
            position += 1
        levels.append(level)
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
            "warnings": result["warnings"],
        }
        for result in results
    ]
    backend.ledger.update("run", run_id, state="BuildWarehouse", files=files[:FILES_LISTED])
