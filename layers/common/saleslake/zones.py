"""Where everything lies in the lake bucket: every S3 key layout, in this one place."""

LANDING = "landing/"
RAW = "raw/"
PROCESSED = "processed/"
CURATED = "curated/"
QUARANTINE = "quarantine/"
QUALITY = "quality/"
RUNS = "runs/"
RELEASES = "releases/"
API = "api/"
EXPORTS = "exports/"
ASKS = "asks/"


def raw_key(dataset: str, file_id: str, extension: str) -> str:
    """Key of the immutable copy of a delivered file; ``extension`` keeps its dots (``.csv.gz``)."""
    return f"{RAW}{dataset}/{file_id}{extension}"


def processed_prefix(dataset: str, run_id: str) -> str:
    """Folder of one run's typed Parquet files of one dataset; ends in a slash."""
    return f"{PROCESSED}{dataset}/run_id={run_id}/"


def processed_key(dataset: str, run_id: str, file_id: str) -> str:
    """Key of the typed rows of one file in one run."""
    return f"{processed_prefix(dataset, run_id)}{file_id}.parquet"


def quarantined_rows_key(dataset: str, run_id: str, file_id: str) -> str:
    """Key of the refused rows of one file in one run."""
    return f"{QUARANTINE}rows/{dataset}/run_id={run_id}/{file_id}.parquet"


def quarantined_file_key(file_id: str, name: str) -> str:
    """Key of a file refused whole."""
    return f"{QUARANTINE}files/{file_id}/{name}"


def quarantined_file_reason_key(file_id: str) -> str:
    """Key of the JSON that says why a file was refused whole."""
    return f"{QUARANTINE}files/{file_id}/reason.json"


def quality_prefix(table: str) -> str:
    """Folder of one table about the quality of runs; ends in a slash."""
    return f"{QUALITY}{table}/"


def quality_key(table: str, run_id: str, part: str = "run") -> str:
    """Key of what one run has in such a table; ``part`` tells several files of it apart."""
    return f"{quality_prefix(table)}{run_id}-{part}.parquet"


def curated_location(table: str) -> str:
    """Folder of one Iceberg table; ends in a slash."""
    return f"{CURATED}{table}/"


def run_manifest_key(run_id: str) -> str:
    """Key of the list of files a run transforms."""
    return f"{RUNS}{run_id}/manifest.json"


def transform_result_key(run_id: str, file_id: str) -> str:
    """Key of what Transform says of one file."""
    return f"{RUNS}{run_id}/transform/{file_id}.json"


def run_accounts_key(run_id: str) -> str:
    """Key of the accounts of all files, as Reconcile found them."""
    return f"{RUNS}{run_id}/accounts.json"


def run_checks_key(run_id: str) -> str:
    """Key of what CheckFiles found of each file."""
    return f"{RUNS}{run_id}/checks.json"


def run_scores_key(run_id: str) -> str:
    """Key of the scores of the run's files and datasets."""
    return f"{RUNS}{run_id}/scores.json"


def statement_key(run_id: str, stage: int, position: int, name: str) -> str:
    """Key of one rendered SQL statement of BuildWarehouse."""
    return f"{RUNS}{run_id}/sql/{stage}-{position:03d}-{name}.sql"


def ordered_statement_key(run_id: str, position: int, name: str) -> str:
    """Key of one statement that Plan asks for: those of maintenance, and those that clear tables for a rebuild."""
    return f"{RUNS}{run_id}/ordered/{position:03d}-{name}.sql"


def release_key(release_id: str) -> str:
    """Key of the document that says what a release consists of."""
    return f"{RELEASES}{release_id}.json"


def api_results_prefix(release_id: str) -> str:
    """Folder of the cached API answers of one release; ends in a slash."""
    return f"{API}{release_id}/"


def api_result_key(release_id: str, query_hash: str) -> str:
    """Key of one cached API answer of one release."""
    return f"{api_results_prefix(release_id)}{query_hash}.json"


def export_key(export_id: str) -> str:
    """Key of what is known of one export."""
    return f"{EXPORTS}{export_id}.json"


def asks_key(day: str, process: str) -> str:
    """Key of what one process was asked on one day."""
    return f"{ASKS}{day}/{process}.json"
