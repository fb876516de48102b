"""Athena acts with its caller's permissions: on Glue, on the tables' objects, on the place of the results.

https://docs.aws.amazon.com/athena/latest/ug/security-iam-athena.html
https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
https://docs.aws.amazon.com/athena/latest/ug/s3-permissions.html
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext, PrincipalInfo
from ministack.core.responses import request_scope

from local.athena.engine import Category, QueryFailed
from local.athena.iceberg import is_iceberg
from local.athena.statement import Name, Statement, analyse
from local.athena.store import Store, split
from local.patches.iam_recorder import note_denial

# Glue actions of a statement on the table it names, beside those of reading:
# https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
WRITES: dict[str, tuple[str, ...]] = {
    "INSERT": ("glue:GetTable", "glue:UpdateTable"), "DELETE": ("glue:GetTable", "glue:UpdateTable"),
    "UPDATE": ("glue:GetTable", "glue:UpdateTable"), "MERGE": ("glue:GetTable", "glue:UpdateTable"),
    "OPTIMIZE": ("glue:GetTable", "glue:UpdateTable"), "VACUUM": ("glue:GetTable", "glue:UpdateTable"),
    "ALTER_TABLE": ("glue:GetTable", "glue:UpdateTable"), "CREATE_TABLE": ("glue:CreateTable",),
    "CREATE_TABLE_AS_SELECT": ("glue:GetTable", "glue:CreateTable", "glue:UpdateTable"),
    "CREATE_VIEW": ("glue:CreateTable",), "DROP_TABLE": ("glue:GetTable", "glue:DeleteTable"),
    "DROP_VIEW": ("glue:GetTable", "glue:DeleteTable"),
}  # fmt: skip
ROWS = ("INSERT", "DELETE", "UPDATE", "MERGE", "OPTIMIZE", "CREATE_TABLE_AS_SELECT")


@dataclass(frozen=True)
class Caller:
    """Who started the query. `principal` None stands for the account's root user, who may do everything."""

    principal: PrincipalInfo | None
    account: str
    region: str

    def may(self, action: str, resource: str, **context: str) -> bool:
        """Whether the caller's policies and the bucket's allow it, called via Athena."""
        if self.principal is None or self.principal.policies is None:
            return True
        keys: dict[str, Any] = {
            "aws:calledvia": ["athena.amazonaws.com"],
            "aws:calledviafirst": "athena.amazonaws.com",
            "aws:calledvialast": "athena.amazonaws.com",
            **{f"s3:{name}": value for name, value in context.items()},
        }
        with request_scope(self.account, self.region):
            ctx = EvalContext(
                principal_arn=self.principal.arn, principal_type=self.principal.type,
                principal_account=self.principal.account, action=action, resource_arn=resource,
                region=self.region, service_context=keys, principal_keys=self.principal.keys,
            )  # fmt: skip
            result = iam_evaluator.evaluate(ctx, self.principal.policies, *self.principal.limits)
            policy = iam_evaluator._resource_policy(action.partition(":")[0], resource)
            if policy is not None:
                result = iam_evaluator.combine_resource_policy(
                    result, ctx, *policy, limits=self.principal.limits
                )
        if result.decision != "Allow":
            note_denial(ctx.principal_arn, action, resource)
        return result.decision == "Allow"

    @property
    def arn(self) -> str:
        """As AWS names the caller in an error."""
        return self.principal.arn if self.principal else f"arn:aws:iam::{self.account}:root"


