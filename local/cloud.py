"""Start, stop and look at one local cloud."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from local.settings import CHECKOUT, HOST, Settings

START_SECONDS = 60
STOP_SECONDS = 15


class CloudError(RuntimeError):
    """The cloud cannot be started or reached; the message says what to do."""


@dataclass(frozen=True)
class Process:
    """The running emulator as its pid file describes it."""

    pid: int
    port: int
    engine: str
    started: float  # clock ticks after boot: tells our process from a later one with the same pid


def start(settings: Settings) -> Process:
    """Start the emulator detached and wait until it answers. Does nothing when it already runs.

    Raises
    ------
    CloudError
        The port belongs to another program, this STATE runs on another port, or the emulator does not come up.
    """
    running = find(settings)
    if running:
        if (running.port, running.engine) != (settings.port, settings.engine):
            raise CloudError(
                f"{settings.state} already runs a cloud on port {running.port} with engine {running.engine}; "
                f"stop it with `python -m local down --state {settings.state}`."
            )
        return running
    if port_taken(settings.port):
        raise CloudError(
            f"port {settings.port} is taken by another program; choose another one with --port (PORT=… make up)."
        )
    if settings.engine == "trino":
        _fetch_trino()
    settings.state.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "local.server"]
    with settings.log_file.open("ab") as log:
        child = subprocess.Popen(
            [
                *command,
                "--port",
                str(settings.port),
                "--state",
                str(settings.state),
                "--engine",
                settings.engine,
                "--sql-memory",
                settings.sql_memory,
            ],
            cwd=CHECKOUT,
            env=settings.emulator_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    process = Process(child.pid, settings.port, settings.engine, _started(child.pid))
    settings.pid_file.write_text(json.dumps(asdict(process)))
    deadline = time.monotonic() + START_SECONDS
    while not ready(settings):
        if child.poll() is not None:
            settings.pid_file.unlink(missing_ok=True)
            raise CloudError(f"the emulator ended while starting:\n{_tail(settings.log_file)}")
        if time.monotonic() > deadline:
            stop(settings)
            raise CloudError(
                f"the emulator did not answer within {START_SECONDS} s:\n{_tail(settings.log_file)}"
            )
        time.sleep(0.1)
    return process


def _fetch_trino() -> None:
    """Have Trino and its Java in the cache before the emulator, which could not show the progress, wants them."""
    from local.athena.trino import server

    try:
        server.prepare()
    except (server.TrinoMissing, server.JavaMissing) as error:
        raise CloudError(str(error)) from error


def stop(settings: Settings) -> bool:
    """End the emulator of this STATE and everything it started. False when none was running."""
    running = find(settings)
    if running is None:
        settings.pid_file.unlink(missing_ok=True)
        return False
    os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while find(settings) is not None:
        if time.monotonic() > deadline:
            os.kill(running.pid, signal.SIGKILL)
        _reap(running.pid)
        time.sleep(0.05)
    settings.pid_file.unlink(missing_ok=True)
    return True


def find(settings: Settings) -> Process | None:
    """The emulator this STATE started, when it still runs."""
    try:
        process = Process(**json.loads(settings.pid_file.read_text()))
    except FileNotFoundError:
        return None
    return process if process.started and _started(process.pid) == process.started else None


def ready(settings: Settings) -> bool:
    """Whether the emulator answers on its port."""
    try:
        with urllib.request.urlopen(f"{settings.endpoint}/_ministack/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def port_taken(port: int) -> bool:
    """Whether something listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def free_port() -> int:
    """A port of 127.0.0.1 nothing listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _started(pid: int) -> float:
    """When the process began, 0 when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return _started_portable(pid)
    return 0.0 if fields[0] == "Z" else float(fields[19])


def _started_portable(pid: int) -> float:
    if Path("/proc/self").exists():
        return 0.0
    found = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    text = found.stdout.strip()
    return time.mktime(time.strptime(text)) if text else 0.0


def _reap(pid: int) -> None:
    """Collect the emulator when it is our own child, so that it does not stay a zombie."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def _tail(log: Path, lines: int = 20) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
