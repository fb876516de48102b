"""DuckDB and Arrow that live in a Lambda: in memory, spilling to a temporary folder, loading no extension."""

import contextlib
import os
from pathlib import Path

import duckdb
import pyarrow as pa

# part of the function's memory DuckDB may fill: blocks of text, Parquet and Python take the rest, and it can spill
_SHARE = 12


def connect(folder: Path, *, memory_mib: int) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB, and have Arrow use memory again that it freed.

    Parameters
    ----------
    folder
        Where it may write: what it spills, and a home it would otherwise look for.
    memory_mib
        What the whole process may use, in MiB.
    """
    with contextlib.suppress(NotImplementedError):  # not every build has jemalloc; others take a tenth more
        pa.set_memory_pool(pa.jemalloc_memory_pool())
    return duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{max(memory_mib // _SHARE, 64)}MiB",
            "threads": min(os.process_cpu_count() or 1, 4),
            "temp_directory": str(folder / "spill"),
            "home_directory": str(folder),
            "extension_directory": str(folder / "extensions"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": True,
            # it makes a join of a list of values: slower for a list as short as a contract's, and in another order
            "disabled_optimizers": "in_clause",
        },
    )
