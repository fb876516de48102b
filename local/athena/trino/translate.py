"""Athena's statements as Trino takes them.

Queries and changes of rows pass as they are written: Athena's are Trino's. Athena's DDL is Hive's, and
OPTIMIZE and VACUUM are its own: https://docs.aws.amazon.com/athena/latest/ug/ddl-sql-reference.html and
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-data-optimization.html
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.dialects.athena import Athena  # its DDL is Hive's; the front has a dialect of the same name

from local.athena.engine import StatementType
from local.athena.errors import user_error
from local.athena.properties import snapshot_age
from local.athena.trino.tables import create_as_head, create_table, quoted, set_properties, trino_type
from local.athena.trino.words import Word, leading_name, outside_brackets, words_of

Properties = Callable[[str], Mapping[str, str]]  # the Iceberg properties of a table named as in the statement

PASSED: dict[str, StatementType] = {
    "SELECT": "DML",
    "WITH": "DML",
    "VALUES": "DML",
    "TABLE": "DML",
    "INSERT": "DML",
    "DELETE": "DML",
    "UPDATE": "DML",
    "MERGE": "DML",
    "EXPLAIN": "UTILITY",
}
BIN_PACK = ["REWRITE", "DATA", "USING", "BIN_PACK"]


@dataclass(frozen=True)
class Statement:
    """One statement for Trino. ``added`` characters stand before what the caller wrote on its first line."""

    sql: str
    type: StatementType
    added: int = 0


def translate(sql: str, properties: Properties) -> list[Statement]:
    """The statements for Trino, run one after the other, that do what one Athena statement says.

    Raises
    ------
    QueryFailed
        A statement that Athena may know and this engine does not.
    """
    words = words_of(sql)
    sql = sql[: words[-1].end] if words else ""
    first = next((word.keyword for word in words if word.text != "("), "")
    if first in PASSED:
        return [Statement(sql, PASSED[first])]
    if first == "CREATE":
        return _create(sql, words)
    if first in ("ALTER", "DROP"):
        return [Statement(text, "DDL") for text in _change(sql)]
    if first in ("SHOW", "DESCRIBE", "DESC"):
        return [Statement(_show(sql, words), "UTILITY")]
    if first == "OPTIMIZE":
        return [_optimize(sql, words)]
    if first == "VACUUM":
        return _vacuum(leading_name(words[1:]), properties)
    raise user_error("NOT_SUPPORTED", f"{first} is not supported by the local cloud")


def _create(sql: str, words: list[Word]) -> list[Statement]:
    keywords = [*(word.keyword for word in words[:4]), ""]
    if "VIEW" in keywords:
        return [Statement(sql, "DDL")]
    if keywords[1] in ("DATABASE", "SCHEMA"):
        return [Statement(_schema(sql), "DDL")]
    if keywords[1] == "EXTERNAL":
        raise user_error(
            "NOT_SUPPORTED", "the local cloud takes external tables from Glue (CreateTable), not from DDL"
        )
    tree = _parsed(sql)
    if tree.args.get("expression") is None:
        return [Statement(create_table(tree, sql, words), "DDL")]
    body = next(word.start for word in outside_brackets(words) if word.keyword == "AS")
    head = create_as_head(tree)
    line_start = sql.rfind("\n", 0, body) + 1
    added = len(head) - body if line_start == 0 else 0
    return [Statement(head + sql[body:], "DML", added)]


def _parsed(sql: str) -> exp.Expression:
    try:
        tree = sqlglot.parse_one(_in_hive_quotes(sql), read=Athena)
    except sqlglot.ParseError as error:
        reason = error.errors[0]["description"] if error.errors else str(error)
        raise user_error("SYNTAX_ERROR", reason) from error
    if not isinstance(tree, exp.Create | exp.Drop | exp.Alter):
        raise user_error(
            "NOT_SUPPORTED", f"{sql.split(maxsplit=1)[0]} of this form is not supported by the local cloud"
        )
    return tree


def _in_hive_quotes(sql: str) -> str:
    """A doubled quote inside a text as Hive's dialect writes it."""
    pieces, end = [], 0
    for word in words_of(sql):
        if word.text.startswith("'") and "''" in word.text[1:-1]:
            inner = word.text[1:-1].replace("''", "\\'")
            pieces += [sql[end : word.start], f"'{inner}'"]
            end = word.end
    return "".join([*pieces, sql[end:]])


