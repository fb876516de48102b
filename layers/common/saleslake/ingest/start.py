"""Ask for a run: files that arrive close together share one."""

from datetime import UTC, datetime, timedelta

from saleslake.aws.backend import Backend


def window_end(at: datetime, seconds: int) -> datetime:
    """End of the window of ``seconds`` that ``at`` falls into; windows are counted from midnight UTC."""
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (at - midnight) // timedelta(seconds=seconds)
    return midnight + timedelta(seconds=seconds * (passed + 1))


def ask_for_run(backend: Backend) -> None:
    """Start the execution of the present window, unless it was started already.

    An execution is named by the end of its window and plans after it: whatever was recorded within the window is
    seen by that plan, so the file that finds its execution started needs none of its own.
    """
    end = window_end(datetime.now(UTC), backend.settings.batch_window_seconds)
    backend.machine.start(f"files-{end:%Y%m%dT%H%M%SZ}", {"start_at": f"{end:%Y-%m-%dT%H:%M:%SZ}"})
