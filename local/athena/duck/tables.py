"""Stored tables as scans: Iceberg snapshots and Hive tables with partition projection."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from pyiceberg import expressions as ice
from pyiceberg.expressions.visitors import residual_evaluator_of
from pyiceberg.manifest import DataFileContent
from pyiceberg.schema import Schema
from pyiceberg.table import FileScanTask, Table
from pyiceberg.types import DateType, IcebergType, TimestamptzType

from local.athena.duck.iceberg_types import from_iceberg
from local.athena.duck.literals import quoted
from local.athena.duck.predicates import Predicate
from local.athena.duck.scan import PATH, Scan, identifier, paths_sql, scanned_bytes
from local.athena.duck.types import duck
from local.athena.errors import NotSupportedHere
from local.athena.store import Store

if TYPE_CHECKING:
    from pyiceberg.expressions import BooleanExpression

FILE, POSITION = "__file", "__position"  # where a row is stored, for the statements that change it
_COMPARE = {
    "=": ice.EqualTo, "<": ice.LessThan, "<=": ice.LessThanOrEqual, ">": ice.GreaterThan, ">=": ice.GreaterThanOrEqual,
}  # fmt: skip


@dataclass
class IcebergScan(Scan):
    """One snapshot of an Iceberg table; `with_position` adds where each row is stored."""

    table: Table = field(kw_only=True)
    store: Store = field(kw_only=True)
    snapshot_id: int | None = field(default=None, kw_only=True)
    with_position: bool = field(default=False, kw_only=True)
    only_files: frozenset[str] | None = field(default=None, kw_only=True)

    @property
    def schema(self) -> Schema:
        """A pinned snapshot is read with the schema it was written with, as Trino does."""
        return schema_of(self.table, self.snapshot_id)

    def tasks(self) -> list[FileScanTask]:
        """The data files that may hold rows of the predicates."""
        if self.snapshot_id is None and self.table.current_snapshot() is None:
            return []
        scan = self.table.scan(
            row_filter=row_filter(self.predicates, self.schema), snapshot_id=self.snapshot_id
        )
        tasks = list(scan.plan_files())
        if self.only_files is not None:
            tasks = [task for task in tasks if task.file.file_path in self.only_files]
        return tasks

    def is_whole(self, tasks: Sequence[FileScanTask]) -> bool:
        """Whether the predicates hold for every row of these files, by their partitions alone."""
        chosen = row_filter(self.predicates, self.schema)
        return self._understood() and all(
            not task.delete_files and self._residual(task, chosen) == ice.AlwaysTrue() for task in tasks
        )

    def cuts(self, task: FileScanTask) -> bool:
        """Whether a file's partition does not tell if the predicates hold for its rows."""
        residual = self._residual(task, row_filter(self.predicates, self.schema))
        return not self._understood() or residual not in (ice.AlwaysTrue(), ice.AlwaysFalse())

    def _understood(self) -> bool:
        """Whether `row_filter` leaves none of the predicates out."""
        kinds = {item.name.lower(): item.field_type for item in self.schema.fields}
        return all(
            each.column in kinds
            and all(_plain(value, kinds[each.column]) is not None for value in each.values)
            for each in self.predicates
        )

    def _residual(self, task: FileScanTask, chosen: "BooleanExpression") -> "BooleanExpression":
        spec = self.table.specs()[task.file.spec_id]
        evaluator = residual_evaluator_of(spec, chosen, case_sensitive=True, schema=self.schema)
        return evaluator.residual_for(task.file.partition)

    def plan(self) -> tuple[str, int]:
        """See Scan.plan; rows named by position delete files are left out."""
        tasks, names = self.tasks(), self._names()
        if not tasks:
            columns = [f"CAST(NULL AS {duck(kind)}) AS {identifier(name)}" for name, kind in self.columns]
            extra = [f"CAST(NULL AS VARCHAR) AS {identifier(name)}" for name in (PATH, FILE)]
            return (
                f"(SELECT {', '.join([*columns, *extra, f'CAST(NULL AS BIGINT) AS {POSITION}'])} WHERE false)",
                0,
            )
        paths = {task.file.file_path: self.store.path(task.file.file_path) for task in tasks}
        plain = [task for task in tasks if not task.delete_files]
        parts = [self._read(plain, paths, "")] if plain else []
        parts += [self._read([task], paths, self._deleted(task)) for task in tasks if task.delete_files]
        return f"({' UNION ALL '.join(parts)})", scanned_bytes(paths.values(), names)

    def _names(self) -> list[str]:
        return [name for name, _ in self.columns if name in self.used]

    def _read(self, tasks: Sequence[FileScanTask], paths: dict[str, Path], condition: str) -> str:
        """DuckDB reads by field id, so renamed, dropped and added columns come out right."""
        by_id = []
        for item in self.schema.fields:
            name = item.name.lower()
            kind = dict(self.columns)[name]
            by_id.append(
                f"{item.field_id}: {{name: {quoted(name)}, type: {quoted(duck(kind))}, default_value: NULL}}"
            )
        files = {task.file.file_path: paths[task.file.file_path] for task in tasks}
        listed = [identifier(name) for name, _ in self.columns]
        needs_path = self.with_position or PATH in self.used or condition
        options = f"schema = MAP {{{', '.join(by_id)}}}"
        if needs_path:
            options += ", filename = true, file_row_number = true"
            keys = ", ".join(quoted(str(path)) for path in files.values())
            uris = ", ".join(quoted(uri) for uri in files)
            where = f"map([{keys}], [{uris}])[filename]"
            listed += [
                f"{where} AS {identifier(PATH)}",
                f"{where} AS {FILE}",
                f"file_row_number AS {POSITION}",
            ]
        else:
            listed += [f"NULL AS {identifier(PATH)}", f"NULL AS {FILE}", f"NULL AS {POSITION}"]
        return (
            f"SELECT {', '.join(listed)} FROM read_parquet({paths_sql(files.values())}, {options}){condition}"
        )

    def _deleted(self, task: FileScanTask) -> str:
        for file in task.delete_files:
            if file.content != DataFileContent.POSITION_DELETES or not file.file_path.endswith(".parquet"):
                raise NotSupportedHere(f"the delete file {file.file_path}")
        paths = paths_sql(self.store.path(file.file_path) for file in task.delete_files)
        gone = f"SELECT pos FROM read_parquet({paths}) WHERE file_path = {quoted(task.file.file_path)}"
        return f" WHERE file_row_number NOT IN ({gone})"


