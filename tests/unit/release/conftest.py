"""Two databases with one Iceberg pointer each, and the steps of a run as the ledger and the catalog see them."""

import json
from types import SimpleNamespace

import boto3
import pytest


@pytest.fixture
def backend(backend):
    glue = boto3.client("glue")
    base = write_metadata(backend, "base", None)
    for database in ("sales", "sales_build"):
        glue.create_database(DatabaseInput={"Name": database})
        glue.create_table(
            DatabaseName=database,
            TableInput={
                "Name": "fact_sales",
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {"table_type": "ICEBERG", "metadata_location": base},
                "StorageDescriptor": {"Location": "s3://lake/curated/fact_sales/", "Columns": []},
            },
        )
    backend.ledger.put("table", "fact_sales", {"metadata_location": base})
    return backend


def write_metadata(backend, name, snapshot_id, made_at=0, snapshots=()):
    """An Iceberg metadata file as far as Publish and maintenance read it; returns its location."""
    key = f"curated/fact_sales/metadata/{name}.json"
    made = {"snapshot-id": snapshot_id, "timestamp-ms": made_at}
    metadata = {"current-snapshot-id": snapshot_id, "snapshots": [*snapshots, made], "metadata-log": [{}] * 7}
    backend.lake.put_bytes(key, json.dumps(metadata).encode())
    return backend.lake.uri(key)


def commit(backend, name, snapshot_id, **made):
    """What a build does to the build table."""
    location = write_metadata(backend, name, snapshot_id, **made)
    backend.catalog.point("sales_build", {"fact_sales": location})
    return location


def pointers(backend):
    """Name of the metadata file that each database's table points at."""
    return SimpleNamespace(
        **{
            database: backend.catalog.pointer(database, "fact_sales").metadata_location.rsplit("/", 1)[1][:-5]
            for database in ("sales", "sales_build")
        }
    )


def arrive(backend, file_id, landing_order="2026-01-01T00:00:00.000000Z|landing/a.csv|1", state="raw"):
    """A file that ingest accepted."""
    backend.ledger.put(
        "file",
        file_id,
        {
            "dataset": "amazon_orders",
            "name": f"{file_id}.csv",
            "raw_key": f"raw/amazon_orders/{file_id}.csv",
            "landing_key": "landing/a.csv",
            "landing_version": "1",
            "landing_order": landing_order,
            "format": {"encoding": "utf-8"},
            "state": state,
        },
    )


def account(backend, run_id, *file_ids, days=("2022-06-01", "2022-06-29")):
    """What Reconcile leaves for Publish."""
    share = {"rows": 1, "amount": "2.50"}
    none = {"rows": 0, "amount": "0.00"}
    parent = backend.ledger.current()
    files = backend.lake.get_json(f"releases/{parent.release_id}.json")["files"] if parent else {}
    for file_id in file_ids:
        result = {"min_date": days[0], "max_date": days[1]}
        backend.lake.put_json(f"runs/{run_id}/transform/{file_id}.json", result)
        files[file_id] = {
            "file_id": file_id,
            "name": f"{file_id}.csv",
            "dataset": "amazon_orders",
            "run_id": run_id,
            "read": share,
            "published": share,
            "quarantined": none,
            "duplicates": none,
            "superseded": none,
        }
    tables = {"fact_sales": backend.catalog.pointer("sales_build", "fact_sales").metadata_location}
    backend.lake.put_json(
        f"runs/{run_id}/accounts.json",
        {"files": files, "tables": tables, "data_as_of": "2022-06-29", "checks": {}},
    )