def _schema(sql: str) -> str:
    tree = _parsed(sql)
    location = tree.find(exp.LocationProperty)
    held = f" WITH (location = {location.this.sql('trino')})" if location else ""
    return f"CREATE SCHEMA {'IF NOT EXISTS ' if tree.args.get('exists') else ''}{quoted(tree.this)}{held}"


def _change(sql: str) -> list[str]:
    tree = _parsed(sql)
    if isinstance(tree, exp.Drop):
        kind = {"DATABASE": "SCHEMA"}.get(str(tree.args["kind"]), str(tree.args["kind"]))
        exists = "IF EXISTS " if tree.args.get("exists") else ""
        target = (tree.args.get("tables") or [tree.this])[0]
        return [f"DROP {kind} {exists}{quoted(target)}{' CASCADE' if tree.args.get('cascade') else ''}"]
    table = quoted(tree.this)
    return [text for action in tree.args["actions"] for text in _alter(table, action)]


def _alter(table: str, action: exp.Expression) -> list[str]:
    if isinstance(action, exp.AlterSet):
        return [f"ALTER TABLE {table} SET PROPERTIES {set_properties(action)}"]
    if isinstance(action, exp.Schema):
        return [f"ALTER TABLE {table} ADD COLUMN {_column(entry)}" for entry in action.expressions]
    if isinstance(action, exp.ColumnDef):
        return [f"ALTER TABLE {table} ADD COLUMN {_column(action)}"]
    if isinstance(action, exp.Drop):
        return [f"ALTER TABLE {table} DROP COLUMN {quoted(target)}" for target in action.args["tables"]]
    if isinstance(action, exp.AlterColumn) and action.args.get("dtype"):
        old, new = quoted(action.this), quoted(action.args.get("rename_to") or action.this)
        renamed = [f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}"] if new != old else []
        kind = trino_type(action.args["dtype"])
        return [*renamed, f"ALTER TABLE {table} ALTER COLUMN {new} SET DATA TYPE {kind}"]
    raise user_error("NOT_SUPPORTED", "this ALTER TABLE is not supported by the local cloud")


def _column(definition: exp.Expression) -> str:
    return f"{quoted(definition.this)} {trino_type(definition.args['kind'])}"


def _show(sql: str, words: list[Word]) -> str:
    keywords = [*(word.keyword for word in words), ""]
    if keywords[0] in ("DESCRIBE", "DESC"):
        return f"DESCRIBE {leading_name(words[1:])}"
    if keywords[1] in ("DATABASES", "SCHEMAS"):
        return "SHOW SCHEMAS"
    if keywords[1] == "TBLPROPERTIES":
        table = leading_name(words[2:])
        held = _metadata_table(table, "properties")
        return f"SELECT key || chr(9) || value AS prpt_name FROM {held}"
    return sql.replace("`", '"')


def _optimize(sql: str, words: list[Word]) -> Statement:
    """OPTIMIZE table REWRITE DATA USING BIN_PACK [WHERE predicate]."""
    keywords = [word.keyword for word in words]
    if not any(keywords[at : at + 4] == BIN_PACK for at in (2, 4)):  # behind `table` or `database.table`
        raise user_error("SYNTAX_ERROR", "mismatched input. Expecting: REWRITE DATA USING BIN_PACK")
    head = f"ALTER TABLE {leading_name(words[1:])} EXECUTE optimize "
    where = next((word.start for word in words if word.keyword == "WHERE"), None)
    if where is None:
        return Statement(head, "DML")
    return Statement(head + sql[where:], "DML", len(head) - where if "\n" not in sql[:where] else 0)


def _vacuum(table: str, properties: Properties) -> list[Statement]:
    """Expire snapshots and remove files no snapshot has, both by the age the table's properties allow."""
    held = properties(_metadata_table(table, "properties"))
    age = snapshot_age(held)
    return [
        Statement(f"ALTER TABLE {table} EXECUTE {procedure}(retention_threshold => '{age}s')", "DML")
        for procedure in ("expire_snapshots", "remove_orphan_files")
    ]


def _metadata_table(table: str, name: str) -> str:
    return f'{table[:-1]}${name}"'
