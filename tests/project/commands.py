"""The commands that README and docs show, and what may be said of each without running it."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
# Each is a whole run of the pipeline, or several.
LOADS_AGAIN = tuple(f"saleslake {verb}" for verb in ("backfill", "replay", "rebuild", "expire", "maintain"))
_BLOCK = re.compile(r"^```(?:sh|bash|shell|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One line of a shell block: where it stands, its words, and what its comment says it needs."""

    page: str
    line: str
    needs: frozenset[str]

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line)

    def __str__(self) -> str:
        return f"{self.page}: {self.line}"


def shown() -> list[Command]:
    """Every command line of every shell block, comments cut off."""
    found = []
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text()):
            for line in block.replace("\\\n", " ").splitlines():
                text, _, comment = line.partition(" #")
                if text.strip() and not text.startswith("#"):
                    needs = frozenset(word for word in ("AWS", "Docker", "Java", "Maven") if word in comment)
                    found.append(Command(str(page.relative_to(ROOT)), text.strip(), needs))
    return found


def make_targets() -> dict[str, set[str]]:
    """Targets of the Makefile, and the variables that its help line or recipe takes."""
    text = (ROOT / "Makefile").read_text()
    everywhere = set(re.findall(r"^([A-Z]+) *\?=", text, re.MULTILINE))
    sections = re.findall(r"^([a-z]+):([^\n]*\n(?:\t[^\n]*\n?|\n)*)", text, re.MULTILINE)
    return {
        name: everywhere | set(re.findall(r"\$\((?:if \$\()?([A-Z]+)\)", body)) for name, body in sections
    }