def schema_of(table: Table, snapshot_id: int | None) -> Schema:
    """The schema a snapshot was written with; the table's current one without a snapshot."""
    snapshot = table.snapshot_by_id(snapshot_id) if snapshot_id is not None else None
    if snapshot is None or snapshot.schema_id is None:
        return table.schema()
    return table.schemas()[snapshot.schema_id]


def iceberg_scan(
    table: Table, store: Store, snapshot_id: int | None = None, with_position: bool = False
) -> IcebergScan:
    """A scan over all columns of a snapshot."""
    schema = schema_of(table, snapshot_id)
    columns = [(item.name.lower(), from_iceberg(item.field_type)) for item in schema.fields]
    return IcebergScan(
        columns, table=table, store=store, snapshot_id=snapshot_id, with_position=with_position
    )


def row_filter(predicates: Sequence[Predicate], schema: Schema) -> "BooleanExpression":
    """The predicates pyiceberg can prune with; the query itself still applies them all."""
    fields = {item.name.lower(): item for item in schema.fields}
    result: BooleanExpression = ice.AlwaysTrue()
    for predicate in predicates:
        if (item := fields.get(predicate.column)) is None:
            continue
        name, values = item.name, [_plain(value, item.field_type) for value in predicate.values]
        if any(value is None for value in values):
            continue
        if predicate.operator == "in":
            result = ice.And(result, ice.In(name, set(values)))
        else:
            result = ice.And(result, _COMPARE[predicate.operator](name, values[0]))
    return result


def _plain(value: int | str | bool | date | Decimal, kind: IcebergType) -> object:
    if isinstance(value, date):
        if not isinstance(value, datetime) and not isinstance(kind, DateType):
            value = datetime.combine(value, time.min)  # a day means its midnight where times are compared
        return value.isoformat() + ("+00:00" if isinstance(kind, TimestamptzType) else "")
    return None if isinstance(value, Decimal) else value  # pyiceberg would need the scale to agree
