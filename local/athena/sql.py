"""Athena's SQL text as a tree: functions keep the names they were written with, indexes stay 1-based."""

import re

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokens import TokenType

LITERAL = "literal"  # marks DATE '…' among the casts
_SPECIAL_FORMS = ("CAST", "TRY_CAST", "EXTRACT", "TRIM")


class Athena(Trino):
    """Trino's grammar without sqlglot's rewriting of functions into its own canonical ones."""

    INDEX_OFFSET = 0

    class Parser(Trino.Parser):
        """FUNCTIONS stays empty so that every call is `exp.Anonymous`, checked by its Athena name."""

        FUNCTIONS = {}
        FUNCTION_PARSERS = {
            name: parser for name, parser in Trino.Parser.FUNCTION_PARSERS.items() if name in _SPECIAL_FORMS
        }
        TYPE_LITERAL_PARSERS = {
            **Trino.Parser.TYPE_LITERAL_PARSERS,
            exp.DType.DECIMAL: lambda self, this, _: _decimal_literal(this),
            exp.DType.DATE: lambda self, this, kind: _literal(this, kind),
        }


def _decimal_literal(this: exp.Expression) -> exp.Expression:
    """``DECIMAL '0.00'`` has the digits it is written with; ``CAST('0.00' AS decimal)`` has none after the point."""
    whole, _, fraction = this.name.strip().lstrip("+-").partition(".")
    digits = max(1, len(whole.lstrip("0")) + len(fraction))
    return exp.cast(this, exp.DataType.build(f"DECIMAL({digits}, {len(fraction)})"))


def _literal(this: exp.Expression, kind: exp.DataType) -> exp.Expression:
    """``DATE '…'`` is checked as a literal, ``CAST('…' AS date)`` as a cast."""
    made = exp.cast(this, kind)
    made.meta[LITERAL] = True
    return made


class Malformed(ValueError):
    """Text that Athena refuses before it makes a query of it (InvalidRequestException)."""


DIALECT = Athena()
_BEFORE_BRACKET = (TokenType.VAR, TokenType.IDENTIFIER, TokenType.R_PAREN, TokenType.R_BRACKET)


def parse(sql: str) -> exp.Expression:
    """Parse one SELECT, INSERT, DELETE, UPDATE, MERGE or CREATE … AS.

    Raises
    ------
    Malformed
        Worded ``line 1:8: mismatched input 'x'``, as Athena's own parser does.
    """
    try:
        trees = [tree for tree in DIALECT.parse(sql) if tree is not None]
    except ParseError as error:
        raise Malformed(_worded(error)) from error
    except TokenError as error:
        raise Malformed(f"line 1:1: {error}") from error
    _refuse_foreign(sql)
    if len(trees) != 1:
        raise Malformed("Only one sql statement is allowed. Got: " + sql)
    return trees[0]


def _refuse_foreign(sql: str) -> None:
    """sqlglot reads what other databases write, Trino does not: ``a::int``, ``[1, 2]``."""
    before = None
    for token in DIALECT.tokenize(sql):
        opens = token.token_type == TokenType.L_BRACKET
        behind = before is not None and (
            before.token_type in _BEFORE_BRACKET or before.text.upper() == "ARRAY"
        )
        if token.token_type == TokenType.DCOLON or (opens and not behind):
            line = sql[: token.start].count("\n") + 1
            column = token.start - (sql[: token.start].rfind("\n") + 1) + 1
            raise Malformed(f"line {line}:{column}: mismatched input '{token.text[0]}'")
        before = token


def _worded(error: ParseError) -> str:
    first = error.errors[0] if error.errors else {}
    line, column = first.get("line") or 1, first.get("col") or 1
    token = first.get("highlight") or "<EOF>"
    column = max(1, column - len(token) + 1)
    return f"line {line}:{column}: mismatched input '{token}'. {first.get('description', '')}".rstrip()


def where_of(node: exp.Expression, sql: str) -> str:
    """``line L:C`` of the first token of `node`, or an empty string when the tree does not know it."""
    starts = [part.meta["start"] for part in node.walk() if "start" in part.meta]
    if not starts:
        return ""
    before = sql[: min(starts)]
    return f"line {before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def name_of(identifier: exp.Expression | str | None) -> str:
    """Trino folds every identifier to lower case, quoted or not."""
    text = identifier.name if isinstance(identifier, exp.Expression) else identifier or ""
    return text.lower()


_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def leading_words(sql: str, count: int = 3) -> list[str]:
    """The first words of a statement in upper case, comments and punctuation skipped."""
    return [word.upper() for word in re.findall(r"[A-Za-z_]+", _COMMENT.sub(" ", sql))[:count]]
