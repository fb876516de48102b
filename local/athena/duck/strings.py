"""String functions: https://trino.io/docs/476/functions/string.html and regexp.html."""

import re
from collections.abc import Callable

from local.athena.duck.casts import coerce
from local.athena.duck.literals import quoted
from local.athena.duck.scope import Typed
from local.athena.duck.signatures import Signature, refuse_arguments
from local.athena.duck.types import BIGINT, BOOLEAN, INTEGER, VARCHAR, Type, array, varchar
from local.athena.errors import NotSupportedHere

_TEXT = (VARCHAR,)
# 1-based from either end; position 0 or one outside of the text gives an empty string.
_SUBSTRING = "CASE WHEN {1} = 0 OR abs({1}) > length({0}) THEN '' ELSE substr({0}, {1}{2}) END"

SIGNATURES: dict[str, list[Signature]] = {
    "lower": [Signature(_TEXT, None, "lower({0})")],
    "upper": [Signature(_TEXT, None, "t_upper({0})")],
    "length": [Signature(_TEXT, BIGINT, "CAST(length({0}) AS BIGINT)")],
    "reverse": [Signature(_TEXT, None, "reverse({0})")],
    "replace": [
        Signature((VARCHAR, VARCHAR), None, "replace({0}, {1}, '')"),
        Signature((VARCHAR, VARCHAR, VARCHAR), VARCHAR, "replace({0}, {1}, {2})"),
    ],
    "strpos": [Signature((VARCHAR, VARCHAR), BIGINT, "CAST(strpos({0}, {1}) AS BIGINT)")],
    "starts_with": [Signature((VARCHAR, VARCHAR), BOOLEAN, "starts_with({0}, {1})")],
    "split": [
        Signature((VARCHAR, VARCHAR), array(VARCHAR), "string_split({0}, {1})"),
    ],
    "codepoint": [Signature(_TEXT, INTEGER, "unicode({0})")],
    "chr": [Signature((BIGINT,), varchar(1), "chr(CAST({0} AS INTEGER))")],
}


def _substring(args: list[Typed], where: str) -> Typed:
    if len(args) not in (2, 3) or args[0].type.name != "varchar":
        raise refuse_arguments("substr", args, where)
    text, start = args[0], coerce(args[1], BIGINT).sql
    length = f", greatest({coerce(args[2], BIGINT).sql}, 0)" if len(args) == 3 else ""
    return Typed(_SUBSTRING.format(text.sql, start, length), text.type)


def _trimmed(name: str) -> Callable[[list[Typed], str], Typed]:
    def compile_call(args: list[Typed], where: str) -> Typed:
        if not args or any(arg.type.name != "varchar" for arg in args) or len(args) > 2:
            raise refuse_arguments(name, args, where)
        # Without a list of characters Trino trims all white space, DuckDB only blanks.
        characters = (
            args[1].sql if len(args) == 2 else r"' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13)"
        )
        return Typed(f"{name}({args[0].sql}, {characters})", args[0].type)

    return compile_call


def _padded(name: str) -> Callable[[list[Typed], str], Typed]:
    def compile_call(args: list[Typed], where: str) -> Typed:
        if len(args) != 3:
            raise refuse_arguments(name, args, where)
        size = coerce(args[1], BIGINT).sql
        return Typed(f"{name}({args[0].sql}, CAST({size} AS INTEGER), {args[2].sql})", VARCHAR)

    return compile_call


def _split_part(args: list[Typed], where: str) -> Typed:
    if len(args) != 3 or not isinstance(args[2].value, int) or args[2].value < 1:
        raise NotSupportedHere("split_part with an index that is not a positive literal", where)
    parts = f"string_split({args[0].sql}, {args[1].sql})"
    return Typed(f"{parts}[{args[2].value}]", args[0].type)


def _pattern(arg: Typed, where: str) -> str:
    """A Java pattern that RE2 reads the same way."""
    if not isinstance(arg.value, str):
        raise NotSupportedHere("a regular expression that is not a literal", where)
    if re.search(r"\\[1-9]|\(\?[=!<>]|[*+?}]\+|\\[GZhHRvVX]|&&", arg.value):
        raise NotSupportedHere(f"the regular expression {arg.value!r}", where)
    return quoted(arg.value)


def _regexp_like(args: list[Typed], where: str) -> Typed:
    return Typed(f"regexp_matches({args[0].sql}, {_pattern(args[1], where)})", BOOLEAN)


def _regexp_extract(args: list[Typed], where: str) -> Typed:
    group = args[2].value if len(args) == 3 else 0
    if not isinstance(group, int):
        raise NotSupportedHere("regexp_extract with a group that is not a literal", where)
    pattern = _pattern(args[1], where)
    found = f"regexp_extract({args[0].sql}, {pattern}, {group})"
    # No match is NULL in Trino, an empty string in DuckDB.
    return Typed(f"CASE WHEN regexp_matches({args[0].sql}, {pattern}) THEN {found} END", args[0].type)


def _regexp_replace(args: list[Typed], where: str) -> Typed:
    replacement = args[2].value if len(args) == 3 else ""
    if not isinstance(replacement, str) or "\\" in replacement or re.search(r"\$\{", replacement):
        raise NotSupportedHere("this replacement of regexp_replace", where)
    groups = quoted(re.sub(r"\$(\d)", r"\\\1", replacement))
    return Typed(
        f"regexp_replace({args[0].sql}, {_pattern(args[1], where)}, {groups}, 'g')", _replaced_type(args)
    )


def _replaced_type(args: list[Typed]) -> Type:
    """varchar(n), where n is what the longest replacement between all characters would give."""
    if len(args) == 2 or not args[0].type.args or not args[2].type.args:
        return args[0].type if len(args) == 2 else VARCHAR
    text, replacement = args[0].type.number(0), args[2].type.number(0)
    return varchar(text + max(text * replacement // 2, replacement) * (text + 1))


def _replace(args: list[Typed], where: str) -> Typed:
    typed = next((t for t in (signature.apply(args) for signature in SIGNATURES["replace"]) if t), None)
    if typed is None:
        raise refuse_arguments("replace", args, where)
    if len(args) == 3 and args[0].type.args and args[2].type.args:
        text, replacement = args[0].type.number(0), args[2].type.number(0)
        return Typed(typed.sql, varchar(text + replacement * (text + 1)))
    return typed


def _concat_ws(args: list[Typed], where: str) -> Typed:
    if len(args) < 2 or any(arg.type.name not in ("varchar", "unknown") for arg in args):
        raise refuse_arguments("concat_ws", args, where)
    separator, *items = (arg.sql for arg in args)
    return Typed(
        f"CASE WHEN {separator} IS NOT NULL THEN concat_ws({separator}, {', '.join(items)}) END", VARCHAR
    )


SPECIAL: dict[str, Callable[[list[Typed], str], Typed]] = {
    "replace": _replace,
    "substr": _substring, "substring": _substring, "split_part": _split_part, "concat_ws": _concat_ws,
    "trim": _trimmed("trim"), "ltrim": _trimmed("ltrim"), "rtrim": _trimmed("rtrim"),
    "lpad": _padded("lpad"), "rpad": _padded("rpad"),
    "regexp_like": _regexp_like, "regexp_extract": _regexp_extract, "regexp_replace": _regexp_replace,
}  # fmt: skip