@dataclass(frozen=True)
class Authorisation:
    """The checks of one statement; each raises QueryFailed with Athena's sentence."""

    caller: Caller
    store: Store
    database: str

    def check(self, statement: Statement, output: str | None) -> None:
        """Everything the statement needs, in the order Athena meets it."""
        if output is not None:
            self.results(output)
        for name in statement.reads:
            if name[1]:
                self._read(name, statement)
        if statement.writes is not None and statement.kind in WRITES:
            self._write(statement.writes, statement)
        if statement.location and statement.kind in ("UNLOAD", "CREATE_TABLE_AS_SELECT", "CREATE_TABLE"):
            # An external table takes its files as they are; the others are written to.
            self._bucket(statement.location)
            if not statement.external:
                self._object("s3:PutObject", statement.location.rstrip("/") + "/data")

    def results(self, output: str) -> None:
        """https://docs.aws.amazon.com/athena/latest/ug/querying.html#query-results-specify-location."""
        bucket, key = split(output)
        arn = f"arn:aws:s3:::{bucket}"
        if not (
            self.caller.may("s3:GetBucketLocation", arn) and self.caller.may("s3:PutObject", f"{arn}/{key}")
        ):
            raise _denied(
                f"Access denied when writing output to url: {output} . Please ensure you are allowed to access the "
                "S3 bucket. If you are encrypting query results with KMS key, please ensure you are allowed to "
                "access your KMS key"
            )

    def _read(self, name: Name, statement: Statement) -> None:
        database, table = name[0] or self.database, name[1]
        self._glue("glue:GetDatabase", database, None)
        self._glue("glue:GetTable", database, table)
        found = self.store.table(database, table)
        if found is None:
            return  # the engine words it
        if found.get("TableType") == "VIRTUAL_VIEW":
            for inner in _view_tables(found):
                self._read(inner, statement)
            return
        parameters = {str(k).lower(): str(v).lower() for k, v in (found.get("Parameters") or {}).items()}
        if found.get("PartitionKeys") and parameters.get("projection.enabled") != "true":
            self._glue("glue:GetPartitions", database, table)
        if statement.type == "UTILITY" and statement.kind != "EXPLAIN":
            return
        for location in _locations(found):
            self._bucket(location)
            self._object("s3:GetObject", location)

    def _write(self, name: Name, statement: Statement) -> None:
        database, table = name[0] or self.database, name[1]
        self._glue("glue:GetDatabase", database, None)
        for action in WRITES[statement.kind]:
            self._glue(action, database, table)
        found = self.store.table(database, table)
        location = (found or {}).get("StorageDescriptor", {}).get("Location")
        if not found or not location:
            return
        written = statement.kind in ROWS or (
            statement.kind in ("ALTER_TABLE", "VACUUM") and is_iceberg(found)
        )
        removed = statement.kind in ("VACUUM", "DROP_TABLE") and is_iceberg(found)
        # https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-managing-tables.html
        actions = [
            *(["s3:GetObject", "s3:PutObject"] if written else []),
            *(["s3:DeleteObject"] if removed else []),
        ]
        for action in actions:
            self._bucket(location)
            for folder in ("data", "metadata"):
                self._object(action, f"{location.rstrip('/')}/{folder}/0")

    def _glue(self, action: str, database: str, table: str | None) -> None:
        """A grant on a table needs the same on its database and its catalog."""
        base = f"arn:aws:glue:{self.caller.region}:{self.caller.account}"
        resources = [f"{base}:catalog", f"{base}:database/{database}"]
        resources += [f"{base}:table/{database}/{table}"] if table else []
        for resource in resources:
            if not self.caller.may(action, resource):
                raise _denied(
                    f"Insufficient permissions to execute the query. User: {self.caller.arn} is not authorized to "
                    f"perform: {action} on resource: {resource} because no identity-based policy allows the "
                    f"{action} action"
                )

    def _bucket(self, location: str) -> None:
        bucket, key = split(location)
        arn = f"arn:aws:s3:::{bucket}"
        listed = self.caller.may("s3:ListBucket", arn, prefix=key.rstrip("/") + "/")
        if not (listed and self.caller.may("s3:GetBucketLocation", arn)):
            raise _denied(f"Permission denied on S3 path: {location}")

    def _object(self, action: str, location: str) -> None:
        bucket, key = split(location)
        if not self.caller.may(action, f"arn:aws:s3:::{bucket}/{key.rstrip('/')}"):
            raise _denied(f"Permission denied on S3 path: {location}")


def _locations(table: dict[str, Any]) -> Iterator[str]:
    """One object for each kind of file read: metadata and data of an Iceberg table, data of a Hive table."""
    location = str((table.get("StorageDescriptor") or {}).get("Location") or "").rstrip("/")
    if is_iceberg(table):
        yield str(table["Parameters"]["metadata_location"])
        location += "/data" if location else ""
    if location:
        yield f"{location}/0"


def _view_tables(view: dict[str, Any]) -> tuple[Name, ...]:
    text = str(view.get("ViewOriginalText") or "")
    if not text.startswith("/* Presto View: "):
        return ()
    definition = json.loads(base64.b64decode(text[len("/* Presto View: ") : -len(" */")]))
    inner = analyse(str(definition["originalSql"])).reads
    return tuple((database or definition.get("schema"), name) for database, name in inner)


def _denied(message: str) -> QueryFailed:
    return QueryFailed(message, Category.USER, 1006)
