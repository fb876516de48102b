"""What kind of statement a text is, what it reads and writes, and where it takes parameters."""

from dataclasses import dataclass, field
from typing import Literal

from sqlglot import exp
from sqlglot.tokens import Token, TokenType

from local.athena.engine import StatementType
from local.athena.errors import user_error
from local.athena.sql import DIALECT, Malformed, name_of, parse

MAX_QUERY_BYTES = 262_144  # https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
Kind = Literal[
    "SELECT", "INSERT", "DELETE", "UPDATE", "MERGE", "CREATE_TABLE_AS_SELECT", "UNLOAD", "CREATE_TABLE",
    "CREATE_VIEW", "CREATE_DATABASE", "ALTER_TABLE", "DROP_TABLE", "DROP_VIEW", "DROP_DATABASE", "OPTIMIZE",
    "VACUUM", "SHOW", "DESCRIBE", "EXPLAIN",
]  # fmt: skip
# https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
TAKES_PARAMETERS: tuple[Kind, ...] = ("SELECT", "INSERT", "CREATE_TABLE_AS_SELECT", "UNLOAD")
_TYPES: dict[Kind, StatementType] = {
    "SELECT": "DML", "INSERT": "DML", "DELETE": "DML", "UPDATE": "DML", "MERGE": "DML", "UNLOAD": "DML",
    "CREATE_TABLE_AS_SELECT": "DDL", "CREATE_TABLE": "DDL", "CREATE_VIEW": "DDL", "CREATE_DATABASE": "DDL",
    "ALTER_TABLE": "DDL", "DROP_TABLE": "DDL", "DROP_VIEW": "DDL", "DROP_DATABASE": "DDL",
    "OPTIMIZE": "DML", "VACUUM": "DDL", "SHOW": "UTILITY", "DESCRIBE": "UTILITY", "EXPLAIN": "UTILITY",
}  # fmt: skip
Name = tuple[str | None, str]  # database as written, table


@dataclass(frozen=True)
class Statement:
    """A statement as the front needs to know it, before any engine has looked at it."""

    sql: str
    kind: Kind
    reads: tuple[Name, ...] = ()
    writes: Name | None = None
    location: str | None = None  # a folder the statement names and writes to
    external: bool = False
    parameters: tuple[int, ...] = field(default=(), repr=False)  # offsets of the question marks
    misplaced: bool = False  # a question mark outside of WHERE

    @property
    def type(self) -> StatementType:
        """As GetQueryExecution reports it."""
        return _TYPES[self.kind]


def analyse(sql: str) -> Statement:
    """Read one statement.

    Raises
    ------
    Malformed
        What StartQueryExecution refuses with MALFORMED_QUERY.
    """
    sql = sql.strip().removesuffix(";").rstrip()
    tokens = _tokens(sql)
    words = [token.text.upper() for token in tokens if token.token_type != TokenType.L_PAREN][:8]
    if not words:
        raise Malformed("line 1:1: mismatched input '<EOF>'")
    offsets = tuple(token.start for token in tokens if token.token_type == TokenType.PLACEHOLDER)
    first = words[0]
    if first in ("SELECT", "WITH", "VALUES", "TABLE", "INSERT", "DELETE", "UPDATE", "MERGE"):
        return _rows(sql, parse(sql), offsets)
    if first in ("CREATE", "DROP", "ALTER"):
        return _definition(sql, tokens, words, offsets)
    if first in ("OPTIMIZE", "VACUUM"):
        return Statement(sql, "OPTIMIZE" if first == "OPTIMIZE" else "VACUUM", writes=_name(tokens[1:]))
    if first in ("SHOW", "DESCRIBE", "DESC"):
        return _description(sql, tokens, words)
    if first == "EXPLAIN":
        inner = parse(sql[tokens[0].end + 1 :])
        return Statement(sql, "EXPLAIN", _tables(inner, None))
    if first == "UNLOAD":
        return _unload(sql, tokens, offsets)
    raise Malformed("Queries of this type are not supported")


def bind(statement: Statement, parameters: list[str]) -> str:
    """The SQL with each question mark replaced by its parameter, an SQL expression.

    Raises
    ------
    QueryFailed
        INVALID_PARAMETER_USAGE when their number is not that of the question marks, or one is no expression.
    """
    if len(parameters) != len(statement.parameters):
        message = f"Incorrect number of parameters: expected {len(statement.parameters)} but found {len(parameters)}"
        raise user_error("INVALID_PARAMETER_USAGE", message, "line 1:1")
    sql = statement.sql
    for offset, text in sorted(zip(statement.parameters, parameters, strict=True), reverse=True):
        sql = sql[:offset] + _constant(text) + sql[offset + 1 :]
    return sql


def _constant(text: str) -> str:
    """A parameter as it is put into the statement: anything but a plain literal in brackets."""
    try:
        tree = parse(f"SELECT {text}")
    except Malformed as error:
        raise user_error("INVALID_PARAMETER_USAGE", f"Not an expression: {text}", "line 1:1") from error
    clauses = [key for key, value in tree.args.items() if value and key != "expressions"]
    if not isinstance(tree, exp.Select) or clauses or len(tree.expressions) != 1:
        raise user_error("INVALID_PARAMETER_USAGE", f"Not an expression: {text}", "line 1:1")
    value = tree.expressions[0]
    if value.find(exp.Column, exp.Query, exp.Placeholder, exp.Star, exp.Alias) is not None:
        raise user_error("INVALID_PARAMETER_USAGE", f"Not a constant expression: {text}", "line 1:1")
    plain = isinstance(value, (exp.Literal, exp.Null, exp.Boolean))
    plain = plain or (isinstance(value, (exp.Cast, exp.Neg)) and isinstance(value.this, exp.Literal))
    return text if plain else f"({text})"


