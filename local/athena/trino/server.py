"""One Trino process: written its settings, started, waited for, and ended with the cloud it belongs to."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from local.athena.engine import Session
from local.athena.trino.fetch import TrinoMissing, cache_folder, fetch_server
from local.athena.trino.java import Java, JavaMissing, find_java
from local.athena.trino.settings import as_properties, catalog_settings, jvm_flags, server_settings

__all__ = ["JavaMissing", "TrinoDidNotStart", "TrinoMissing", "TrinoServer", "prepare"]

START_SECONDS = 120
# Java does not notice that whoever started it died. This shell does: its standard input ends.
GUARD = (
    'exec 3<&0; "$@" </dev/null 3<&- & java=$!; { cat <&3 >/dev/null; kill $java 2>/dev/null; } & wait $java'
)


class TrinoDidNotStart(Exception):
    """The server ended, or did not answer in time; the message ends with what its log says last."""


class TrinoServer:
    """A Trino bound to 127.0.0.1 that reads Glue and S3 at one endpoint; it writes only under ``folder``."""

    def __init__(self, folder: Path, session: Session, port: int | None = None) -> None:
        self.folder = folder
        self.session = session
        self.port = port or _free_port()
        self.log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server in the background; `wait` returns when it answers.

        Raises
        ------
        TrinoMissing, JavaMissing
            It cannot be fetched, or no Java here runs it.
        """
        java, home = prepare()
        config = self._write_settings(home)
        command = [str(java.command), *jvm_flags(java), f"-Dconfig={config}"]
        command += ["-cp", f"{home / 'lib'}/*", "io.trino.server.TrinoServer"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", GUARD, "trino", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=_environment(),
                start_new_session=True,
            )

    def wait(self) -> None:
        """Return when the server answers.

        Raises
        ------
        TrinoDidNotStart
            It ended, or does not answer within two minutes.
        """
        deadline = time.monotonic() + START_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.2)
        self.stop()
        last = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
        raise TrinoDidNotStart(f"Trino did not start; its log ({self.log}) ends:\n{last}")

    def stop(self) -> None:
        """End the server; returns when the process is gone."""
        if self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        self._process.wait()
        self._process = None

    def _write_settings(self, home: Path) -> Path:
        catalogs = self.folder / "catalog"
        shutil.rmtree(catalogs, ignore_errors=True)
        catalogs.mkdir(parents=True)
        for name, settings in catalog_settings(self.session).items():
            (catalogs / f"{name}.properties").write_text(as_properties(settings))
        config = self.folder / "config.properties"
        plugins = str(home / "plugin")
        config.write_text(as_properties(server_settings(self.port, plugins, str(catalogs))))
        return config

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/v1/info", timeout=2) as answer:
                return json.load(answer)["starting"] is False
        except OSError:
            return False


def prepare() -> tuple[Java, Path]:
    """The Java to run and the folder of the server; what is missing is fetched, with progress on stderr."""
    return find_java(cache_folder()), fetch_server(cache_folder())


def _environment() -> dict[str, str]:
    """What Java needs of ours; no AWS settings, which would compete with the catalogs' own."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "JAVA_TOOL_OPTIONS"))
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
