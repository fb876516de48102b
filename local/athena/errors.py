"""Athena's own words for what goes wrong, in one place for the front and both engines.

Error names are Trino's (https://github.com/trinodb/trino/blob/476/core/trino-spi/src/main/java/io/trino/spi/StandardErrorCode.java),
which Athena engine version 3 puts before the message of `StateChangeReason`.
"""

from local.athena.engine import COMMIT_CONFLICT, Category, QueryFailed

UNAUTHORISED_TAIL = " or requester is not authorized to access requested resources"


class NotSupportedHere(QueryFailed):
    """SQL that Athena may well run, but whose meaning the embedded engine does not promise to reproduce."""

    def __init__(self, what: str, where: str = "") -> None:
        at = f"{where}: " if where else ""
        super().__init__(
            f"NOT_SUPPORTED: {at}the embedded engine of the local cloud refuses {what} rather than guess its "
            "meaning; real Trino runs it (ENGINE=trino)",
            Category.USER,
            1001,
        )


def user_error(code: str, message: str, where: str = "") -> QueryFailed:
    """A statement that can never succeed as written: ``CODE: line 1:8: message``."""
    at = f"{where}: " if where else ""
    return QueryFailed(f"{code}: {at}{message}", Category.USER, 1006)


def column_not_found(name: str, where: str) -> QueryFailed:
    """Athena adds the second half to Trino's sentence."""
    return user_error("COLUMN_NOT_FOUND", f"Column '{name}' cannot be resolved{UNAUTHORISED_TAIL}", where)


def table_not_found(database: str, table: str, where: str) -> QueryFailed:
    """Raised for Glue's EntityNotFoundException."""
    return user_error("TABLE_NOT_FOUND", f"Table 'awsdatacatalog.{database}.{table}' does not exist", where)


def schema_not_found(database: str, where: str = "") -> QueryFailed:
    """Raised when the database is not in Glue."""
    return user_error("SCHEMA_NOT_FOUND", f"Schema '{database}' does not exist", where)


def commit_conflict(database: str, table: str) -> QueryFailed:
    """Another writer committed first: https://repost.aws/knowledge-center/athena-iceberg-table-error."""
    message = f"{COMMIT_CONFLICT}: Failed to commit Iceberg update to table: {database}.{table}"
    return QueryFailed(message, Category.SYSTEM, 233, retryable=True)


def too_many_partitions(count: int) -> QueryFailed:
    """The limit of https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html for Iceberg writers."""
    message = (
        f"ICEBERG_TOO_MANY_OPEN_PARTITIONS: Exceeded limit of {count} open writers for partitions/buckets."
    )
    return QueryFailed(message, Category.USER, 1006)


def injected_partition_unbound(column: str) -> QueryFailed:
    """https://docs.aws.amazon.com/athena/latest/ug/partition-projection-dynamic-id-partitioning.html."""
    return user_error(
        "CONSTRAINT_VIOLATION",
        f"For the injected projected partition column {column}, the WHERE clause must contain only static "
        "equality conditions, and at least one such condition must be present.",
    )


def object_missing(uri: str) -> QueryFailed:
    """A file that the table names is gone, as after a VACUUM through another pointer into the same history."""
    if uri.endswith(".metadata.json"):
        message = f"ICEBERG_INVALID_METADATA: Error accessing metadata file {uri}"
    elif "/metadata/" in uri:
        message = f"ICEBERG_MISSING_METADATA: Metadata not found in metadata location: {uri}"
    else:
        message = f"ICEBERG_CANNOT_OPEN_SPLIT: Error opening Iceberg split {uri}"
    return QueryFailed(message, Category.SYSTEM, 233)


def internal(error: BaseException) -> QueryFailed:
    """A fault of the local cloud itself; says so instead of posing as an answer of Athena."""
    return QueryFailed(f"GENERIC_INTERNAL_ERROR: {type(error).__name__}: {error}", Category.SYSTEM, 100)


def check_cutoff(scanned: int, cutoff: int | None) -> None:
    """BytesScannedCutoffPerQuery of the workgroup: the query is cancelled, nothing is changed.

    https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
    """
    if cutoff is not None and scanned > cutoff:
        raise QueryFailed("Bytes scanned limit was exceeded", Category.USER, 1006)
