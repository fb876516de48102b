"""``"table$snapshots"`` and its kin: https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html."""

from datetime import UTC, datetime

from pyiceberg.table import Table

from local.athena.duck.literals import quoted
from local.athena.duck.scope import Field, Relation, Typed
from local.athena.duck.types import BIGINT, BOOLEAN, INTEGER, VARCHAR, Type, duck, timestamp

_WHEN = timestamp(3, zoned=True)
KINDS: dict[str, list[tuple[str, Type]]] = {
    "snapshots": [
        ("committed_at", _WHEN), ("snapshot_id", BIGINT), ("parent_id", BIGINT), ("operation", VARCHAR),
        ("manifest_list", VARCHAR), ("summary", Type("map", (VARCHAR, VARCHAR))),
    ],
    "history": [
        ("made_current_at", _WHEN), ("snapshot_id", BIGINT), ("parent_id", BIGINT), ("is_current_ancestor", BOOLEAN),
    ],
    "files": [
        ("content", INTEGER), ("file_path", VARCHAR), ("file_format", VARCHAR), ("record_count", BIGINT),
        ("file_size_in_bytes", BIGINT),
    ],
}  # fmt: skip


def relation(table: Table, kind: str, alias: str) -> Relation:
    """A metadata table as a FROM item."""
    columns = KINDS[kind]
    rows = {"snapshots": _snapshots, "history": _history, "files": _files}[kind](table)
    kinds = [kind for _, kind in columns]
    lines = [", ".join(_sql(value, k) for value, k in zip(row, kinds, strict=True)) for row in rows]
    names = ", ".join(f"c{index}" for index in range(len(columns)))
    if lines:
        sql = f"(VALUES {', '.join(f'({line})' for line in lines)}) AS {alias}({names})"
    else:
        empty = ", ".join(f"CAST(NULL AS {duck(kind)}) AS c{index}" for index, kind in enumerate(kinds))
        sql = f"(SELECT {empty} WHERE false) AS {alias}"
    return Relation(sql, tuple(Field(name, Typed(f"{alias}.c{i}", k)) for i, (name, k) in enumerate(columns)))


def _sql(value: object, kind: Type) -> str:
    if value is None:
        return f"CAST(NULL AS {duck(kind)})"
    if isinstance(value, dict):
        keys, values = ", ".join(map(quoted, value)), ", ".join(map(quoted, value.values()))
        return f"map([{keys}], [{values}])"
    return f"CAST({quoted(str(value))} AS {duck(kind)})"


def _time(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(sep=" ", timespec="milliseconds")


def _snapshots(table: Table) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for item in table.snapshots():
        summary = {k: str(v) for k, v in (item.summary.additional_properties if item.summary else {}).items()}
        operation = item.summary.operation.value if item.summary else None
        parent = item.parent_snapshot_id
        rows.append(
            (_time(item.timestamp_ms), item.snapshot_id, parent, operation, item.manifest_list, summary)
        )
    return rows


def _history(table: Table) -> list[tuple[object, ...]]:
    current, ancestors = table.current_snapshot(), set()
    while current is not None:
        ancestors.add(current.snapshot_id)
        parent = current.parent_snapshot_id
        current = table.snapshot_by_id(parent) if parent is not None else None
    rows: list[tuple[object, ...]] = []
    for entry in table.history():
        snapshot = table.snapshot_by_id(entry.snapshot_id)
        parent = snapshot.parent_snapshot_id if snapshot else None
        rows.append((_time(entry.timestamp_ms), entry.snapshot_id, parent, entry.snapshot_id in ancestors))
    return rows


def _files(table: Table) -> list[tuple[object, ...]]:
    files = {task.file.file_path: task.file for task in table.scan().plan_files()}
    deletes = {file.file_path: file for task in table.scan().plan_files() for file in task.delete_files}
    return [
        (int(f.content), f.file_path, f.file_format.value, f.record_count, f.file_size_in_bytes)
        for f in [*files.values(), *deletes.values()]
    ]
