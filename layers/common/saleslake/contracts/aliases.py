"""Map an alias: the many spellings of a value to its canonical one. The only implementation."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from saleslake.errors import ContractInvalid

WHITESPACE = " \t\r\n\u00a0"  # what people leave around a value; the SQL trims the same characters

_RUNS = re.compile(f"[{WHITESPACE}]+")

Aliases = tuple[tuple[str, tuple[str, ...]], ...]


def fold(text: str) -> str:
    """The text with case, surrounding and repeated whitespace taken away: what spellings are compared by."""
    return " ".join(part for part in _RUNS.split(text) if part).lower()


def canonical(text: str, aliases: Aliases) -> str | None:
    """The canonical value a spelling stands for, or None where nobody listed it."""
    return spellings(aliases).get(fold(text))


@cache
def spellings(aliases: Aliases) -> Mapping[str, str]:
    """Folded spelling -> canonical value; the canonical value is a spelling of itself.

    Raises
    ------
    ContractInvalid
        One spelling stands for two values.
    """
    found: dict[str, str] = {}
    for value, others in aliases:
        for spelling in (value, *others):
            if found.setdefault(fold(spelling), value) != value:
                raise ContractInvalid(f"{spelling!r} stands for both {found[fold(spelling)]!r} and {value!r}")
    return found


@cache
def load_aliases(name: str) -> Aliases:
    """The list ``aliases/<name>.yaml``: canonical value -> spellings.

    Raises
    ------
    ContractInvalid
        The file is missing, is not a mapping of lists, or lists a spelling twice.
    """
    path = files("saleslake.contracts") / "aliases" / f"{name}.yaml"
    try:
        document: Any = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    except (FileNotFoundError, yaml.YAMLError) as problem:
        raise ContractInvalid(f"aliases/{name}.yaml: {problem}") from problem
    if not isinstance(document, Mapping):
        raise ContractInvalid(f"aliases/{name}.yaml: expected a mapping of canonical value to spellings")
    loaded = tuple((_text(name, value), _texts(name, value, others)) for value, others in document.items())
    try:
        spellings(loaded)
    except ContractInvalid as problem:
        raise ContractInvalid(f"aliases/{name}.yaml: {problem}") from None
    return loaded


def _texts(name: str, value: object, others: object) -> tuple[str, ...]:
    if not isinstance(others, Sequence) or isinstance(others, str):
        raise ContractInvalid(f"aliases/{name}.yaml: {value}: expected a list of spellings")
    return tuple(_text(name, other) for other in others)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):  # YAML reads NO and OR-like words as it likes; quote them
        raise ContractInvalid(f"aliases/{name}.yaml: {value!r} is not text; quote it")
    return value
