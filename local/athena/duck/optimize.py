"""OPTIMIZE: small files and files with deleted rows are packed anew, partition by partition.

https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html. Like Trino's ``EXECUTE optimize`` it leaves a
partition alone that is one file without deletes already, and refuses a WHERE that cuts through a partition.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import batched
from typing import Any

from ministack.services import athena as emulated
from pyiceberg.table import FileScanTask
from sqlglot import exp

from local.athena.duck.changes import Target, Writing, target_of
from local.athena.duck.commits import commit
from local.athena.duck.expressions import Expressions
from local.athena.duck.predicates import push_down
from local.athena.duck.scan import identifier
from local.athena.duck.scope import Scope
from local.athena.duck.write import Writer
from local.athena.engine import MAX_PARTITIONS_PER_WRITE, Result
from local.athena.errors import NotSupportedHere, user_error
from local.athena.sql import leading_words, parse

SMALL = 100 * 1024 * 1024  # bytes; a larger file without deletes stays as it is


def is_optimize(sql: str) -> bool:
    """Whether this is the statement run here."""
    return leading_words(sql, 1) == ["OPTIMIZE"]


def optimize(sql: str, work: Writing) -> Result:
    """OPTIMIZE [database.]table REWRITE DATA USING BIN_PACK [WHERE condition]."""
    tree = _as_query(sql)
    target = target_of(tree.args["from_"].this, work)
    if tree.args.get("where"):
        _choose(tree.args["where"].this, target, work)
    groups = [group for group in _groups(target.scan.tasks()) if _worth_it(group)]
    names = [name for name, _ in target.columns]
    listed = ", ".join(identifier(name) for name in names)
    added = []
    for some in batched(groups, MAX_PARTITIONS_PER_WRITE, strict=False):
        files = frozenset(task.file.file_path for group in some for task in group)
        scan = replace(target.scan, predicates=[], only_files=files, used=set(names))
        relation, size = scan.plan()
        work.scanned += size
        written, _ = Writer(target.table, work.catalog.store, work.cursor).write(
            f"SELECT {listed} FROM {relation}"
        )
        added += written
    removed = [task.file for group in groups for task in group]
    commit(target.table, added, removed, only_adds=False)
    return Result((), (), work.scanned)


def _as_query(sql: str) -> exp.Expression:
    """The statement as the query over what it packs; its condition stays where it is written."""
    cursor: Any = emulated._Cursor(sql.strip().rstrip(";"))
    name = cursor.dotted_name(2) if cursor.keywords("optimize") else None
    if name is None or not cursor.keywords("rewrite", "data", "using", "bin_pack"):
        raise user_error("SYNTAX_ERROR", "mismatched input. Expecting: REWRITE DATA USING BIN_PACK")
    table = ".".join(identifier(part) for part in name if part)
    if cursor.at_end():
        return parse(f"SELECT * FROM {table}")
    start = cursor.peek()[2]
    if not cursor.keywords("where"):
        raise user_error("SYNTAX_ERROR", f"mismatched input '{cursor.peek()[1]}'. Expecting: WHERE, <EOF>")
    return parse(f"SELECT * FROM {table}".ljust(start) + cursor.text[start:])


def _choose(condition: exp.Expression, target: Target, work: Writing) -> None:
    """Leave out the files of partitions the condition does not name; it may name whole ones only."""
    x = Expressions(
        work.queries, Scope(list(target.relation.fields), None, work.queries.text), "WHERE clause"
    )
    x.condition(condition)
    if not push_down(x, condition):
        raise NotSupportedHere("this condition of OPTIMIZE")
    everything = replace(target.scan, predicates=[]).tasks()
    if any(target.scan.cuts(task) for task in everything):
        message = (
            "Unexpected FilterNode found in plan; probably connector was not able to handle provided WHERE "
        )
        message += "expression"
        raise user_error("GENERIC_INTERNAL_ERROR", message)


def _groups(tasks: Sequence[FileScanTask]) -> Iterator[list[FileScanTask]]:
    found: dict[tuple[int, str], list[FileScanTask]] = {}
    for task in tasks:
        if task.file.file_size_in_bytes < SMALL or task.delete_files:
            found.setdefault((task.file.spec_id, str(task.file.partition)), []).append(task)
    yield from found.values()


def _worth_it(group: Sequence[FileScanTask]) -> bool:
    return len(group) > 1 or any(task.delete_files for task in group)
