"""Fetching Trino: whole or not at all, and clear about what is missing. No Java and no download needed."""

import io
import tarfile
from pathlib import Path

import pytest

from local.athena.trino import fetch, java

TOP = f"trino-server-{fetch.VERSION}"


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small archive built like Trino's, lying where Maven would have put it."""
    path = tmp_path / "maven" / "io" / "trino" / "trino-server" / fetch.VERSION / fetch.ARCHIVE
    path.parent.mkdir(parents=True)
    with tarfile.open(path, "w:gz") as content:
        for name in (
            "lib/main.jar",
            "plugin/delta-lake/shared.jar",
            "plugin/mysql/mysql.jar",
            "bin/launcher",
        ):
            member = tarfile.TarInfo(f"{TOP}/{name}")
            member.size = len(name)
            content.addfile(member, io.BytesIO(name.encode()))
        link = tarfile.TarInfo(f"{TOP}/plugin/hive/shared.jar")
        link.type, link.linkname = tarfile.LNKTYPE, f"{TOP}/plugin/delta-lake/shared.jar"
        content.addfile(link)
    monkeypatch.setattr(fetch, "SHA256", fetch.hashlib.sha256(path.read_bytes()).hexdigest())
    return path


def test_only_the_plugins_in_use_are_kept_with_the_jars_they_share(archive: Path, tmp_path: Path) -> None:
    home = fetch.fetch_server(tmp_path)
    kept = sorted(str(path.relative_to(home)) for path in home.rglob("*.jar"))
    assert kept == ["lib/main.jar", "plugin/hive/shared.jar"]
    assert (home / "plugin/hive/shared.jar").read_text() == "plugin/delta-lake/shared.jar"
    assert not (tmp_path / "maven").exists()


def test_a_fetch_that_was_killed_while_unpacking_is_done_again(archive: Path, tmp_path: Path) -> None:
    half = tmp_path / ".unpack-1" / TOP / "lib"
    half.mkdir(parents=True)
    assert fetch.cached_server(tmp_path) is None
    fetch.fetch_server(tmp_path)
    assert not (tmp_path / ".unpack-1").exists()


def test_a_wrong_archive_is_removed_and_named(archive: Path, tmp_path: Path) -> None:
    archive.write_bytes(b"half")
    with pytest.raises(fetch.TrinoMissing, match="is not the expected file"):
        fetch.fetch_server(tmp_path)
    assert not archive.exists()
    assert fetch.cached_server(tmp_path) is None


def test_without_maven_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(fetch.TrinoMissing, match="Maven, which fetches it, is not installed"):
        fetch.fetch_server(tmp_path)


def test_an_old_java_is_passed_over_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "bin" / "java"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'openjdk version \"17.0.1\"' >&2\n")
    old.chmod(0o755)
    monkeypatch.setattr(java, "INSTALLED", ())
    monkeypatch.setattr(java, "REQUIREMENTS", tmp_path / "missing.txt")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(java.JavaMissing, match=r"Java 24 or newer \(found: Java 17 .*\)"):
        java.find_java(tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*"))
