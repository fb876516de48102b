"""Refused rows: where each is, its text as delivered, and every reason."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from saleslake.transform.account import Account
from saleslake.transform.arrow import QUARANTINE
from saleslake.transform.parquet import ParquetFile
from saleslake.transform.records import Block, Records


class Quarantine(ParquetFile):
    """The quarantined rows of one file."""

    def __init__(self, path: Path, file_id: str) -> None:
        super().__init__(path, QUARANTINE)
        self._file_id = file_id

    def add(self, block: Block, faulty: pa.Table, records: Records, account: Account) -> None:
        """Add a block's refused rows.

        Parameters
        ----------
        block
            For its malformed records.
        faulty
            ``line``, ``span`` and ``reasons`` of the rows that break rules.
        records
            Gives their text as delivered.
        account
            Counts every reason.
        """
        spans = zip(faulty.column("line").to_pylist(), faulty.column("span").to_pylist(), strict=True)
        rows = self._rows(faulty.column("line"), records.raw_text(list(spans)), faulty.column("reasons"))
        malformed = block.malformed
        reasons = [
            [{"rule": record.rule, "column": None, "value": record.value, "expected": record.expected}]
            for record in malformed
        ]
        broken = self._rows(
            [record.line for record in malformed], [record.raw_text for record in malformed], reasons
        )
        account.add_malformed([record.rule for record in malformed])
        rules = rows.column("reasons").combine_chunks().flatten().field("rule")
        account.reasons.update(
            {entry["values"]: entry["counts"] for entry in pc.value_counts(rules).to_pylist()}
        )
        self.write(pa.concat_tables([rows, broken]).sort_by("line_number"))

    def _rows(self, lines: object, texts: list[str], reasons: object) -> pa.Table:
        columns = [pa.array([self._file_id] * len(texts), pa.string()), lines, texts, reasons]
        return pa.table(columns, names=QUARANTINE.names).cast(QUARANTINE)
