"""Compile a contract into the Glue tables it lives in, as ``glue:CreateTable`` takes them."""

from collections.abc import Mapping
from typing import Any

from saleslake.contracts.model import LINE_NUMBER, PROVENANCE, Contract

_COMMENT = 255  # characters Glue allows a column comment
PARQUET = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}
REASON = "struct<rule:string,column:string,value:string,expected:string>"


def processed_table(contract: Contract, location: str) -> dict[str, Any]:
    """``TableInput`` of the dataset's typed rows; a query must name its ``run_id`` (injected projection).

    Parameters
    ----------
    contract
        The dataset.
    location
        ``s3://`` address of the folder that holds the runs' folders; ends in a slash.
    """
    columns = [(column.name, column.physical_type, column.description) for column in contract.columns]
    columns += [(column.name, column.physical_type, column.description) for column in PROVENANCE]
    return _table(contract.dataset, contract.description, columns, location, contract.version)


def quarantined_rows_table(contract: Contract, location: str) -> dict[str, Any]:
    """``TableInput`` of the dataset's refused rows, named ``<dataset>_quarantine``."""
    columns = [
        ("file_id", "string", "SHA-256 of the file as delivered."),
        ("line_number", "bigint", LINE_NUMBER),
        ("raw_text", "string", "The record as delivered, without its line end; of Parquet and Avro as JSON."),
        ("reasons", f"array<{REASON}>", "Every rule the row breaks, with the value at fault."),
    ]
    description = f"Refused rows of {contract.dataset} and why."
    return _table(f"{contract.dataset}_quarantine", description, columns, location, contract.version)


def keep_columns(definition: dict[str, Any], present: Mapping[str, Any] | None) -> dict[str, Any]:
    """A contract table's definition with the columns its table has beside the contract's."""
    if present is None:
        return definition
    descriptor = definition["StorageDescriptor"]
    known = {column["Name"] for column in descriptor["Columns"]}
    kept = [column for column in present["StorageDescriptor"]["Columns"] if column["Name"] not in known]
    return {**definition, "StorageDescriptor": {**descriptor, "Columns": [*descriptor["Columns"], *kept]}}


def retyped(definition: Mapping[str, Any], present: Mapping[str, Any] | None) -> list[str]:
    """What a definition says of columns that its table has with another type, in words."""
    before = {
        column["Name"]: column["Type"] for column in (present or definition)["StorageDescriptor"]["Columns"]
    }
    return [
        f"{definition['Name']}.{column['Name']} is {before[column['Name']]} in the tables, not {column['Type']}"
        for column in definition["StorageDescriptor"]["Columns"]
        if before.get(column["Name"], column["Type"]) != column["Type"]
    ]


def _table(
    name: str, description: str, columns: list[tuple[str, str, str]], location: str, version: str
) -> dict[str, Any]:
    return {
        "Name": name,
        "Description": description,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {
            "EXTERNAL": "TRUE",
            "classification": "parquet",
            "contract_version": version,
            "projection.enabled": "true",
            "projection.run_id.type": "injected",
            "storage.location.template": f"{location}run_id=${{run_id}}/",
        },
        "PartitionKeys": [{"Name": "run_id", "Type": "string", "Comment": "The run that wrote the rows."}],
        "StorageDescriptor": {
            "Columns": [
                {"Name": column, "Type": kind, "Comment": comment[:_COMMENT]}
                for column, kind, comment in columns
            ],
            "Location": location,
            **PARQUET,
        },
    }
