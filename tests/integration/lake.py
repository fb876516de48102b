"""The deployed lake as its users and operators have it: deliver files, follow runs, ask the API."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

_from_dynamodb = TypeDeserializer().deserialize


class Lake:
    """One deployed stack, seen from outside."""

    def __init__(self, clients: Any, outputs: dict[str, str]) -> None:
        self.client = clients
        self.outputs = outputs

    # ── deliveries ──────────────────────────────────────────────────────────
    def drop(self, path: Path, name: str | None = None, dataset: str = "") -> str:
        """Put a file into landing; returns the ledger's name of the delivery."""
        key = f"landing/{dataset + '/' if dataset else ''}{name or path.name}"
        with path.open("rb") as body:
            answer = self.client("s3").put_object(
                Bucket=self.outputs["LandingBucketName"], Key=key, Body=body
            )
        return f"{key}#{answer['VersionId']}"

    def delivered(self, delivery: str, seconds: float = 30) -> dict[str, Any]:
        """What came of a delivery."""
        return wait_for(lambda: self.item("delivery", delivery), f"the delivery {delivery}", seconds)

    def settle(self, seconds: float = 120) -> None:
        """Wait until no execution runs and none is about to start."""
        quiet = 0

        def nothing_moves() -> bool:
            nonlocal quiet
            quiet = quiet + 1 if not self.executions("RUNNING") and self._queue_is_empty() else 0
            return quiet >= 3

        wait_for(nothing_moves, "the pipeline to come to rest", seconds, every=0.3)

    def load(self, *paths: Path, dataset: str = "") -> list[dict[str, Any]]:
        """Deliver files, wait until every run they caused has ended; the deliveries as they stand then."""
        deliveries = [self.drop(path, dataset=dataset) for path in paths]
        for delivery in deliveries:
            self.delivered(delivery)
        self.settle()
        return [self.delivered(delivery) for delivery in deliveries]

    # ── what the ledger says ────────────────────────────────────────────────
    def item(self, kind: str, name: str) -> dict[str, Any] | None:
        """One item of the ledger."""
        answer = self.client("dynamodb").get_item(
            TableName=self.outputs["LedgerTableName"],
            Key={"pk": {"S": kind}, "sk": {"S": name}},
            ConsistentRead=True,
        )
        if "Item" not in answer:
            return None
        return {field: _from_dynamodb(value) for field, value in answer["Item"].items()}

    def items(self, kind: str) -> list[dict[str, Any]]:
        """All items of one kind, by name."""
        answer = self.client("dynamodb").query(
            TableName=self.outputs["LedgerTableName"],
            KeyConditionExpression="pk = :kind",
            ExpressionAttributeValues={":kind": {"S": kind}},
        )
        return [{field: _from_dynamodb(value) for field, value in item.items()} for item in answer["Items"]]

    def release(self) -> dict[str, Any] | None:
        """The document of the current release."""
        current = self.item("release", "current")
        return self.document(current["release_id"]) if current else None

    def document(self, release_id: str) -> dict[str, Any]:
        """The document of any release."""
        body = self.client("s3").get_object(
            Bucket=self.outputs["LakeBucketName"], Key=f"releases/{release_id}.json"
        )["Body"]
        return dict(json.load(body))

    def raw_text(self, file_id: str) -> str:
        """A file as it was delivered."""
        item = self.item("file", file_id)
        assert item is not None
        body = self.client("s3").get_object(Bucket=self.outputs["LakeBucketName"], Key=item["raw_key"])[
            "Body"
        ]
        return str(body.read().decode())

    # ── runs ────────────────────────────────────────────────────────────────
    def executions(self, status: str | None = None) -> list[dict[str, Any]]:
        """Executions of the state machine, newest first; items of a distributed Map are none of them."""
        extra = {"statusFilter": status} if status else {}
        answer = self.client("stepfunctions").list_executions(
            stateMachineArn=self.outputs["StateMachineArn"], **extra
        )
        return [execution for execution in answer["executions"] if "mapRunArn" not in execution]

    def start(self, **body: Any) -> str:
        """Start the state machine by hand; returns the execution's ARN."""
        answer = self.client("stepfunctions").start_execution(
            stateMachineArn=self.outputs["StateMachineArn"], input=json.dumps(body)
        )
        return str(answer["executionArn"])

    def ended(self, execution_arn: str, seconds: float = 90) -> dict[str, Any]:
        """Wait for an execution to end."""

        def end() -> dict[str, Any] | None:
            found = self.client("stepfunctions").describe_execution(executionArn=execution_arn)
            return None if found["status"] == "RUNNING" else found

        return wait_for(end, f"{execution_arn} to end", seconds)

    def run_by_hand(self, **body: Any) -> dict[str, Any]:
        """Start an execution and wait for its end."""
        return self.ended(self.start(**body))

    def rollback(self, release_id: str) -> dict[str, Any]:
        """Go back to an earlier release."""
        return self.run_by_hand(rollback=release_id)

    # ── permissions ─────────────────────────────────────────────────────────
    def role(self, logical_id: str) -> str:
        """Name of one of the stack's roles."""
        found = self.client("cloudformation").describe_stack_resource(
            StackName=self.outputs["WorkGroupName"], LogicalResourceId=logical_id
        )
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    @contextmanager
    def without_statement(self, logical_id: str, sid: str) -> Iterator[None]:
        """Take one statement out of a role's own policies for a while."""
        iam, role = self.client("iam"), self.role(logical_id)
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            kept = [statement for statement in document["Statement"] if statement.get("Sid") != sid]
            if len(kept) < len(document["Statement"]):
                break
        else:
            raise AssertionError(f"{role} has no statement {sid}")
        less = json.dumps({**document, "Statement": kept})
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=less)
        try:
            yield
        finally:
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))

    # ── questions ───────────────────────────────────────────────────────────
    def get(self, path: str, **headers: str) -> SimpleNamespace:
        """``GET`` a path of the API; numbers of its JSON come as exact decimals."""
        request = urllib.request.Request(self.outputs["ApiUrl"] + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                status, body, head = answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            status, body, head = error.code, error.read(), dict(error.headers)
        parsed = json.loads(body, parse_float=Decimal) if body else None
        return SimpleNamespace(status=status, json=parsed, headers=head)

    def analytics(self) -> dict[str, Any]:
        """The answer of ``GET /analytics``."""
        answer = self.get("/analytics")
        assert answer.status == 200, (answer.json, self.items("run"))
        return dict(answer.json)

    def query(self, sql: str, database: str = "DatabaseName") -> list[list[str | None]]:
        """Rows of a query as a person with full rights runs it."""
        athena = self.client("athena")
        query_id = athena.start_query_execution(
            QueryString=sql,
            QueryExecutionContext={"Database": self.outputs[database]},
            WorkGroup=self.outputs["WorkGroupName"],
        )["QueryExecutionId"]

        def end() -> dict[str, Any] | None:
            found = athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]["Status"]
            return found if found["State"] in {"SUCCEEDED", "FAILED", "CANCELLED"} else None

        status = wait_for(end, sql, 60)
        assert status["State"] == "SUCCEEDED", status
        _, *rows = athena.get_query_results(QueryExecutionId=query_id)["ResultSet"]["Rows"]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in rows]

    def _queue_is_empty(self) -> bool:
        attributes = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs["IngestQueueUrl"],
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )["Attributes"]
        return all(int(count) == 0 for count in attributes.values())


def wait_for[T](ask: Any, what: str, seconds: float, every: float = 0.1) -> T:
    """Ask until the answer is true; fails with ``what`` was waited for."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer  # type: ignore[no-any-return]
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(every)


def total(files: Iterable[dict[str, Any]], part: str) -> int:
    """Rows of a kind over file accounts."""
    return sum(int(account[part]["rows"]) for account in files)
