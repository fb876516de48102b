"""Create the tables of a deployment: Glue tables from contracts, Iceberg tables from sql/tables."""

from saleslake import sql
from saleslake.aws.backend import Backend
from saleslake.contracts.glue import processed_table, quarantined_rows_table
from saleslake.contracts.loader import contracts
from saleslake.zones import PROCESSED, QUARANTINE, curated_location


def curated_tables() -> list[str]:
    """Names of the curated tables: one file each under sql/tables."""
    return sorted(path.stem for path in (sql.FOLDER / "tables").glob("*.sql"))


def create_tables(backend: Backend) -> list[str]:
    """Create what is missing, bring contract tables up to their contracts; safe to repeat.

    Iceberg tables are created in the build database by Athena; the published database gets a second pointer to
    the same metadata file. Where each table started is kept in the ledger: it is what a restore goes back to
    while no release has the table.

    Returns
    -------
    list of str
        Names of the curated tables created now.
    """
    build, published = backend.settings.build_database, backend.settings.database
    for contract in contracts():
        backend.catalog.create(
            build, processed_table(contract, backend.lake.uri(f"{PROCESSED}{contract.dataset}/"))
        )
        rows = backend.lake.uri(f"{QUARANTINE}rows/{contract.dataset}/")
        backend.catalog.create(build, quarantined_rows_table(contract, rows))
    created = []
    for table in curated_tables():
        pointer = backend.catalog.pointer(build, table)
        if pointer is None:
            (statement,) = sql.read(f"tables/{table}")
            location = backend.lake.uri(curated_location(table))
            backend.athena.query(sql.render(statement, [location]), database=build)
            pointer = backend.catalog.pointer(build, table)
            assert pointer is not None, f"Athena has just created {table}"
            created.append(table)
        backend.ledger.add("table", table, {"metadata_location": pointer.metadata_location})
        if backend.catalog.pointer(published, table) is None:
            backend.catalog.copy(build, published, table)
    return created
