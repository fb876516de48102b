"""Transform one raw file: read it block by block, cast and check every row, write what is good and what is not."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from saleslake.clock import FORMAT
from saleslake.contracts.headers import HeaderMatch
from saleslake.contracts.loader import load_contract
from saleslake.contracts.refusal import FileRefusal, FileUnreadable
from saleslake.transform.account import Account
from saleslake.transform.arrow import processed_schema
from saleslake.transform.checks import Check, CompiledColumn, compile_columns
from saleslake.transform.dates import decide_formats, undisputed_formats
from saleslake.transform.engine import connect
from saleslake.transform.lookup import Lookup, texts_that_repeat, with_known
from saleslake.transform.model import TransformRequest, TransformResult
from saleslake.transform.opening import open_records
from saleslake.transform.parquet import ParquetFile
from saleslake.transform.planned import Planned
from saleslake.transform.processed import in_file_order, processed_rows
from saleslake.transform.quarantine import Quarantine
from saleslake.transform.records import Block, Records
from saleslake.transform.repeats import Repeats
from saleslake.transform.spelt import with_canonical
from saleslake.transform.statements import Statements, compile_statements
from saleslake.zones import processed_key, quarantined_rows_key, transform_result_key

DEFAULT_MEMORY = 1024


class Objects(Protocol):
    """What of the lake a transform needs."""

    def open(self, key: str) -> BinaryIO: ...
    def put_file(self, key: str, path: str | Path) -> None: ...
    def put_json(self, key: str, value: Any) -> None: ...


def transform_file(
    request: TransformRequest, lake: Objects, *, memory_mib: int = DEFAULT_MEMORY
) -> TransformResult:
    """Transform one raw file of one run; the same request again writes the same objects again.

    Parameters
    ----------
    request
        The file and how to read it.
    lake
        Where the raw file is and the results go.
    memory_mib
        What the whole process may use, in MiB; needs at least 400.

    Returns
    -------
    TransformResult
        ``refused`` when only all rows together show that the file cannot be read; nothing of it is then written but
        this result.
    """
    with tempfile.TemporaryDirectory(prefix="saleslake-") as folder:
        transform = _Transform(request, lake, Path(folder), memory_mib)
        try:
            result = transform.run()
        except FileUnreadable as problem:
            result = TransformResult(**transform.identity, status="refused", refusal=problem.refusal)
    lake.put_json(transform_result_key(request.run_id, request.file_id), result.model_dump(mode="json"))
    return result


class _Undecided(Exception):
    """A block holds dates that only rival formats read: the whole file must decide first."""


class _Compiled(NamedTuple):
    """What is done to each block."""

    statements: Statements
    lookups: Sequence[Lookup]
    others: Sequence[CompiledColumn]
    """The columns that are not looked up."""


class _Transform:
    """One file under way."""

    def __init__(self, request: TransformRequest, lake: Objects, folder: Path, memory_mib: int) -> None:
        self.request, self.lake, self.folder = request, lake, folder
        self.contract = load_contract(request.dataset).with_added(request.added)
        self.landed = _landing_time(request.landing_order)
        self.identity = request.model_dump(include={"run_id", "dataset", "file_id", "name"})
        self._origin = {"file_id": request.file_id, "order": request.landing_order}
        self.connection = connect(folder, memory_mib=memory_mib)

    def run(self) -> TransformResult:
        """Transform by the undisputed date formats; where they do not do, decide by all rows and start again."""
        try:
            return self._attempt(undisputed_formats(self.contract), decided=False)
        except _Undecided:
            records, match = self._open()
            columns = compile_columns(self.contract, match.positions, {}, nested=records.nested)
            formats = decide_formats(self.contract, columns, records.blocks(), self.connection)
            return self._attempt(formats, decided=True)

    def _open(self) -> tuple[Records, HeaderMatch]:
        stream = self.lake.open(self.request.raw_key)
        return open_records(stream, self.request.format, self.contract, self.connection, self.folder)

    def _attempt(self, formats: Mapping[str, Sequence[str]], *, decided: bool) -> TransformResult:
        records, match = self._open()
        columns = compile_columns(self.contract, match.positions, formats, self.landed, nested=records.nested)
        compiled: _Compiled | None = None
        account = Account(self.contract)
        planned = Planned(self.connection)
        repeats = Repeats(self.connection, planned, self.folder)
        processed = ParquetFile(self.folder / "processed.parquet", processed_schema(self.contract))
        quarantine = Quarantine(self.folder / "quarantine.parquet", self.request.file_id)
        with processed, quarantine:
            for block in records.blocks():
                compiled = compiled or self._compile(columns, records, block, planned)
                statements, lookups, others = compiled
                rows = with_known(with_canonical(block.rows, others), lookups)
                planned.feed("rows", rows)
                marked, found = self._check(statements, planned, repeats, account, decided=decided)
                processed.write(processed_rows(rows, marked, columns, **self._origin))
                if found["rows_quarantined"] or block.malformed:
                    faulty = block.rows.filter(pc.and_(marked.column("kept"), marked.column("bad")))
                    planned.feed("faulty", with_canonical(faulty, columns))
                    quarantine.add(block, planned.run(statements.reasons), records, account)
        return self._keep(processed, quarantine, account)

    def _compile(
        self, columns: Sequence[CompiledColumn], records: Records, first: Block, planned: Planned
    ) -> _Compiled:
        looked_up = texts_that_repeat(columns, first.rows)
        statements = compile_statements(self.contract, columns, records.names, looked_up)
        lookups = [
            Lookup(column, statements.known[column.name], planned)
            for column in columns
            if column.name in looked_up
        ]
        return _Compiled(statements, lookups, [column for column in columns if column.name not in looked_up])

    def _check(
        self, statements: Statements, planned: Planned, repeats: Repeats, account: Account, *, decided: bool
    ) -> tuple[pa.Table, Mapping[str, Any]]:
        """What is known of the rows, row by row and in sum."""
        marked = repeats.mark(in_file_order(planned.run(statements.check)))
        (found,) = planned.run(statements.account).to_pylist()
        if found["undecided"] and not decided:
            raise _Undecided
        for check, line in statements.halted(found):
            raise FileUnreadable(_halt(check, line))
        account.add_checked(found, statements.warned(found))
        return marked, found

    def _keep(self, processed: ParquetFile, quarantine: Quarantine, account: Account) -> TransformResult:
        request = self.request
        names = (request.dataset, request.run_id, request.file_id)
        self.lake.put_file(processed_key(*names), processed.path)
        if quarantine.rows:
            self.lake.put_file(quarantined_rows_key(*names), quarantine.path)
        return TransformResult(
            **self.identity,
            status="transformed",
            rows_read=account.rows["read"],
            rows_written=account.rows["written"],
            rows_quarantined=account.rows["quarantined"],
            rows_duplicate=account.rows["duplicate"],
            money=account.money(),
            unparsed_money_rows=account.unparsed,
            reasons=dict(sorted(account.reasons.items())),
            warnings=dict(sorted(account.warnings.items())),
            processed_key=processed_key(*names),
            quarantine_key=quarantined_rows_key(*names) if quarantine.rows else None,
            min_date=min(account.days).isoformat() if account.days else None,
            max_date=max(account.days).isoformat() if account.days else None,
            months=tuple(sorted({day.isoformat()[:7] for day in account.days})),
        )


def _landing_time(order: str) -> datetime:
    """When the file landed: the first part of its landing order."""
    return datetime.strptime(order.partition("|")[0], FORMAT).replace(tzinfo=UTC)


def _halt(check: Check, line: int) -> FileRefusal:
    return FileRefusal(
        code=check.rule,
        message=f"a row breaks a rule that halts the file: {check.rule}",
        column=check.column,
        line=line,
        expected=check.expected,
    )
