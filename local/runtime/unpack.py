"""Code and layers on disk: each zip unpacked once per content, as AWS unpacks it once per environment.

Layers are large and seldom change: they are shared by all clouds of the checkout, compiled, and never written to
once they are there. AWS runs them from a cache as well; without one every cold start would compile them anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import shutil
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

KEPT_SECONDS = 2 * 24 * 3600.0  # every change of our own layer leaves some 20 MB behind

_lock = threading.Lock()


class Store:
    """Unpacked zips, named by their content's hash.

    Parameters
    ----------
    own
        Folder of this cloud's own functions' code.
    shared
        Folder of the layers, which other clouds of the checkout fill and use at the same time.
    python
        The interpreter layers are compiled for.
    """

    def __init__(self, own: Path, shared: Path, python: Path) -> None:
        self._own = own
        self._shared = shared
        self._python = python
        self._hashes: dict[int, tuple[bytes, str]] = {}  # the emulator keeps each zip as one bytes object

    @property
    def folders(self) -> tuple[Path, Path]:
        """What holds everything that is unpacked."""
        return self._own, self._shared

    def code(self, blob: bytes) -> Path:
        """The folder that holds the unpacked deployment package."""
        return self._once(self._own / self._hash(blob), lambda target: _extract(blob, target))

    def layers(self, blobs: Sequence[bytes]) -> Path:
        """The folder that holds all layers merged in their order, as /opt does: a later file wins."""
        parts = [self._layer(blob) for blob in blobs]
        if len(parts) == 1:
            return parts[0]
        key = hashlib.sha256("".join(part.name for part in parts).encode()).hexdigest()

        def merge(target: Path) -> None:
            for part in parts:
                _link_tree(part, target)

        return self._once(self._shared / key, merge)

    def forget(self, seconds: float = KEPT_SECONDS) -> None:
        """Remove the layers that no cloud has used for so long, and what a killed one left half done."""
        self._shared.mkdir(parents=True, exist_ok=True)
        limit = time.time() - seconds
        for folder in self._shared.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another cloud is starting too
                if folder.stat().st_mtime < limit:
                    shutil.rmtree(folder, ignore_errors=True)

    def _layer(self, blob: bytes) -> Path:
        target = self._shared / self._hash(blob)

        def fill(half_done: Path) -> None:
            _extract(blob, half_done)
            _compile(self._python, half_done, target)

        return self._once(target, fill)

    def _hash(self, blob: bytes) -> str:
        known = self._hashes.get(id(blob))
        if known is None or known[0] is not blob:
            known = self._hashes[id(blob)] = (blob, hashlib.sha256(blob).hexdigest())
        return known[1]

    def _once(self, target: Path, fill: Callable[[Path], None]) -> Path:
        with _lock:
            if target.exists():
                os.utime(target)
                return target
            half_done = target.with_name(f"{target.name}.{uuid.uuid4().hex[:8]}")
            half_done.mkdir(parents=True)
            fill(half_done)
            try:
                half_done.rename(target)
            except OSError:  # another cloud was quicker
                shutil.rmtree(half_done)
        return target


def unzipped_bytes(folder: Path) -> int:
    """The bytes of all files below, what AWS counts against its 250 MiB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _extract(blob: bytes, target: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(blob)) as archive:
        for member in archive.infolist():
            path = Path(archive.extract(member, target))  # refuses paths that leave the target
            mode = member.external_attr >> 16
            if mode & 0o111 and path.is_file():
                path.chmod(path.stat().st_mode | (mode & 0o111))


def _compile(python: Path, folder: Path, final: Path) -> None:
    """Put bytecode beside every module, valid as long as the folder is: its content never changes.

    A module that does not compile has none, and fails when a function imports it.
    """
    options = ["-q", "-q", "--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", str(final)]
    command = [str(python), "-m", "compileall", *options, str(folder)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def _link_tree(source: Path, target: Path) -> None:
    for folder, _, files in os.walk(source):
        destination = target / Path(folder).relative_to(source)
        destination.mkdir(parents=True, exist_ok=True)
        for name in files:
            (destination / name).unlink(missing_ok=True)
            os.link(Path(folder) / name, destination / name)
            # of an earlier layer's module that this one replaces; its own comes with the folder below
            (destination / "__pycache__" / f"{Path(name).stem}.{_TAG}.pyc").unlink(missing_ok=True)


_TAG = sys.implementation.cache_tag
