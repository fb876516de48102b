"""The pipeline without a cloud: its own stages one after the other, over stores in the test's process.

Objects, the catalog and Athena are the local cloud's, asked without HTTP; the ledger is DynamoDB as moto has it.
"""

from __future__ import annotations

import io
import itertools
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO
from unittest.mock import patch

import boto3
from botocore.exceptions import ClientError
from ministack.core.responses import request_scope
from ministack.services import s3
from moto import mock_aws

from local.athena.iceberg import load
from local.athena.results import column_info
from local.athena.statement import analyse, bind
from local.athena.store import GlueError, ObjectMissing, Store
from saleslake.aws.athena import Athena
from saleslake.aws.backend import Backend
from saleslake.aws.catalog import Catalog
from saleslake.aws.clients import client
from saleslake.aws.s3 import ObjectHead
from saleslake.config import Settings
from saleslake.history import RunFiles
from saleslake.ingest.receive import LandedObject, receive
from saleslake.release.plan import PlanRequest, plan
from saleslake.release.publish import PublishRequest, publish
from saleslake.release.rollback import RollbackRequest, roll_back
from saleslake.transform import TransformRequest, transform_file
from saleslake.warehouse.build import BuildRequest, compile_build
from saleslake.warehouse.reconcile import reconcile
from saleslake.warehouse.tables import create_tables
from tests.oracle.warehouse_contracts import Row
from tests.oracle.warehouse_files import Delivered
from tests.sql.embedded import Embedded
from tests.world.compare import rows_of

_accounts = itertools.count(710_000_000_000)


class Objects:
    """A bucket as the stages see it."""

    def __init__(self, store: Store, bucket: str) -> None:
        self.store, self.bucket = store, bucket

    def uri(self, key: str) -> str:
        return f"s3://{self.bucket}/{key}"

    def get_bytes(self, key: str) -> bytes | None:
        try:
            return self.store.read(self.uri(key))
        except ObjectMissing:
            return None

    def get_json(self, key: str) -> Any:
        body = self.get_bytes(key)
        return None if body is None else json.loads(body)

    def put_bytes(self, key: str, body: bytes, content_type: str = "") -> None:
        self.store.write(self.uri(key), body)

    def put_json(self, key: str, value: Any) -> None:
        self.put_bytes(key, json.dumps(value).encode())

    def put_text(self, key: str, text: str) -> None:
        self.put_bytes(key, text.encode())

    def put_file(self, key: str, path: Any) -> None:
        self.put_bytes(key, Path(path).read_bytes())

    def open(self, key: str, version: str | None = None) -> BinaryIO:
        return io.BytesIO(self.store.read(self.uri(key)))

    def copy_from(self, bucket: str, key: str, version: str | None, to: str) -> None:
        self.put_bytes(to, self.store.read(f"s3://{bucket}/{key}"))


class Landing(Objects):
    """The landing bucket, where each file has the landing time the test gives it."""

    def __init__(self, store: Store, bucket: str) -> None:
        super().__init__(store, bucket)
        self.times: dict[str, str] = {}

    def head(self, key: str, version: str | None = None) -> ObjectHead | None:
        size = self.store.size(self.uri(key))
        return None if size is None else ObjectHead(size, self.times[key])


class GlueClient:
    """As much of boto3's Glue client as the catalog calls."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def __getattr__(self, name: str) -> Any:
        action = "".join(part.title() for part in name.split("_"))

        def call(**request: Any) -> dict[str, Any]:
            try:
                return self.store.glue(action, **request)
            except GlueError as error:
                raise ClientError({"Error": {"Code": error.code, "Message": str(error)}}, action) from error

        return call

    def get_paginator(self, name: str) -> Any:
        """All in one page."""
        return SimpleNamespace(paginate=lambda **request: [getattr(self, name)(**request)])


class AthenaClient:
    """As much of boto3's Athena client as the adapter calls; a query has ended when its start returns."""

    def __init__(self, embedded: Embedded) -> None:
        self.embedded = embedded
        self.ids = itertools.count()  # queries are asked side by side: an id must never be given twice
        self.results: dict[str, Any] = {}

    def start_query_execution(self, **request: Any) -> dict[str, str]:
        sql = bind(analyse(request["QueryString"]), request.get("ExecutionParameters", []))
        query_id = str(next(self.ids))
        self.results[query_id] = self.embedded.result(sql, request["QueryExecutionContext"]["Database"])
        return {"QueryExecutionId": query_id}

    def get_query_execution(self, **request: Any) -> dict[str, Any]:
        return {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}

    def get_query_results(self, **request: Any) -> dict[str, Any]:
        result = self.results.pop(request["QueryExecutionId"])
        header = tuple(column.name for column in result.columns)
        rows = [
            {"Data": [{} if cell is None else {"VarCharValue": cell} for cell in row]} for row in result.rows
        ]
        names = [{"Data": [{"VarCharValue": name} for name in header]}]
        described = {"ColumnInfo": [column_info(column) for column in result.columns]}
        return {"ResultSet": {"Rows": names + rows, "ResultSetMetadata": described}}


