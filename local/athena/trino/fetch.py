"""The Trino server: fetched once by its Maven coordinates into a cache folder, only the parts we run."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

VERSION = "476"
COORDINATES = f"io.trino:trino-server:{VERSION}:tar.gz"
ARCHIVE = f"trino-server-{VERSION}.tar.gz"
SHA256 = "cfd5accde17e8ebd251eeeb78aed1f490e77bb3a164d95a0f454bf8a7c1cbd3f"
SIZE = 821_045_832
KEPT = ("lib", "plugin/hive", "plugin/iceberg", "plugin/memory")  # the other 50 plugins are not unpacked
CACHE = Path(__file__).resolve().parents[3] / ".cache" / "trino"


class TrinoMissing(Exception):
    """The server is not in the cache and could not be fetched; the message says what to do."""


def cache_folder() -> Path:
    """Where the server and its Java are kept: ``.cache/trino`` in the checkout, shared by all clouds."""
    return CACHE


def cached_server(cache: Path) -> Path | None:
    """The unpacked server, or None when it was not fetched yet."""
    home = cache / f"trino-server-{VERSION}"
    return home if home.is_dir() else None


def fetch_server(cache: Path) -> Path:
    """Folder of the unpacked server; fetches it (821 MB) the first time.

    The folder appears in one rename, so a fetch that was killed leaves nothing that looks finished. An
    archive that had arrived whole is used by the next try. Two fetches at once wait for each other.

    Raises
    ------
    TrinoMissing
        Maven is missing or failed, or the archive is not the expected one.
    """
    if home := cached_server(cache):
        return home
    cache.mkdir(parents=True, exist_ok=True)
    with _only_one(cache):
        if home := cached_server(cache):
            return home
        for leftover in cache.glob(".unpack-*"):
            shutil.rmtree(leftover)
        archive = _download(cache / "maven")
        _verify(archive)
        home = _unpack(archive, cache)
        shutil.rmtree(cache / "maven")
        return home


@contextmanager
def _only_one(cache: Path) -> Iterator[None]:
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released by the kernel when the holder dies
        yield


def _download(repository: Path) -> Path:
    """Let Maven bring the archive into a repository of its own, showing how far it is."""
    folder = repository / "io" / "trino" / "trino-server" / VERSION
    archive = folder / ARCHIVE
    if archive.exists():
        return archive
    maven = shutil.which("mvn")
    if maven is None:
        raise TrinoMissing(
            f"Trino {VERSION} is not in the cache, and Maven, which fetches it, is not installed. Install it "
            "(apt-get install maven, brew install maven), or use the embedded engine (ENGINE=duckdb)."
        )
    repository.mkdir(parents=True, exist_ok=True)
    command = [maven, "--batch-mode", "--strict-checksums", f"-Dmaven.repo.local={repository}"]
    command += ["dependency:get", f"-Dartifact={COORDINATES}", "-Dtransitive=false"]
    log = repository / "maven.log"
    with log.open("w") as output:
        running = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            _show_progress(running, folder)
        finally:
            running.kill()
            running.wait()
    if running.returncode or not archive.exists():
        reasons = [line for line in log.read_text().splitlines() if line.startswith("[ERROR]")]
        raise TrinoMissing(f"Maven could not fetch {COORDINATES}:\n" + "\n".join(reasons[:5]))
    return archive


def _show_progress(running: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Print the megabytes that arrived until Maven ends: in place on a terminal, else at every tenth."""
    told = -1
    while running.poll() is None:
        arrived = max((file.stat().st_size for file in _files(folder)), default=0)
        if sys.stderr.isatty():
            print(
                f"\rFetching Trino {VERSION}: {arrived / 1e6:.0f} of {SIZE / 1e6:.0f} MB",
                end="",
                file=sys.stderr,
            )
        elif (tenth := arrived * 10 // SIZE) > told:
            print(f"Fetching Trino {VERSION}: {arrived / 1e6:.0f} of {SIZE / 1e6:.0f} MB", file=sys.stderr)
            told = tenth
        time.sleep(0.5)
    if sys.stderr.isatty():
        print(file=sys.stderr)


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file()] if folder.is_dir() else []


def _verify(archive: Path) -> None:
    with archive.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != SHA256:
        archive.unlink()
        raise TrinoMissing(f"{ARCHIVE} is not the expected file (sha256 {found}); it was removed, try again.")


def _unpack(archive: Path, cache: Path) -> Path:
    """Unpack the kept folders; the archive stores a jar once and links to it from each plugin."""
    print(f"Unpacking Trino {VERSION} …", file=sys.stderr)
    aside = cache / f".unpack-{os.getpid()}"
    top = f"trino-server-{VERSION}"
    prefixes = tuple(f"{top}/{folder}/" for folder in KEPT)
    with tarfile.open(archive) as content:
        kept = [member for member in content.getmembers() if member.name.startswith(prefixes)]
        wanted = {member.name for member in kept} | {member.linkname for member in kept if member.islnk()}
        borrowed = sorted(wanted - {member.name for member in kept})
        for member in content.getmembers():  # in the archive's order: it is one compressed stream
            if member.name in wanted:
                content.extract(member, aside, filter="data")
    for name in borrowed:
        (aside / name).unlink()  # the hard links in the kept folders hold the content
    for folder in sorted((aside / top / "plugin").iterdir()):
        if f"plugin/{folder.name}" not in KEPT:
            shutil.rmtree(folder)
    home = cache / top
    (aside / top).rename(home)
    aside.rmdir()
    return home
