"""A first contract from a file that has none yet."""

from saleslake.ingest.infer.first_contract import infer_contract

__all__ = ["infer_contract"]
