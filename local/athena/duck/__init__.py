"""The embedded engine: Athena SQL compiled to DuckDB, Iceberg through pyiceberg."""
