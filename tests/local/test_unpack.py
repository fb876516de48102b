"""Layers are unpacked and compiled once for all clouds of the checkout."""

import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from local.runtime.unpack import Store

PYTHON = Path(sys.executable)


def layer(**modules: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        for name, text in modules.items():
            files.writestr(f"python/{name}.py", text)
    return archive.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "own", tmp_path / "shared", PYTHON)


def value(folder: Path, module: str = "own") -> str:
    """What the module's V is when a function imports it."""
    command = [str(PYTHON), "-I", "-B", "-c", f"import sys; sys.path[:0] = [{str(folder / 'python')!r}]; "]
    command[-1] += f"import {module}; print({module}.V, {module}.__spec__.cached)"
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    return answer.stdout.split()[0] if answer.returncode == 0 else answer.stderr.splitlines()[-1]


def test_a_layer_is_unpacked_and_compiled_once_for_all_clouds(store: Store, tmp_path: Path) -> None:
    blob = layer(own="V = 1")
    folder = store.layers([blob])
    compiled = list(folder.rglob("*.pyc"))
    assert [path.name for path in compiled] == [f"own.{sys.implementation.cache_tag}.pyc"]
    before = compiled[0].stat()
    other = Store(tmp_path / "other", tmp_path / "shared", PYTHON)
    assert other.layers([bytes(bytearray(blob))]) == folder
    assert compiled[0].stat().st_mtime_ns == before.st_mtime_ns
    assert value(folder) == "1"


def test_bytecode_is_read_instead_of_compiled_again(store: Store) -> None:
    """The source is never looked at again: that is why nobody may write to it."""
    folder = store.layers([layer(own="V = 1")])
    (folder / "python" / "own.py").write_text("V = 2")
    assert value(folder) == "1"


def test_a_later_layer_wins_also_where_it_does_not_compile(store: Store) -> None:
    first, second, broken = layer(own="V = 1", other="V = 3"), layer(own="V = 2"), layer(own="V =")
    merged = store.layers([first, second])
    assert (value(merged), value(merged, "other")) == ("2", "3")
    assert value(store.layers([first, broken])) == "SyntaxError: invalid syntax"


def test_a_functions_own_code_stays_as_it_was_deployed(store: Store, tmp_path: Path) -> None:
    code = store.code(layer(app="V = 1"))
    assert code.parent == tmp_path / "own"
    assert [path.name for path in code.rglob("*") if path.is_file()] == ["app.py"]


def test_layers_nobody_used_for_days_are_removed(store: Store, tmp_path: Path) -> None:
    old, used = store.layers([layer(own="V = 1")]), layer(own="V = 2")
    kept = store.layers([used])
    for folder in (old, kept):
        os.utime(folder, (time.time() - 3 * 24 * 3600,) * 2)
    assert store.layers([used]) == kept
    store.forget()
    assert (old.exists(), kept.exists()) == (False, True)
    assert list((tmp_path / "shared").iterdir()) == [kept]
