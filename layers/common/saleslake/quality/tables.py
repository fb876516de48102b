"""The tables that tell of the quality of every run: their columns, and how they stand in the Glue catalog."""

from typing import Any, NamedTuple

from saleslake.aws.backend import Backend
from saleslake.contracts.glue import PARQUET, REASON
from saleslake.zones import quality_prefix

_KEYS = (
    ("recorded_at", "timestamp", "When the row was written, UTC."),
    ("run_id", "string", "The run it tells of; of a scheduled check the check's own id, check-<time>."),
)
_FILE = (
    ("dataset", "string", "Dataset."),
    ("file_id", "string", "SHA-256 of the file as delivered; NULL where the row tells of the whole dataset."),
    ("file_name", "string", "Name of the file as delivered."),
)
_RELEASE = ("release_id", "string", "The release the run ended in; NULL where it failed.")


class QualityTable(NamedTuple):
    """One table: what it is for, and its columns as name, Glue type and description."""

    name: str
    description: str
    columns: tuple[tuple[str, str, str], ...]


QUALITY_TABLES = (
    QualityTable(
        "quality_checks",
        "Every check of every run, passed or not. Grain: one check of one file, or of one table.",
        (
            *_KEYS,
            *_FILE,
            ("check_name", "string", "Name of the check or of the contract's rule."),
            (
                "kind",
                "string",
                "file (as it arrived), row (a rule over rows), table (over whole tables), monitor.",
            ),
            (
                "dimension",
                "string",
                "completeness, accuracy, consistency or validity; empty where it counts for none.",
            ),
            ("action", "string", "What a failure does: score, warn, quarantine or halt."),
            ("passed", "boolean", "Whether nothing was wrong."),
            ("failed_rows", "bigint", "Rows at fault; of kind row a row counts once per column at fault."),
            ("rows_read", "bigint", "Rows of the file; NULL where the check does not look at rows."),
            ("detail", "string", "What was found, in words; empty when it passed."),
        ),
    ),
    QualityTable(
        "quality_scores",
        "Scores of every run. Grain: one file, or one dataset, of one run.",
        (
            *_KEYS,
            _RELEASE,
            ("level", "string", "file or dataset."),
            *_FILE,
            ("rows_read", "bigint", "Rows read."),
            (
                "arrival_score",
                "int",
                "0 to 100: there, readable, of a usual size, fresh. Below 80 stops the run.",
            ),
            ("completeness", "decimal(5,2)", "Percent of rows that have every value they must have."),
            ("accuracy", "decimal(5,2)", "Percent of rows with no value that cannot be true."),
            ("consistency", "decimal(5,2)", "Percent of rows that contradict neither themselves nor others."),
            ("validity", "decimal(5,2)", "Percent of rows that are written as the contract says."),
            (
                "score",
                "decimal(5,2)",
                "Mean of the four dimensions. Below 80 stops the run (100 rows or more).",
            ),
            ("passed", "boolean", "Whether every dimension reaches its threshold and both scores the gate."),
            ("missed", "string", "What falls short, separated by commas; empty when passed."),
        ),
    ),
    QualityTable(
        "quality_reconciliation",
        "Where every row and cent is: read = published + quarantined + duplicates + superseded. "
        "Grain: one file of one run, and each earlier file whose account the run changed.",
        (
            *_KEYS,
            _RELEASE,
            *_FILE,
            *(
                column
                for part, words in (
                    ("read", "in the file"),
                    ("published", "in the release"),
                    ("quarantined", "refused with reasons"),
                    ("duplicates", "exact copies of another row of the file"),
                    ("superseded", "overruled by a row that landed later"),
                )
                for column in (
                    (f"{part}_rows", "bigint", f"Rows {words}."),
                    (f"{part}_amount", "decimal(38,2)", f"Money on the rows {words}."),
                )
            ),
            (
                "unparsed_money_rows",
                "bigint",
                "Rows whose amount cannot be read; they are outside every sum.",
            ),
            (
                "closes",
                "boolean",
                "Whether rows and money add up to the cent; if not, nothing was published.",
            ),
            ("detail", "string", "What does not add up; empty when it closes."),
        ),
    ),
    QualityTable(
        "quality_anomalies",
        "Figures that history did not let expect. Grain: one metric of one dataset, day and segment, per run.",
        (
            *_KEYS,
            ("dataset", "string", "Dataset."),
            ("day", "date", "The day the rows belong to."),
            ("segment", "string", "Value of the contract's segment column; all for the whole day."),
            (
                "metric",
                "string",
                "rows, null_share.<column>, distinct_share, numbered_share.<column>, sum.<column>, mean.<column>, "
                "p50.…, p95.…",
            ),
            ("value", "double", "What was found."),
            ("expected", "double", "What history lets expect."),
            ("expected_low", "double", "Lower end of what would have been usual."),
            ("expected_high", "double", "Upper end of what would have been usual."),
            ("deviation", "double", "Robust z-score of the value."),
            ("weeks", "int", "Same weekdays of history it is held against."),
            ("explanation", "string", "In words."),
        ),
    ),
    QualityTable(
        "quarantine",
        "Refused rows of every dataset with every reason. Grain: one row of one file. "
        "Personal data is masked outside prod.",
        (
            *_KEYS,
            *_FILE,
            ("line_number", "bigint", "Where the record begins in the file, as <dataset>_quarantine has it."),
            ("raw_text", "string", "The record as delivered."),
            ("rules", "string", "Names of the broken rules, each once, separated by commas."),
            (
                "reasons",
                f"array<{REASON}>",
                "Every broken rule with its column, the value at fault, and what would do.",
            ),
            ("owner", "string", "Who owns the dataset, as its contract says."),
            ("state", "string", "open, or replayed once a corrected row took its place."),
            ("replayed_as", "string", "File id of the corrections; NULL while open."),
        ),
    ),
)
BY_NAME = {table.name: table for table in QUALITY_TABLES}


def create_quality_tables(backend: Backend) -> None:
    """Create the tables in the published database or bring them to these columns; safe to repeat."""
    for table in QUALITY_TABLES:
        location = backend.lake.uri(quality_prefix(table.name))
        backend.catalog.create(backend.settings.database, glue_table(table, location))


def glue_table(table: QualityTable, location: str) -> dict[str, Any]:
    """``TableInput`` of a table whose Parquet files lie side by side in one folder: no partition to register."""
    return {
        "Name": table.name,
        "Description": table.description,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
        "PartitionKeys": [],
        "StorageDescriptor": {
            "Columns": [
                {"Name": name, "Type": kind, "Comment": comment} for name, kind, comment in table.columns
            ],
            "Location": location,
            **PARQUET,
        },
    }
