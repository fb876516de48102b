"""Tables of odd values for the traps: of Iceberg, in a database beside, and of Hive with its timestamps."""

import io
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.conformance.emulator import client
from tests.conformance.lake import BUCKET, PUBLISHED, Execute, Lake

ICEBERG = "TBLPROPERTIES ('table_type' = 'ICEBERG')"
TABLES = (
    f"""CREATE TABLE odd (k int, n int, b bigint, d decimal(18,2), f double, s string, day date, ts timestamp)
    LOCATION 's3://{BUCKET}/odd/' {ICEBERG}""",
    """INSERT INTO odd VALUES
    (1, 1, 10, DECIMAL '1.50', 0.1e0, 'abc', DATE '2022-01-31', TIMESTAMP '2022-01-31 23:59:59.999999'),
    (2, -7, -3, DECIMAL '-2.25', 1e10, 'Abc', DATE '2024-02-29', TIMESTAMP '2024-02-29 00:00:00.000000'),
    (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (4, 1, 4000000000, DECIMAL '0.00', -2.5e0, '', DATE '2021-12-31', TIMESTAMP '2021-12-31 12:30:15.500000'),
    (5, 3, 0, DECIMAL '9999999999999999.99', 3e-7, ' é 𝒳 ', DATE '2022-05-01', TIMESTAMP '1969-12-31 23:00:00'),
    (0, 0, 1, DECIMAL '0.05', 1.5e0, 'a_b%c', DATE '2023-01-01', TIMESTAMP '2023-01-01 00:00:00')""",
    f"""CREATE TABLE {PUBLISHED}.odd_versions (product_id string, valid_from date, valid_to date, cost decimal(18,2))
    LOCATION 's3://{BUCKET}/odd_versions/' {ICEBERG}""",
    f"""INSERT INTO {PUBLISHED}.odd_versions VALUES
    ('p1', DATE '1900-01-01', DATE '2022-03-01', DECIMAL '1.00'),
    ('p1', DATE '2022-03-01', DATE '9999-12-31', DECIMAL '2.50'),
    ('p2', DATE '1900-01-01', DATE '9999-12-31', NULL)""",
)
MOMENTS = (datetime(2022, 1, 31, 23, 59, 59, 999999), datetime(2022, 1, 31, 23, 59, 59, 123499), None)
PARQUET = "org.apache.hadoop.hive.ql.io.parquet"


def make(lake: Lake, execute: Execute) -> None:
    """Create them all, once."""
    if "odd" in {entry["Name"] for entry in lake.glue.get_tables(DatabaseName="seed")["TableList"]}:
        return
    for statement in TABLES:
        execute(statement)
    location = f"s3://{BUCKET}/odd_events/"
    lake.glue.create_table(DatabaseName="seed", TableInput=_events(location))
    found = pa.table(
        {"event_id": ["a", "b", "c"], "occurred_at": pa.array(MOMENTS, pa.timestamp("us")), "n": [1, 2, 3]}
    )
    buffer = io.BytesIO()
    pq.write_table(found, buffer)
    client(lake.session, "s3").put_object(
        Bucket=BUCKET, Key="odd_events/run_id=r1/part.parquet", Body=buffer.getvalue()
    )


def _events(location: str) -> dict[str, Any]:
    """A table as the processed ones are: Parquet, its partition injected."""
    columns = [("event_id", "string"), ("occurred_at", "timestamp"), ("n", "bigint")]
    return {
        "Name": "odd_events",
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [{"Name": "run_id", "Type": "string"}],
        "Parameters": {
            "EXTERNAL": "TRUE",
            "projection.enabled": "true",
            "projection.run_id.type": "injected",
            "storage.location.template": location + "run_id=${run_id}/",
        },
        "StorageDescriptor": {
            "Columns": [{"Name": name, "Type": kind} for name, kind in columns],
            "Location": location,
            "InputFormat": f"{PARQUET}.MapredParquetInputFormat",
            "OutputFormat": f"{PARQUET}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{PARQUET}.serde.ParquetHiveSerDe"},
        },
    }
