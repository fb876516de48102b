"""What every stored table offers a query: its fields, the columns and predicates used, and the files to read."""

import itertools
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from local.athena.duck.literals import quoted
from local.athena.duck.predicates import Predicate
from local.athena.duck.scope import Field, Origin, Typed
from local.athena.duck.types import VARCHAR, Type

_TOKENS = itertools.count()
PATH = "$path"


@dataclass
class Scan(ABC):
    """One mention of a table. `token` stands for it in the compiled SQL until `plan` has chosen the files."""

    columns: Sequence[tuple[str, Type]]
    used: set[str] = field(default_factory=set)
    predicates: list[Predicate] = field(default_factory=list)
    token: str = field(default_factory=lambda: f"/*scan {next(_TOKENS)}*/")

    def fields(self, alias: str) -> list[Field]:
        """The columns in table order, and ``"$path"``, which * does not show."""
        stored = [
            Field(name, Typed(f'{alias}."{name}"', kind, origin=Origin(self, name)))
            for name, kind in self.columns
        ]
        return [
            *stored,
            Field(PATH, Typed(f'{alias}."{PATH}"', VARCHAR, origin=Origin(self, PATH)), hidden=True),
        ]

    @abstractmethod
    def plan(self) -> tuple[str, int]:
        """The relation to read, as SQL to stand before AS, and the bytes of the column chunks it touches."""


@lru_cache(maxsize=4096)
def _column_bytes(path: str, size: int) -> dict[str, int]:
    """Compressed bytes per top-level column of a Parquet file; `size` tells apart files of one name."""
    metadata = pq.read_metadata(path)
    totals: dict[str, int] = {}
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(index)
            name = chunk.path_in_schema.split(".")[0].lower()
            totals[name] = totals.get(name, 0) + chunk.total_compressed_size
    return totals


def scanned_bytes(paths: Iterable[Path], columns: Iterable[str]) -> int:
    """What reading `columns` of these Parquet files costs: https://docs.aws.amazon.com/athena/latest/ug/performance-tuning.html."""
    wanted = {name.lower() for name in columns}
    total = 0
    for path in paths:
        chunks = _column_bytes(str(path), path.stat().st_size)
        total += sum(size for name, size in chunks.items() if name in wanted)
    return total


def paths_sql(paths: Iterable[Path]) -> str:
    """A DuckDB list of file names."""
    return "[" + ", ".join(quoted(str(path)) for path in paths) + "]"


def identifier(name: str) -> str:
    """A quoted identifier of DuckDB."""
    return '"' + name.replace('"', '""') + '"'
