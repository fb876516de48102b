"""Tables as Athena's DDL describes them, in Trino's words."""

import re
from collections.abc import Mapping

from sqlglot import exp

from local.athena.errors import user_error
from local.athena.properties import check_properties, kept
from local.athena.trino.settings import HIVE_CATALOG
from local.athena.trino.words import Word

TRANSFORM = re.compile(r"(\w+)\s*\((?:\s*(\d+)\s*,)?\s*[\"`]?(\w+)[\"`]?\s*\)")


def quoted(name: exp.Expression) -> str:
    """A possibly qualified name in Trino's quotes."""
    parts = name.parts if isinstance(name, exp.Table | exp.Column) else [name]
    return ".".join('"' + part.name.replace('"', '""') + '"' for part in parts)


def trino_type(kind: exp.Expression) -> str:
    """A Hive type in Trino's words; Iceberg's timestamps have microseconds."""
    kind = kind.copy()
    for part in kind.find_all(exp.DataType):
        if part.this in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ) and not part.expressions:
            part.set("expressions", [exp.DataTypeParam(this=exp.Literal.number(6))])
    return kind.sql("trino")


def create_table(tree: exp.Expression, sql: str, words: list[Word]) -> str:
    """CREATE TABLE of an Iceberg table, the only kind Athena creates without EXTERNAL or AS."""
    given = _given_properties(tree)
    if given.pop("table_type", "").upper() != "ICEBERG":
        raise user_error(
            "NOT_SUPPORTED", "CREATE TABLE is for Iceberg tables: TBLPROPERTIES ('table_type' = 'ICEBERG')"
        )
    location = tree.find(exp.LocationProperty)
    if location is None:
        raise user_error("MISSING_LOCATION", "CREATE TABLE of an Iceberg table needs LOCATION")
    columns = ",\n".join(_column(entry) for entry in tree.this.expressions)
    options = [f"location = {location.this.sql('trino')}", *_iceberg_options(given)]
    if partitions := _partitions(sql, words):
        options.append(f"partitioning = ARRAY[{', '.join(map(_text, partitions))}]")
    exists = "IF NOT EXISTS " if tree.args.get("exists") else ""
    return f"CREATE TABLE {exists}{quoted(tree.this.this)} (\n{columns}\n) WITH ({', '.join(options)})"


def create_as_head(tree: exp.Expression) -> str:
    """What stands before the AS of CREATE TABLE … WITH (…) AS: https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html."""
    given = {
        entry.name.lower(): entry.args["value"]
        for entry in tree.find_all(exp.Property)
        if entry.args.get("value")
    }
    if (location := tree.find(exp.LocationProperty)) is not None:
        given["location"] = location.this
    if (file_format := tree.find(exp.FileFormatProperty)) is not None:
        given["format"] = exp.Literal.string(file_format.this.name)
    kind = given.pop("table_type", exp.Literal.string("HIVE")).name.upper()
    given.pop("is_external", None)
    exists = "IF NOT EXISTS " if tree.args.get("exists") else ""
    if kind == "ICEBERG":
        partitioning = given.pop("partitioning", None)
        options = [f"location = {given.pop('location').sql('trino')}"] if "location" in given else []
        options += _iceberg_options({name: value.name for name, value in given.items()})
        if partitioning is not None:
            options.append(f"partitioning = {_arguments_swapped(partitioning)}")
        return f"CREATE TABLE {exists}{quoted(tree.this)}{_with(options)} "
    given.pop("write_compression", None)
    given.pop("parquet_compression", None)
    options = [f"{name} = {value.sql('trino')}" for name, value in given.items()]
    return f"CREATE TABLE {exists}{HIVE_CATALOG}.{_in_schema(tree.this)}{_with(options)} "


def set_properties(action: exp.Expression) -> str:
    """The assignments of ALTER TABLE … SET TBLPROPERTIES."""
    given = {entry.this.name: entry.args["value"].name for entry in action.find_all(exp.Property)}
    return ", ".join(_iceberg_options(given))


def _with(options: list[str]) -> str:
    return f" WITH ({', '.join(options)})" if options else ""


def _in_schema(table: exp.Expression) -> str:
    if not table.args.get("db"):
        raise user_error("NOT_SUPPORTED", "CREATE TABLE AS of a Hive table needs its database named")
    return quoted(table)


def _iceberg_options(given: Mapping[str, str]) -> list[str]:
    """Athena's table properties; those Trino has no word for are kept in the table's metadata."""
    check_properties(given)
    options = [f"format = {_text(given['format'].upper())}"] if "format" in given else []
    if held := kept(given):
        names, values = ", ".join(map(_text, held)), ", ".join(map(_text, held.values()))
        options.append(f"extra_properties = MAP(ARRAY[{names}], ARRAY[{values}])")
    return options


def _properties(tree: exp.Expression) -> dict[str, exp.Expression]:
    held = [entry for entry in tree.find_all(exp.Property) if entry.args.get("value")]
    return {entry.name.lower(): entry.args["value"] for entry in held}


def _given_properties(tree: exp.Expression) -> dict[str, str]:
    given = {
        entry.name.lower(): entry.args["value"].name
        for entry in tree.find_all(exp.Property)
        if entry.args.get("value")
    }
    if (file_format := tree.find(exp.FileFormatProperty)) is not None:
        given["format"] = file_format.this.name
    return given


def _column(entry: exp.Expression) -> str:
    comment = entry.find(exp.CommentColumnConstraint)
    said = f" COMMENT {comment.this.sql('trino')}" if comment else ""
    return f"    {quoted(entry.this)} {trino_type(entry.args['kind'])}{said}"


def _partitions(sql: str, words: list[Word]) -> list[str]:
    """The entries of PARTITIONED BY, from the text: `bucket(16, id)` is Trino's `bucket(id, 16)`."""
    start = next((at for at, word in enumerate(words) if word.keyword == "PARTITIONED"), None)
    if start is None:
        return []
    entries, depth, begin = [], 0, 0
    for word in words[start + 2 :]:
        depth += (word.text == "(") - (word.text == ")")
        if word.text == "(" and depth == 1:
            begin = word.end
        if depth == 0 or (word.text == "," and depth == 1):
            entries.append(_swapped(sql[begin : word.start]))
            begin = word.end
        if depth == 0:
            break
    return entries


def _arguments_swapped(partitioning: exp.Expression) -> str:
    return f"ARRAY[{', '.join(_text(_swapped(entry.name)) for entry in partitioning.expressions)}]"


def _swapped(entry: str) -> str:
    found = TRANSFORM.fullmatch(entry.strip())
    if found is None:
        return entry.strip().strip('`"')
    name, width, source = found.groups()
    return f"{name.lower()}({source}, {width})" if width else f"{name.lower()}({source})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
