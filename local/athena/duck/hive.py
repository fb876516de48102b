"""Hive tables of Parquet files, with the partitions projected as the table's properties say.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from local.athena.duck.casts import round_timestamp
from local.athena.duck.glue_types import from_glue
from local.athena.duck.literals import quoted
from local.athena.duck.scan import PATH, Scan, identifier, paths_sql, scanned_bytes
from local.athena.duck.types import Type, duck, timestamp
from local.athena.errors import NotSupportedHere, injected_partition_unbound, user_error
from local.athena.store import Store

Partition = tuple[tuple[str, ...], str]  # values in the order of the keys, location


@dataclass
class HiveScan(Scan):
    """One mention of a Hive table."""

    glue_table: dict[str, Any] = field(kw_only=True)
    keys: Sequence[tuple[str, Type]] = field(kw_only=True)
    store: Store = field(kw_only=True)

    @property
    def _parameters(self) -> dict[str, str]:
        return {str(k).lower(): str(v) for k, v in (self.glue_table.get("Parameters") or {}).items()}

    @property
    def _location(self) -> str:
        return str(self.glue_table["StorageDescriptor"]["Location"]).rstrip("/")

    def plan(self) -> tuple[str, int]:
        """See Scan.plan. Files are matched to columns by name, as Athena does for Parquet."""
        parts, total = [], 0
        wanted = [name for name, _ in self.columns if name in self.used]
        for values, location in self._partitions():
            files = {
                uri: self.store.path(uri)
                for uri in self.store.list(location.rstrip("/") + "/")
                if _visible(uri)
            }
            filled = {uri: path for uri, path in files.items() if path.stat().st_size}
            total += scanned_bytes(filled.values(), wanted)
            for uris in _same_columns(filled):
                parts.append(self._read({uri: filled[uri] for uri in uris}, values))
        if not parts:
            nothing = [f"CAST(NULL AS {duck(kind)}) AS {identifier(name)}" for name, kind in self.columns]
            return (
                f"(SELECT {', '.join(nothing)}, CAST(NULL AS VARCHAR) AS {identifier(PATH)} WHERE false)",
                0,
            )
        return f"({' UNION ALL '.join(parts)})", total

    def _read(self, files: dict[str, Path], values: tuple[str, ...]) -> str:
        schema = pq.read_schema(next(iter(files.values())))
        present = {name.lower(): name for name in schema.names}
        keys = {name: value for (name, _), value in zip(self.keys, values, strict=True)}
        listed = []
        for name, kind in self.columns:
            source = (
                quoted(keys[name])
                if name in keys
                else identifier(present[name])
                if name in present
                else "NULL"
            )
            value = f"CAST({source} AS {duck(kind)})"
            if kind == timestamp(3):  # Parquet has microseconds, Hive's type milliseconds
                value = round_timestamp(value, kind)
            listed.append(f"{value} AS {identifier(name)}")
        paths, uris = ", ".join(quoted(str(p)) for p in files.values()), ", ".join(map(quoted, files))
        where = f"map([{paths}], [{uris}])[filename]" if PATH in self.used else "NULL"
        listed.append(f"{where} AS {identifier(PATH)}")
        return f"SELECT {', '.join(listed)} FROM read_parquet({paths_sql(files.values())}, filename = true)"

    # ── Partitions ──────────────────────────────────────────────────────────

    def _partitions(self) -> Iterator[Partition]:
        if not self.keys:
            yield (), self._location
        elif self._parameters.get("projection.enabled", "").lower() == "true":
            for values in product(*(self._projected(name) for name, _ in self.keys)):
                yield values, self._template(values)
        else:
            yield from self._registered()

    def _projected(self, name: str) -> list[str]:
        kind = self._parameters.get(f"projection.{name}.type", "").strip().lower()
        if kind == "injected":
            return self._injected(name)
        if kind == "enum":
            values = self._parameters.get(f"projection.{name}.values", "").split(",")
        elif kind == "integer":
            values = self._integers(name)
        else:
            raise NotSupportedHere(f"partition projection of type {kind or '(none)'}")
        return [value for value in values if all(self._matches(p, value) for p in self._on(name))]

    def _injected(self, name: str) -> list[str]:
        """The values of the query's equality conditions, which there must be."""
        sets = [{str(v) for v in p.values} for p in self._on(name) if p.operator in ("=", "in")]
        if not sets:
            raise injected_partition_unbound(name)
        return sorted(set.intersection(*sets))

    def _integers(self, name: str) -> list[str]:
        bounds = re.fullmatch(
            r"\s*(-?\d+)\s*,\s*(-?\d+)\s*", self._parameters.get(f"projection.{name}.range", "")
        )
        if bounds is None:
            raise user_error("INVALID_TABLE_PROPERTY", f"Invalid projection range of column {name}")
        digits = int(self._parameters.get(f"projection.{name}.digits", "0"))
        step = int(self._parameters.get(f"projection.{name}.interval", "1"))
        return [f"{number:0{digits}d}" for number in range(int(bounds[1]), int(bounds[2]) + 1, step)]

    def _on(self, name: str) -> list[Any]:
        return [predicate for predicate in self.predicates if predicate.column == name]

    def _matches(self, predicate: Any, value: str) -> bool:
        return predicate.operator not in ("=", "in") or any(_same(value, v) for v in predicate.values)

    def _template(self, values: tuple[str, ...]) -> str:
        """``storage.location.template``, else Hive's ``key=value`` folders."""
        names = [name for name, _ in self.keys]
        template = self._parameters.get("storage.location.template")
        if template is None:
            folders = "/".join(f"{name}={value}" for name, value in zip(names, values, strict=True))
            return f"{self._location}/{folders}"
        for name, value in zip(names, values, strict=True):
            template = template.replace(f"${{{name}}}", value)
        return template

    def _registered(self) -> Iterator[Partition]:
        answer = self.store.glue(
            "GetPartitions", DatabaseName=self.glue_table["DatabaseName"], TableName=self.glue_table["Name"]
        )
        for partition in answer.get("Partitions", []):
            values = tuple(partition["Values"])
            named = zip((name for name, _ in self.keys), values, strict=True)
            if all(self._matches(p, value) for name, value in named for p in self._on(name)):
                yield values, str(partition["StorageDescriptor"]["Location"])


def _same(text: str, value: object) -> bool:
    return int(text) == value if isinstance(value, int) and text.lstrip("-").isdigit() else text == str(value)


def _visible(uri: str) -> bool:
    """Names that start with ``_`` or ``.`` are hidden: https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html."""
    name = uri.rpartition("/")[2]
    return bool(name) and not name.startswith(("_", "."))


def _same_columns(files: dict[str, Path]) -> list[list[str]]:
    """Files grouped by the columns they have."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for uri, path in files.items():
        schema = pq.read_schema(path)
        groups.setdefault(tuple(f"{item.name} {item.type}" for item in schema), []).append(uri)
    return list(groups.values())


def hive_scan(glue_table: dict[str, Any], store: Store) -> HiveScan:
    """A scan over a Glue table of Parquet files; another format is refused."""
    storage = glue_table.get("StorageDescriptor") or {}
    if "parquet" not in str(storage.get("InputFormat", "")).lower():
        raise NotSupportedHere(f"the file format {storage.get('InputFormat')} of table {glue_table['Name']}")
    keys = [(item["Name"].lower(), from_glue(item["Type"])) for item in glue_table.get("PartitionKeys") or []]
    columns = [(item["Name"].lower(), from_glue(item["Type"])) for item in storage.get("Columns") or []]
    return HiveScan([*columns, *keys], glue_table=glue_table, keys=keys, store=store)
