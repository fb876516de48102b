"""Show a run while it goes on: a live table on a terminal, one line per change in a pipe."""

from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table

from saleslake.aws.executions import Execution, State
from saleslake.cli.follow import Sight


class RunView:
    """A context that draws each `Sight` it is given."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = (
            Live(console=console, refresh_per_second=8, transient=False) if console.is_terminal else None
        )
        self._printed: set[str] = set()

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, sight: Sight) -> None:
        """Draw what can be seen now."""
        if self._live:
            self._live.update(picture(sight))
            return
        for line in lines(sight):
            if line not in self._printed:
                self._printed.add(line)
                self._console.print(f"  {line}")


def picture(sight: Sight) -> RenderableType:
    """The states of a run with their times, and the rows counted so far."""
    if sight.execution is None:
        return Spinner(
            "dots", "waiting for the next run (files are gathered for a moment, so that a burst is one)"
        )
    table = Table.grid(padding=(0, 2))
    for state in sight.execution.states:
        running = state.left is None and sight.execution.is_running
        mark: RenderableType = Spinner("dots") if running else _mark(state, sight.execution)
        table.add_row(mark, state.name, _seconds(state, sight.execution))
    rows = row_line(sight)
    return Group(table, *([rows] if rows else []))


def lines(sight: Sight) -> list[str]:
    """The same in words that do not change once said: ended states, row counts."""
    if sight.execution is None:
        return ["waiting for the next run"]
    ended = [
        f"{_mark(state, sight.execution)} {state.name:<16} {_seconds(state, sight.execution)}"
        for state in sight.execution.states
        if state.left is not None or not sight.execution.is_running
    ]
    rows = row_line(sight)
    return [*ended, *([rows] if rows else [])]


def row_line(sight: Sight) -> str:
    """What Transform counted, empty until it has."""
    counted = sight.transformed
    if not counted or counted["status"] != "transformed":
        return ""
    return (
        f"{counted['rows_read']:,} rows read, {counted['rows_written']:,} written, "
        f"{counted['rows_quarantined']:,} quarantined, {counted['rows_duplicate']:,} duplicates"
    )


def ago(moment: str | datetime) -> str:
    """How long ago something was, in the largest fitting unit."""
    then = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    seconds = max(0, round((datetime.now(UTC) - then.astimezone(UTC)).total_seconds()))
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length} {unit} ago"
    return f"{seconds} s ago"


def took(started: str | None, ended: str | None) -> str:
    """Length of time between two moments, empty while it lasts."""
    if not started or not ended:
        return ""
    length: timedelta = datetime.fromisoformat(ended) - datetime.fromisoformat(started)
    return f"{length.total_seconds():.1f} s"


def _mark(state: State, execution: Execution) -> str:
    stopped = state.left is None and execution.status != "SUCCEEDED"
    return "[red]✗[/red]" if state.failed or stopped else "[green]✓[/green]"


def _seconds(state: State, execution: Execution) -> str:
    end = state.left or execution.stopped or datetime.now(UTC)
    return f"{(end - state.entered).total_seconds():5.1f} s"
