"""Code and layers on disk: each zip unpacked once per content, as AWS unpacks it once per environment."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import threading
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

_lock = threading.Lock()


class Store:
    """Unpacked zips below one folder, named by their content's hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._hashes: dict[int, tuple[bytes, str]] = {}  # the emulator keeps each zip as one bytes object

    def code(self, blob: bytes) -> Path:
        """The folder that holds the unpacked deployment package."""
        return self._unpacked(blob)

    def layers(self, blobs: Sequence[bytes]) -> Path:
        """The folder that holds all layers merged in their order, as /opt does: a later file wins."""
        parts = [self._unpacked(blob) for blob in blobs]
        if len(parts) == 1:
            return parts[0]
        key = hashlib.sha256("".join(part.name for part in parts).encode()).hexdigest()

        def merge(target: Path) -> None:
            for part in parts:
                _link_tree(part, target)

        return self._once(key, merge)

    def _unpacked(self, blob: bytes) -> Path:
        return self._once(self._hash(blob), lambda target: _extract(blob, target))

    def _hash(self, blob: bytes) -> str:
        known = self._hashes.get(id(blob))
        if known is None or known[0] is not blob:
            known = self._hashes[id(blob)] = (blob, hashlib.sha256(blob).hexdigest())
        return known[1]

    def _once(self, key: str, fill: Callable[[Path], None]) -> Path:
        target = self._folder / key
        with _lock:
            if not target.exists():
                half_done = target.with_suffix(".new")
                shutil.rmtree(half_done, ignore_errors=True)
                half_done.mkdir(parents=True)
                fill(half_done)
                half_done.rename(target)
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


def _link_tree(source: Path, target: Path) -> None:
    for folder, _, files in os.walk(source):
        destination = target / Path(folder).relative_to(source)
        destination.mkdir(parents=True, exist_ok=True)
        for name in files:
            (destination / name).unlink(missing_ok=True)
            os.link(Path(folder) / name, destination / name)
