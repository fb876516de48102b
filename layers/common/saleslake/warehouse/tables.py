"""Create the tables of a deployment: Glue and Iceberg tables from contracts, Iceberg tables from sql/tables."""

from concurrent.futures import ThreadPoolExecutor

from saleslake import sql
from saleslake.aws.backend import Backend
from saleslake.contracts.glue import keep_columns, processed_table, quarantined_rows_table, retyped
from saleslake.contracts.loader import contracts
from saleslake.errors import ContractInvalid
from saleslake.warehouse.latest import create_statement, latest_table
from saleslake.zones import PROCESSED, QUARANTINE, curated_location

AT_ONCE = 8  # statements; each takes Athena a second or two


def curated_tables() -> dict[str, str]:
    """``CREATE TABLE`` of every curated table: those of sql/tables, and the latest rows of each contract."""
    written = {
        path.stem: sql.read(f"tables/{path.stem}")[0] for path in (sql.FOLDER / "tables").glob("*.sql")
    }
    derived = {latest_table(contract.dataset): create_statement(contract) for contract in contracts()}
    return dict(sorted((written | derived).items()))


def create_tables(backend: Backend) -> list[str]:
    """Create what is missing, bring contract tables up to their contracts; safe to repeat.

    Iceberg tables are created in the build database by Athena; the published database gets a second pointer to
    the same metadata file. Where each table started is kept in the ledger: it is what a restore goes back to
    while no release has the table. A column that an Iceberg table lacks is added by the run that first writes it;
    one that a contract has no longer stays in its tables.

    Returns
    -------
    list of str
        Names of the curated tables created now.

    Raises
    ------
    ContractInvalid
        A contract gives a column another type than its table has.
    """
    build = backend.settings.build_database
    for contract in contracts():
        definition = processed_table(contract, backend.lake.uri(f"{PROCESSED}{contract.dataset}/"))
        present = backend.catalog.table(build, contract.dataset)
        if wrong := retyped(definition, present):
            raise ContractInvalid(f"{'; '.join(wrong)}: a column of another type needs another name")
        backend.catalog.create(build, keep_columns(definition, present))
        rows = backend.lake.uri(f"{QUARANTINE}rows/{contract.dataset}/")
        backend.catalog.create(build, quarantined_rows_table(contract, rows))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = [
            (table, pool.submit(_create, table, text, backend)) for table, text in curated_tables().items()
        ]
        return [table for table, created in made if created.result()]


def _create(table: str, statement: str, backend: Backend) -> bool:
    """Create one Iceberg table and its second pointer; False if it was there."""
    build, published = backend.settings.build_database, backend.settings.database
    pointer = backend.catalog.pointer(build, table)
    created = pointer is None
    if pointer is None:
        location = backend.lake.uri(curated_location(table))
        backend.athena.query(sql.render(statement, [location]), database=build)
        pointer = backend.catalog.pointer(build, table)
        assert pointer is not None, f"Athena has just created {table}"
    backend.ledger.add("table", table, {"metadata_location": pointer.metadata_location})
    if backend.catalog.pointer(published, table) is None:
        backend.catalog.copy(build, published, table)
    return created
