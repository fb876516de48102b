"""The Python environment functions run in: AWS's runtime client and boto3, and nothing else."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

LOCK = Path(__file__).with_name("requirements.txt")


def runtime_folder(cache: Path) -> Path:
    """Where the environment of the present lock and interpreter belongs."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    key = hashlib.sha256(LOCK.read_bytes() + sys.base_prefix.encode()).hexdigest()[:16]
    return cache / f"lambda-runtime-{version}-{key}"


def runtime_python(cache: Path) -> Path:
    """The interpreter of the runtime environment, which need not exist yet."""
    return runtime_folder(cache) / "bin" / "python"


def create(cache: Path) -> Path:
    """Create the environment unless it is there; returns its interpreter.

    Raises
    ------
    subprocess.CalledProcessError
        pip could not install the lock.
    """
    folder = runtime_folder(cache)
    if folder.exists():
        return runtime_python(cache)
    half_done = folder.with_name(f"{folder.name}.{_unique()}")
    venv.create(half_done, with_pip=True, symlinks=True)
    python = half_done / "bin" / "python"
    pip: list[str] = [str(python), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "install", "--require-hashes", "--only-binary=:all:", "-r", str(LOCK)], check=True)
    subprocess.run([*pip, "uninstall", "--yes", "pip"], check=True)
    try:
        half_done.rename(folder)  # another cloud may have been quicker
    except OSError:
        shutil.rmtree(half_done)
    return runtime_python(cache)


def _unique() -> str:
    import uuid

    return uuid.uuid4().hex[:8]
