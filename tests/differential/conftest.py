"""The lake and the engines are those of the conformance tests."""

from tests.conformance.conftest import duckdb, lake, session, trino

__all__ = ["duckdb", "lake", "session", "trino"]
