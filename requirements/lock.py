"""Write every lock from its .in file, or with --check say which are stale.

One lock per place packages are installed. Layers and the functions' runtime hold Linux wheels only.
"""

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAMBDA = ("--python-platform", "x86_64-manylinux_2_28")
EVERYWHERE = ("--universal",)
LOCKS = {
    "requirements/bootstrap": EVERYWHERE,
    "requirements/dev": EVERYWHERE,
    "requirements/contracts": EVERYWHERE,
    "layers/common/requirements": LAMBDA,
    "layers/engine/requirements": LAMBDA,
    "local/runtime/requirements": LAMBDA,
    "local/athena/trino/java/requirements": EVERYWHERE,
}
OPTIONS = ("--generate-hashes", "--python-version", "3.13", "--no-header", "--no-annotate", "--quiet")


def compile_lock(name: str, output: Path) -> None:
    """Resolve ``<name>.in`` into ``output``; versions already in ``output`` are kept where they still fit."""
    uv = shutil.which("uv", path=sysconfig.get_path("scripts")) or "uv"
    command = [uv, "pip", "compile", f"{name}.in", "--output-file", str(output), *OPTIONS, *LOCKS[name]]
    subprocess.run(command, cwd=ROOT, check=True)


def is_fresh(name: str) -> bool:
    """Whether resolving ``<name>.in`` today, preferring the locked versions, gives the lock as it stands."""
    lock = ROOT / f"{name}.txt"
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder) / lock.name
        again.write_bytes(lock.read_bytes())
        compile_lock(name, again)
        return again.read_bytes() == lock.read_bytes()


def main(arguments: list[str]) -> int:
    """Compile all locks, or check them; the exit code is the number of stale ones."""
    if arguments == ["--check"]:
        stale = [name for name in LOCKS if not is_fresh(name)]
        for name in stale:
            print(f"{name}.txt does not follow from {name}.in: run `make locks`", file=sys.stderr)
        return len(stale)
    for name in LOCKS:
        compile_lock(name, ROOT / f"{name}.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
