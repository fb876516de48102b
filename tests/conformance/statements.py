"""Every SQL statement of the project, found by walking: files cut into statements, and what code composes."""

import importlib
import re
from dataclasses import dataclass
from pathlib import Path

import saleslake

ROOT = Path(saleslake.__file__).parent
CHECKOUT = Path(__file__).resolve().parents[2]
COMPOSED = (
    "composed_statements"  # a module that composes SQL has a function of this name: see docs/local-cloud.md
)

TOKEN = re.compile(
    r"""(?P<skipped>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>'(?:[^']|'')*')|(?P<name>"(?:[^"]|"")*"|[A-Za-z_]\w*)"""
    r"""|(?P<number>\d[\w.]*)|(?P<sign><>|>=|<=|!=|\|\||->|=>|::|.)""",
    re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of SQL text and where it stands in its statement."""

    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        """In upper case."""
        return self.text.upper()


@dataclass(frozen=True)
class Statement:
    """One statement of a file, or one that code composed, as it is written."""

    source: str  # path below the package, or the function that composed it
    line: int  # where its text begins in the file
    sql: str

    @property
    def name(self) -> str:
        return f"{self.source}:{self.line}"

    @property
    def tokens(self) -> list[Token]:
        return tokens_of(self.sql)

    @property
    def kind(self) -> str:
        """``table``, ``view``, ``query`` or ``change``, by its first words."""
        first = self.tokens[0].word if self.tokens else ""
        if first == "CREATE" and any(token.word == "VIEW" for token in self.tokens[1:4]):
            return "view"
        if first in ("SELECT", "WITH", "VALUES", "("):
            return "query"
        return "change" if first in ("INSERT", "DELETE", "UPDATE", "MERGE") else "table"

    def at(self, line_in_statement: int) -> str:
        """File and line, as an editor takes it."""
        return f"{self.source}:{self.line + line_in_statement - 1}"


def tokens_of(sql: str) -> list[Token]:
    """The tokens of SQL text without white space and comments."""
    return [
        Token(str(found.lastgroup), found[0], found.start())
        for found in TOKEN.finditer(sql)
        if found.lastgroup != "skipped"
    ]


def statements_of(path: Path, below: Path) -> list[Statement]:
    """The statements of one file; a comment belongs to the statement after it."""
    text = path.read_text(encoding="utf-8")
    tokens = tokens_of(text)
    ends = [token.start for token in tokens if token.text == ";"]
    found = []
    for start, end in zip([0, *(end + 1 for end in ends)], [*ends, len(text)], strict=True):
        if not tokens_of(text[start:end]):
            continue
        begin = start + len(text[start:end]) - len(text[start:end].lstrip())
        line = text.count("\n", 0, begin) + 1
        found.append(Statement(str(path.relative_to(below)), line, text[begin:end].rstrip()))
    return found


def files(root: Path = ROOT) -> list[Path]:
    """Every .sql file below a folder."""
    return sorted(root.rglob("*.sql"))


def from_files(root: Path = ROOT) -> list[Statement]:
    """Every statement of every .sql file below a folder."""
    return [statement for path in files(root) for statement in statements_of(path, root)]


def composed() -> list[Statement]:
    """What modules of the package compose at run time: `composed_statements()` gives names and SQL texts."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        if f"def {COMPOSED}(" in path.read_text(encoding="utf-8"):
            module = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
            statements = getattr(importlib.import_module(module), COMPOSED)()
            found += [Statement(f"{module}.{COMPOSED}[{name}]", 1, sql) for name, sql in statements]
    return found
