"""Rows into Parquet files of an Iceberg table."""

import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
from pyiceberg.io.pyarrow import (
    compute_statistics_plan,
    data_file_statistics_from_parquet_metadata,
    parquet_path_to_id_mapping,
)
from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
from pyiceberg.partitioning import PartitionField
from pyiceberg.schema import Schema
from pyiceberg.table import Table
from pyiceberg.typedef import Record

from local.athena.duck.scan import identifier
from local.athena.duck.transforms import stored, transformed
from local.athena.engine import MAX_PARTITIONS_PER_WRITE
from local.athena.errors import NotSupportedHere, too_many_partitions
from local.athena.store import Store


@dataclass(frozen=True)
class Writer:
    """Writes the rows of a query as new data files of `table`."""

    table: Table
    store: Store
    cursor: duckdb.DuckDBPyConnection

    def write(self, select: str) -> tuple[list[DataFile], int]:
        """Stream the rows of `select` (one column per table column, in order) into files.

        Returns
        -------
        tuple of list of DataFile, int
            The files, already in S3 but in no snapshot yet, and the rows in them.

        Raises
        ------
        QueryFailed
            ICEBERG_TOO_MANY_OPEN_PARTITIONS beyond 100 partitions; nothing is written then.
        """
        fields = self.table.spec().fields
        keys = [self._partition_key(item, f"__p{index}") for index, item in enumerate(fields)]
        with tempfile.TemporaryDirectory(prefix="athena-write-") as folder:
            files = self._copy(select, keys, Path(folder))
            partitions = {tuple(values) for _, values, rows in files if rows}
            if len(partitions) > MAX_PARTITIONS_PER_WRITE:
                raise too_many_partitions(MAX_PARTITIONS_PER_WRITE)
            mapping = parquet_path_to_id_mapping(self.table.schema())
            written = [self._publish(path, values, mapping) for path, values, rows in files if rows]
        return written, sum(rows for _, _, rows in files)

    def _copy(self, select: str, keys: list[str], folder: Path) -> list[tuple[Path, list[str | None], int]]:
        names = [f"__p{index}" for index in range(len(keys))]
        schema = self.table.schema()
        ids = ", ".join(
            f"{identifier(item.name)}: {_field_ids(schema, item.field_id)}" for item in schema.fields
        )
        options = f"FORMAT parquet, COMPRESSION {self._codec()}, FIELD_IDS {{{ids}}}, RETURN_STATS true"
        if keys:
            options += f", PARTITION_BY ({', '.join(names)}), FILENAME_PATTERN 'f_{{uuid}}'"
            target, source = folder, f"SELECT *, {', '.join(keys)} FROM ({select})"
        else:
            target, source = folder / "all.parquet", select
        self.cursor.execute(f"COPY ({source}) TO '{target}' ({options})")
        answer = self.cursor.fetchall()
        return [(Path(row[0]), [_decoded(row[5][name]) for name in names], int(row[1])) for row in answer]

    def _codec(self) -> str:
        codec = self.table.properties.get("write.parquet.compression-codec", "zstd").lower()
        return codec if codec in ("zstd", "snappy", "gzip") else "zstd"

    def _partition_key(self, item: PartitionField, name: str) -> str:
        value = transformed(item, self.table.schema())
        # As text with a mark before it: NULL, '' and special characters stay apart in a folder name.
        return f"coalesce('v' || CAST({value} AS VARCHAR), 'n') AS {name}"

    def _publish(self, path: Path, values: list[str | None], mapping: dict[str, int]) -> DataFile:
        """Put one local file into S3 and describe it for a manifest."""
        table, spec = self.table, self.table.spec()
        partition = Record(
            *(stored(item, table.schema(), text) for item, text in zip(spec.fields, values, strict=True))
        )
        folder = spec.partition_to_path(partition, table.schema()) + "/" if spec.fields else ""
        uri = f"{table.location().rstrip('/')}/data/{folder}{uuid.uuid4()}.parquet"
        metadata = pq.read_metadata(path)
        schema = table.schema()
        statistics = data_file_statistics_from_parquet_metadata(
            parquet_metadata=metadata,
            stats_columns=compute_statistics_plan(schema, table.properties),
            parquet_column_mapping=mapping,
        )
        self.store.write(uri, path.read_bytes())
        return DataFile.from_args(
            content=DataFileContent.DATA, file_path=uri, file_format=FileFormat.PARQUET, partition=partition,
            file_size_in_bytes=path.stat().st_size, sort_order_id=None, spec_id=table.spec().spec_id,
            equality_ids=None, key_metadata=None, **statistics.to_serialized_dict(),
        )  # fmt: skip


def _field_ids(schema: Schema, field_id: int) -> str:
    kind = schema.find_field(field_id).field_type
    if not kind.is_primitive:
        raise NotSupportedHere("writing nested columns to Iceberg tables")
    return str(field_id)


def _decoded(text: str) -> str | None:
    return None if text == "n" else text[1:]
