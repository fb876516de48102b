"""Names that datasets and columns can have: they stand without quotes in all SQL that follows from a contract."""

import re

from saleslake.contracts.model import PROVENANCE

_NAME = re.compile(r"[a-z][a-z0-9_]{0,127}")

OWN = frozenset({*(column.name for column in PROVENANCE), "run_id", "version_hash", "recency"})
"""Columns that the tables of every dataset have beside the contract's, or that a MERGE computes."""

# https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html : of DDL, then of SELECT
_ATHENA = """
all alter and array as authorization between bigint binary boolean both by case cashe cast char column conf constraint
commit create cross cube current current_date current_timestamp cursor database date dayofweek decimal delete describe
distinct div double drop else end exchange exists extended external extract false fetch float floor following for
foreign from full function grant group grouping having if import in inner insert int integer intersect interval into is
join lateral left less like local macro map more none not null numeric of on only or order out outer over partialscan
partition percent preceding precision preserve primary procedure range reads reduce references regexp revoke right
rlike rollback rollup row rows select set smallint start table tablesample then time timestamp to transform trigger
true truncate unbounded union uniquejoin update user using utc_timestamp values varchar views when where window with

alter and as between by case cast constraint create cross cube current_catalog current_date current_path current_schema
current_time current_timestamp current_user deallocate delete describe distinct drop else end escape except execute
exists extract false first for from full group grouping having in inner insert intersect into is join json_array
json_exists json_object json_query json_table json_value last left like listagg localtime localtimestamp natural
normalize not null of on or order outer prepare recursive right rollup select skip table then trim true uescape union
unnest using values when where with
"""
# of DuckDB, which casts and checks every row, and of the parser that reads what a statement writes
_ENGINE = """
analyse analyze anti any asc asof asymmetric at check collate collation concurrently default deferrable desc do freeze
glob ilike initially isnull lambda leading limit lock notnull offset overlaps pivot pivot_longer pivot_wider placing
positional qualify returning semi show similar some summarize symmetric trailing unique unpack unpivot variadic verbose
"""
_RESERVED = frozenset((_ATHENA + _ENGINE).split())


def name_fault(name: str, *, column: bool = True) -> str | None:
    """Why a column, or a dataset, cannot have a name, and which it could have; None where it can."""
    if not _NAME.fullmatch(name):
        what = "column" if column else "table"
        return f"{name!r} is no {what} name: lower case, digits and underscores, a letter first"
    if name in _RESERVED:
        return f"{name!r} is a word of SQL; {name}_ would do"
    if column and name in OWN:
        return f"{name!r} is taken by the tables themselves; {name}_ would do"
    return None
