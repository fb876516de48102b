"""The first gate: statements, functions and table properties that Athena's documentation names, and no others."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.conformance.statements import Statement, Token

# Words that stand before a bracket without being functions.
KEYWORDS = frozenset(
    [
        "ALL",
        "AND",
        "ANY",
        "ARRAY",
        "AS",
        "BETWEEN",
        "BY",
        "CHAR",
        "CUBE",
        "CURRENT_TIMESTAMP",
        "DECIMAL",
        "DISTINCT",
        "ELSE",
        "EXCEPT",
        "EXISTS",
        "FETCH",
        "FILTER",
        "FIRST",
        "FROM",
        "GROUPING",
        "HAVING",
        "IN",
        "INSERT",
        "INTERSECT",
        "INTO",
        "INTERVAL",
        "IS",
        "JOIN",
        "LATERAL",
        "LIKE",
        "LIMIT",
        "LOCALTIMESTAMP",
        "MAP",
        "NOT",
        "NULL",
        "OFFSET",
        "ON",
        "OR",
        "OVER",
        "PARTITION",
        "PARTITIONED",
        "ROLLUP",
        "ROW",
        "SELECT",
        "SETS",
        "SOME",
        "STRUCT",
        "TABLE",
        "TBLPROPERTIES",
        "THEN",
        "TIME",
        "TIMESTAMP",
        "UNION",
        "USING",
        "VALUES",
        "VARCHAR",
        "WHEN",
        "WHERE",
        "WITH",
        "WITHIN",
    ]
)
FUNCTIONS_TOO = frozenset({"FILTER", "MAP"})  # keywords and functions both


@dataclass(frozen=True)
class Fault:
    """What a statement uses and Athena does not have; ``where`` is file and line."""

    where: str
    reason: str

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


@cache
def documented() -> dict[str, Any]:
    """The data file beside this one."""
    loaded: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "athena.yaml").read_text())
    return loaded


@cache
def functions() -> frozenset[str]:
    """Names of all functions Athena documents, in lower case."""
    return frozenset(
        name for topic in documented()["functions"].values() for name in topic["allowed"].split()
    )


def faults(statement: Statement) -> list[Fault]:
    """Everything in a statement that is not on the list."""
    tokens = statement.tokens
    found = [*_statement_faults(tokens), *_property_faults(tokens), *_function_faults(tokens)]
    return [Fault(statement.at(statement.sql.count("\n", 0, start) + 1), reason) for start, reason in found]


def _statement_faults(tokens: list[Token]) -> list[tuple[int, str]]:
    words = [token.word for token in tokens if token.text != "("][:4]
    rules = documented()["statements"]
    found = []
    if not any(words[: len(form)] == form for form in (entry.split() for entry in rules["allowed"])):
        found.append((tokens[0].start, f"Athena has no statement {' '.join(words[:2])} ({rules['page']})"))
    everything = [token.word for token in tokens]
    for refused in rules["refused"]:
        form = refused["words"].split()
        for at in range(len(everything)):
            if everything[at : at + len(form)] == form:
                found.append(
                    (tokens[at].start, f"{refused['words']}: {refused['reason']} ({refused['page']})")
                )
    return found


def _property_faults(tokens: list[Token]) -> list[tuple[int, str]]:
    words = [token.word for token in tokens]
    if words[:1] not in (["CREATE"], ["ALTER"]):
        return []
    known = documented()["table_properties"]
    kind = "external" if "EXTERNAL" in words[:3] else "iceberg"
    keys: list[Token] = []
    if "TBLPROPERTIES" in words:
        keys = _keys(tokens, words.index("TBLPROPERTIES") + 1)
    elif words[:2] == ["CREATE", "TABLE"] and "WITH" in words[:10]:
        kind, keys = "create_as", _keys(tokens, words.index("WITH") + 1)
    page = known[kind]["page"]
    return [
        (key.start, f"Athena has no table property {key.text.strip(chr(39))} ({page})")
        for key in keys
        if not _property_known(key.text.strip("'").lower(), known[kind]["allowed"])
    ]


def _keys(tokens: list[Token], opening: int) -> list[Token]:
    """What stands before each = of a bracketed list of properties."""
    depth, found = 0, []
    for at in range(opening, len(tokens)):
        depth += (tokens[at].text == "(") - (tokens[at].text == ")")
        if depth == 0:
            break
        if depth == 1 and tokens[at].text == "=":
            found.append(tokens[at - 1])
    return found


def _property_known(name: str, allowed: list[str]) -> bool:
    return any(name == entry or (entry.endswith("*") and name.startswith(entry[:-1])) for entry in allowed)


def _function_faults(tokens: list[Token]) -> list[tuple[int, str]]:
    page = "https://docs.aws.amazon.com/athena/latest/ug/functions-env3.html"
    transforms = documented()["table_properties"]["iceberg"]["transforms"]
    allowed = functions() | (set(transforms) if tokens[0].word == "CREATE" else set())
    return [
        (tokens[at].start, f"Athena documents no function {tokens[at].text.lower()} ({page})")
        for at in range(len(tokens) - 1)
        if _is_call(tokens, at) and tokens[at].text.lower() not in allowed
    ]


def _is_call(tokens: list[Token], at: int) -> bool:
    """Whether a name before an opening bracket calls a function: not a keyword, type, table or alias."""
    token, before = tokens[at], tokens[at - 1].word if at else ""
    if token.kind != "name" or token.text.startswith('"') or tokens[at + 1].text != "(":
        return False
    if token.word in KEYWORDS - FUNCTIONS_TOO or before in ("AS", "INTO", "TABLE", "VIEW", ")", "."):
        return False
    if token.word == "FILTER" and before == ")":
        return False
    return not _names_columns(tokens, at)


def _names_columns(tokens: list[Token], at: int) -> bool:
    """Whether this is ``name (column, …) AS (``: a common table expression with its columns."""
    depth = 0
    for position in range(at + 1, len(tokens)):
        depth += (tokens[position].text == "(") - (tokens[position].text == ")")
        if depth == 0:
            return [token.word for token in tokens[position + 1 : position + 3]] == ["AS", "("]
    return False