def _tokens(sql: str) -> list[Token]:
    try:
        return list(DIALECT.tokenize(sql.replace("`", '"')))
    except Exception as error:
        raise Malformed(f"line 1:1: {error}") from error


def _rows(sql: str, tree: exp.Expression, offsets: tuple[int, ...]) -> Statement:
    kinds: dict[type[exp.Expression], Kind] = {
        exp.Insert: "INSERT", exp.Delete: "DELETE", exp.Update: "UPDATE", exp.Merge: "MERGE",
    }  # fmt: skip
    kind = kinds.get(type(tree), "SELECT")
    target = None
    if kind != "SELECT":
        node = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        if not isinstance(node, exp.Table):
            raise Malformed("Queries of this type are not supported")
        target = (name_of(node.args.get("db")) or None, name_of(node.this))
    elif not isinstance(tree, (exp.Query, exp.Values)):
        raise Malformed("Queries of this type are not supported")
    misplaced = any(mark.find_ancestor(exp.Where) is None for mark in tree.find_all(exp.Placeholder))
    return Statement(sql, kind, _tables(tree, target), target, parameters=offsets, misplaced=misplaced)


def _tables(tree: exp.Expression, target: Name | None) -> tuple[Name, ...]:
    """The stored tables a statement mentions, the one it writes to included: their rows are read as well."""
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    found: dict[Name, None] = {}
    for table in tree.find_all(exp.Table):
        database, name = name_of(table.args.get("db")) or None, name_of(table.this).partition("$")[0]
        if name and (database or name not in ctes):
            found[database, name] = None
    if target is not None and isinstance(tree, exp.Insert):
        found.pop(target, None)
    return tuple(found)


def _definition(sql: str, tokens: list[Token], words: list[str], offsets: tuple[int, ...]) -> Statement:
    at = next((i for i, word in enumerate(words) if word in ("TABLE", "VIEW", "DATABASE", "SCHEMA")), None)
    if at is None or at > 4:
        raise Malformed("Queries of this type are not supported")
    what = "DATABASE" if words[at] == "SCHEMA" else words[at]
    rest = tokens[at + 1 :]
    while rest and rest[0].text.upper() in ("IF", "NOT", "EXISTS"):
        rest = rest[1:]
    name = _name(rest)
    if what == "VIEW" and words[0] == "CREATE":
        return Statement(sql, "CREATE_VIEW", _body(sql, tokens), name)
    if what == "TABLE" and words[0] == "CREATE" and (body := _body(sql, tokens)):
        tree = parse(sql)
        misplaced = any(mark.find_ancestor(exp.Where) is None for mark in tree.find_all(exp.Placeholder))
        return Statement(
            sql, "CREATE_TABLE_AS_SELECT", tuple(n for n in body if n != name), name, _location(tokens),
            parameters=offsets, misplaced=misplaced,
        )  # fmt: skip
    kind: Kind = f"{words[0]}_{what}"  # type: ignore[assignment]
    if kind not in _TYPES:
        raise Malformed("Queries of this type are not supported")
    external = "EXTERNAL" in words[:3]
    return Statement(sql, kind, (), name, _location(tokens), external, offsets, bool(offsets))


def _body(sql: str, tokens: list[Token]) -> tuple[Name, ...]:
    """The tables of the query behind AS; empty when there is none."""
    depth = 0
    for token in tokens:
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0 and token.token_type == TokenType.ALIAS:
            inner = parse(sql[token.end + 1 :])
            return _tables(inner, None) or ((None, ""),)
    return ()


def _location(tokens: list[Token]) -> str | None:
    """The string behind LOCATION, location = or external_location =."""
    for index, token in enumerate(tokens):
        if token.text.lower() in ("location", "external_location"):
            following = [t for t in tokens[index + 1 : index + 3] if t.token_type == TokenType.STRING]
            return following[0].text if following else None
    return None


def _unload(sql: str, tokens: list[Token], offsets: tuple[int, ...]) -> Statement:
    end = max((t.start for t in tokens if t.text.upper() == "TO"), default=len(sql))
    inner = sql[tokens[1].start : end] if len(tokens) > 1 else ""
    tree = parse(inner)
    target = next((t.text for t in tokens if t.start > end and t.token_type == TokenType.STRING), None)
    misplaced = any(mark.find_ancestor(exp.Where) is None for mark in tree.find_all(exp.Placeholder))
    return Statement(
        sql, "UNLOAD", _tables(tree, None), None, target, parameters=offsets, misplaced=misplaced
    )


def _description(sql: str, tokens: list[Token], words: list[str]) -> Statement:
    if words[0] in ("DESCRIBE", "DESC"):
        return Statement(sql, "DESCRIBE", (_name(tokens[1:]),))
    if words[1:2] in (["TBLPROPERTIES"], ["PARTITIONS"]):
        return Statement(sql, "SHOW", (_name(tokens[2:]),))
    if words[1:3] in (["CREATE", "TABLE"], ["CREATE", "VIEW"], ["COLUMNS", "IN"], ["COLUMNS", "FROM"]):
        return Statement(sql, "SHOW", (_name(tokens[3:]),))
    return Statement(sql, "SHOW")


def _name(tokens: list[Token]) -> Name:
    parts = []
    for index, token in enumerate(tokens):
        if index % 2 == 0:
            parts.append(token.text.lower())
        elif token.token_type != TokenType.DOT:
            break
    if not parts:
        raise Malformed("line 1:1: mismatched input '<EOF>'. Expecting: identifier")
    return (parts[-2] if len(parts) > 1 else None, parts[-1])
