"""Corrected exports on their way back: read, put in their places, and told of when the run has ended."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from saleslake.cli.context import Deployed
from saleslake.cli.quarantine import open_files, rows_of, visible
from saleslake.errors import BadInput, InvalidParameter
from saleslake.history import Release, current_release
from saleslake.quality.corrections import Corrected, correct, keep
from saleslake.quality.exported import Correction, read_corrections
from saleslake.transform.spans import record_spans


def corrections_in(path: Path) -> list[Correction] | None:
    """What a corrected export says; None where it is none."""
    with _naming(path):
        return read_corrections(path.read_bytes())


def take_corrections(lake: Deployed, found: Mapping[Path, Sequence[Correction]]) -> list[Corrected]:
    """Let the corrected files wait for a run: all of them, or none where one cannot be corrected as it says."""
    every = [(path, correction) for path, corrections in found.items() for correction in corrections]
    for path, correction in every:
        with _naming(path):
            correct(correction, lake.backend, record_spans)
    taken = []
    for path, correction in every:  # made again: of two that correct one file the second builds on the first
        with _naming(path):
            corrected = correct(correction, lake.backend, record_spans)
        if corrected.changes:
            keep(corrected, lake.backend)
            for record in corrected.overruled:
                told = f"{path} overrules what was corrected before in {corrected.item['name']}: {visible(record)}"
                lake.console.print(told, markup=False, soft_wrap=True)
        else:
            told = "is in the file already" if corrected.lines else "is as it was exported"
            lake.console.print(
                f"{path} changes nothing: every row of {corrected.item['name']} {told}",
                markup=False,
                soft_wrap=True,
            )
        taken.append(corrected)
    return taken


def waiting(lake: Deployed, taken: Sequence[Corrected]) -> bool:
    """Whether one of them is not in the current release."""
    release = current_release(lake.backend)
    return any(not release or corrected.file_id not in release.files for corrected in taken)


def tell_corrected(lake: Deployed, taken: Sequence[Corrected]) -> None:
    """Say what became of corrected rows in the run that took them, and how to see those that are refused again."""
    release = current_release(lake.backend)
    for corrected in taken:
        if corrected.changes:
            told = f"{corrected.item['name']}: {_ended(lake, release, corrected)}"
            lake.console.print(told, markup=False, soft_wrap=True)
        for still in open_files(lake, corrected.file_id) if corrected.changes else ():
            shown = f"saleslake quarantine list --file {still.file_id}"
            told = f"rows of it in quarantine: {still.quarantined.rows:,}; {shown}"
            lake.console.print(told, markup=False, soft_wrap=True)


def _ended(lake: Deployed, release: Release | None, corrected: Corrected) -> str:
    """How many of the corrected rows were accepted; a file that landed later may overrule them, as any."""
    account = release.files.get(corrected.file_id) if release else None
    rows = len(corrected.lines)
    if release is None or account is None:
        return f"its {rows:,} corrected rows are not in the release; saleslake status says why"
    refused = rows_of(account, None, lake) if account.quarantined.rows else ()
    again = len(corrected.lines & {row["line_number"] for row in refused})
    before = release.files.get(corrected.item["corrects"])
    copies = max(0, account.duplicates.rows - (before.duplicates.rows if before else 0))
    told = (
        f"{rows - again - copies:,} of {rows:,} corrected rows entered the release, {again:,} refused again"
    )
    return f"{told}, {copies:,} dropped as copies" if copies else told


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """Put the name of the file before what is wrong with it."""
    try:
        yield
    except BadInput as problem:
        raise InvalidParameter(f"{path}: {problem}") from problem
