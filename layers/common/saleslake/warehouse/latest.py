"""The latest row of every key a dataset delivered: one Iceberg table per contract, and how a run merges into it."""

# ruff: noqa: S608 - every name comes from a contract

from collections.abc import Iterator, Sequence

from saleslake import sql
from saleslake.contracts.loader import contracts
from saleslake.contracts.model import PROVENANCE, Contract

VERSION_HASH = "version_hash"


def latest_table(dataset: str) -> str:
    """Name of the table that has a dataset's latest rows."""
    return f"{dataset}_latest"


def create_statement(contract: Contract) -> str:
    """``CREATE TABLE`` of a dataset's latest rows; ``?`` is the table's folder in S3.

    ``version_hash`` is there where the contract tracks columns: two rows of one key differ in it exactly when they
    differ in a tracked column.
    """
    columns = [f"    {name} {kind} COMMENT {sql.literal(text)}" for name, kind, text in _columns(contract)]
    partition = f"\nPARTITIONED BY (month({contract.partition_by}))" if contract.partition_by else ""
    return (
        f"-- Of every row of {contract.dataset} the one that landed last. Parameter: the table's folder in S3.\n"
        f"CREATE TABLE {latest_table(contract.dataset)} (\n{',\n'.join(columns)}\n){partition}\n"
        "LOCATION ?\nTBLPROPERTIES ('table_type' = 'ICEBERG', 'format' = 'parquet')"
    )


def merge_statement(contract: Contract) -> str:
    """``MERGE`` of a run's typed rows into the latest ones, for the rows of a range of days where the table has months.

    Where two rows have one key, the one that landed later wins; within a file, the later line. The same file again
    replaces its own rows.
    """
    name, key = contract.dataset, contract.latest_key
    names = [column for column, _, _ in _columns(contract)]
    values = ",\n            ".join([f"{name}.*", *_version_hash(contract)])
    kept = "recency = 1"
    if contract.partition_by:
        day = f"CAST({contract.partition_by} AS date)"
        kept += f" AND {day} >= ? AND {day} < ?"
    changes = ",\n    ".join(f"{column} = source.{column}" for column in names if column not in key)
    meaning = "run id, first day, day after the last" if contract.partition_by else "run id"
    return f"""-- The rows of this run, over what earlier ones said of the same keys.
-- Parameters: {meaning}.
MERGE INTO {latest_table(name)} AS target
USING (
    SELECT *
    FROM (
        SELECT
            {values},
            ROW_NUMBER() OVER (PARTITION BY {", ".join(key)} ORDER BY landing_order DESC, line_number DESC) AS recency
        FROM {name}
        WHERE run_id = ?
    ) AS delivered
    WHERE {kept}
) AS source
ON {" AND ".join(f"target.{column} = source.{column}" for column in key)}
WHEN MATCHED AND source.landing_order >= target.landing_order THEN UPDATE SET
    {changes}
WHEN NOT MATCHED THEN INSERT ({", ".join(names)})
    VALUES ({", ".join(f"source.{column}" for column in names)})"""


def composed_statements() -> Iterator[tuple[str, str]]:
    """Every statement this module composes, by what it is for."""
    for contract in contracts():
        yield f"create {latest_table(contract.dataset)}", create_statement(contract)
        yield f"merge {latest_table(contract.dataset)}", merge_statement(contract)


def _columns(contract: Contract) -> Sequence[tuple[str, str, str]]:
    """Name, type and description of every column."""
    columns = [(column.name, column.physical_type, column.description) for column in contract.columns]
    columns += [(column.name, column.physical_type, column.description) for column in PROVENANCE]
    columns.append(("run_id", "string", "The run that wrote the row."))
    if contract.tracked:
        columns.append((VERSION_HASH, "string", f"Differs where {', '.join(contract.tracked)} differ."))
    return columns


def _version_hash(contract: Contract) -> list[str]:
    if not contract.tracked:
        return []
    # hashed one by one before they are put together: no value can pass for the end of another
    hashes = " || ".join(
        f"to_hex(md5(to_utf8(COALESCE(CAST({column} AS varchar), ''))))" for column in contract.tracked
    )
    return [f"to_hex(md5(to_utf8({hashes}))) AS {VERSION_HASH}"]
