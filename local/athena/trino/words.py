"""Athena's DDL cut into words. (sqlglot's lexer takes the rest of a SHOW, ALTER or VACUUM as one piece.)"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(
    r"""(?P<skipped>\s+|--[^\n]*|/\*.*?\*/)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\w+|.""", re.DOTALL
)


@dataclass(frozen=True)
class Word:
    """A keyword, name, literal or sign, and where it stands."""

    text: str
    start: int
    end: int

    @property
    def keyword(self) -> str:
        """In upper case; a quoted name is no keyword."""
        return self.text.upper()

    @property
    def name(self) -> str:
        """Without the quotes it may have."""
        return self.text[1:-1] if self.text[0] in '"`' else self.text


def words_of(sql: str) -> list[Word]:
    """The words of a statement; comments and a closing semicolon are left out."""
    found = [Word(m[0], m.start(), m.end()) for m in _WORD.finditer(sql) if m["skipped"] is None]
    while found and found[-1].text == ";":
        found.pop()
    return found


def outside_brackets(words: list[Word]) -> Iterator[Word]:
    """The words that are in no brackets, closing brackets included."""
    depth = 0
    for word in words:
        if word.text == ")":
            depth -= 1
        if depth == 0:
            yield word
        if word.text == "(":
            depth += 1


def leading_name(words: list[Word]) -> str:
    """The possibly qualified name a list of words begins with, in Trino's quotes."""
    parts = [words[0].name] if words else []
    for dot, part in zip(words[1::2], words[2::2], strict=False):
        if dot.text != ".":
            break
        parts.append(part.name)
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