class Workbench:
    """A stack of its own: deliver files, run the stages, look at the published tables."""

    def __init__(self) -> None:
        account = str(next(_accounts))
        lake, landing = f"lake-{account}", f"landing-{account}"
        self.store = Store(account)
        self.embedded = Embedded(self.store, lake)
        with request_scope(account, self.store.region):
            s3._create_bucket(landing, b"", {})
        self.settings = Settings(
            lake_bucket=lake,
            landing_bucket=landing,
            ledger_table=f"ledger-{account}",
            database="order",  # the name of the stack, which may be a word of SQL
            build_database="order_build",
            workgroup="sales",
            alert_topic_arn="arn:aws:sns:us-east-1:123456789012:alerts",
        )
        self.runs = 0
        self.backend = self._backend()
        for database in (self.settings.database, self.settings.build_database):
            self.store.glue("CreateDatabase", DatabaseInput={"Name": database})
        create_tables(self.backend)

    def _backend(self) -> Backend:
        backend = Backend(self.settings)
        backend.__dict__.update(
            lake=Objects(self.store, self.settings.lake_bucket),
            landing=Landing(self.store, self.settings.landing_bucket),
            catalog=Catalog(GlueClient(self.store)),
            athena=Athena(self.settings.workgroup, AthenaClient(self.embedded)),
            machine=SimpleNamespace(start=lambda *_: None, is_running=lambda _: False),
            alerts=SimpleNamespace(send=lambda *_: None),
        )
        boto3.client("dynamodb").create_table(
            TableName=self.settings.ledger_table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        backend.ledger.notice_seconds = 0
        return backend

    def land(self, file: Delivered) -> None:
        """Deliver a file at the moment its landing order says."""
        at, key, version = file.landing_order.split("|")
        landing = self.backend.landing
        landing.times[key] = at
        landing.put_bytes(key, file.content)
        delivery = receive(
            LandedObject(bucket=landing.bucket, key=key, version=version or None), self.backend
        )
        assert delivery.outcome == "accepted", delivery

    def run(self, **order: Any) -> str:
        """What an execution with this input does first; the id of the release published."""
        self.runs += 1
        execution = f"arn:aws:states:us-east-1:123456789012:execution:etl:{self.runs}"
        planned = plan(PlanRequest(execution_arn=execution, order=order), self.backend)
        assert planned.action in {"load", "maintain"}, planned
        work = {"run_id": planned.run_id, "manifest_key": planned.manifest_key}
        for entry in self.backend.lake.get_json(planned.manifest_key):
            result = transform_file(TransformRequest.model_validate(entry), self.backend.lake)
            assert result.status == "transformed", result
        for level in planned.levels:
            for ordered in level:
                self._execute(ordered["key"])
        stage = 0 if planned.action == "load" else -1
        while stage >= 0:
            build = compile_build(BuildRequest(**work, stage=stage), self.backend)
            for level in build.levels:
                for statement in level:
                    self._execute(statement.key)
            stage = build.stage
        reconcile(RunFiles(**work), self.backend)
        published = publish(
            PublishRequest(run_id=planned.run_id, execution_arn=execution, token=planned.token), self.backend
        )
        plan(PlanRequest(execution_arn=execution), self.backend)  # gives the lease back
        return published.release_id

    def roll_back(self, release_id: str) -> None:
        """Go back to an earlier release; the files of those after it are held."""
        self.runs += 1
        execution = f"arn:aws:states:us-east-1:123456789012:execution:etl:{self.runs}"
        planned = plan(PlanRequest(execution_arn=execution, order={"rollback": release_id}), self.backend)
        roll_back(
            RollbackRequest(rollback=release_id, execution_arn=execution, token=planned.token), self.backend
        )
        plan(PlanRequest(execution_arn=execution), self.backend)

    def _execute(self, key: str) -> None:
        text = self.backend.lake.get_bytes(key)
        assert text is not None
        self.embedded.result(text.decode(), self.settings.build_database)

    def close(self) -> None:
        """Stop the engine."""
        self.embedded.engine.stop()


@contextmanager
def workbench() -> Iterator[Workbench]:
    """A fresh workbench."""
    surroundings = {
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with patch.dict(os.environ, surroundings), mock_aws():
        os.environ.pop("AWS_ENDPOINT_URL", None)
        client.cache_clear()
        bench = Workbench()
        try:
            yield bench
        finally:
            bench.close()
            client.cache_clear()


def published(bench: Workbench, tables: Iterable[str]) -> dict[str, list[Row]]:
    """Rows of tables of the published database."""
    return {
        table: rows_of(load(bench.store, bench.settings.database, table).scan().to_arrow())
        for table in tables
    }
