"""The ledger: what arrived, what ran, what is published, and who may work now. One DynamoDB table.

======== =========================== ===========================================================
pk       sk                          item
======== =========================== ===========================================================
file     <file id>                   one file by content: dataset, landing order, raw key, state
delivery <landing key>#<version>     one arrival: which file it was and what came of it
run      <run id>                    one run: status, state, files with their row counts
release  <release id>                one release: parent, run, document key, status
release  current                     the current release, the one before, and from when on readers see it
lease    lease                       who may build and publish now, with a fencing token
schema   <dataset>                   columns its files have brought, with their types; when the last one landed
change   <dataset>#<kind>#<column>   what is new about its columns, once: which file brought it, what became of it
table    <table>                     metadata file of a table as it was created, before any release
incident <table>                     something wrong with a table: since when, what, whether it is resolved
======== =========================== ===========================================================
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from saleslake.aws.attributes import from_dynamodb, to_dynamodb
from saleslake.aws.clients import client, error_code
from saleslake.errors import LeaseLost, ReleaseChanged

type Item = dict[str, Any]

_CURRENT = {"pk": {"S": "release"}, "sk": {"S": "current"}}
_LEASE = {"pk": {"S": "lease"}, "sk": {"S": "lease"}}


class Lease(NamedTuple):
    """Who holds the right to build and publish; ``token`` grows with each change of hands."""

    execution_arn: str
    token: int


class Current(NamedTuple):
    """The current release, the one before it, and from when on (Unix time in ms) readers see the current one."""

    release_id: str
    previous: str | None
    effective_at: int

    def seen_at(self, seconds: float) -> str | None:
        """Id of the release that a reader sees at a Unix time."""
        return self.release_id if seconds * 1000 >= self.effective_at else self.previous


# How long a reader may go on without looking. A flip is announced twice as long ahead, so that all readers have seen
# it when its time comes, and change together.
READER_HOLD_SECONDS = 0.5


class Ledger:
    """Typed access to the ledger's items. Items are plain dictionaries of str, int, bool, lists and dictionaries."""

    def __init__(
        self, table: str, dynamodb: Any = None, *, notice_seconds: float = 2 * READER_HOLD_SECONDS
    ) -> None:
        self.table = table
        self.notice_seconds = notice_seconds
        self._dynamodb = dynamodb or client("dynamodb")

    # ── any item ────────────────────────────────────────────────────────────
    def get(self, kind: str, name: str) -> Item | None:
        """One item, read consistently, or None."""
        answer = self._dynamodb.get_item(TableName=self.table, Key=_key(kind, name), ConsistentRead=True)
        return _item(answer["Item"]) if "Item" in answer else None

    def put(self, kind: str, name: str, item: Mapping[str, Any]) -> None:
        """Write an item, replacing what was there."""
        self._dynamodb.put_item(TableName=self.table, Item={**_fields(item), **_key(kind, name)})

    def add(self, kind: str, name: str, item: Mapping[str, Any]) -> bool:
        """Write an item unless one of this name exists; False when one did."""
        try:
            self._dynamodb.put_item(
                TableName=self.table,
                Item={**_fields(item), **_key(kind, name)},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def update(self, kind: str, name: str, **changes: Any) -> None:
        """Set some attributes of an item."""
        self._update(kind, name, changes)

    def end_run(self, run_id: str, **changes: Any) -> bool:
        """Set attributes of a run that is still open; False when it has ended, or there is none."""
        try:
            self._update("run", run_id, changes, only_if=("status", "running"))
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _update(
        self, kind: str, name: str, changes: Mapping[str, Any], only_if: tuple[str, str] | None = None
    ) -> None:
        names = {f"#{field}": field for field in changes}
        values = {f":{field}": to_dynamodb(value) for field, value in changes.items()}
        condition: dict[str, Any] = {}
        if only_if is not None:
            names["#only_if"], values[":only_if"] = only_if[0], to_dynamodb(only_if[1])
            condition = {"ConditionExpression": "#only_if = :only_if"}
        self._dynamodb.update_item(
            TableName=self.table,
            Key=_key(kind, name),
            UpdateExpression="SET " + ", ".join(f"#{field} = :{field}" for field in changes),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            **condition,
        )

    def items(self, kind: str, *, newest_first: bool = False, limit: int | None = None) -> Iterator[Item]:
        """Items of one kind by name; ``limit`` bounds how many are read."""
        page: dict[str, Any] = {}
        left = limit
        while True:
            answer = self._dynamodb.query(
                TableName=self.table,
                KeyConditionExpression="pk = :kind",
                ExpressionAttributeValues={":kind": {"S": kind}},
                ConsistentRead=True,
                ScanIndexForward=not newest_first,
                **({"Limit": left} if left else {}),
                **page,
            )
            yield from map(_item, answer["Items"])
            left = left - len(answer["Items"]) if left else None
            if "LastEvaluatedKey" not in answer or left == 0:
                return
            page = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    # ── the lease ───────────────────────────────────────────────────────────
    def lease(self) -> Lease | None:
        """The lease as it stands, or None when nobody ever took it; a free one has an empty ``execution_arn``."""
        item = self.get("lease", "lease")
        return None if item is None else Lease(item["execution_arn"], item["token"])

    def take_lease(self, execution_arn: str, seen: Lease | None) -> Lease | None:
        """Take the lease over from the state ``seen``; None when it changed since."""
        token = 1 if seen is None else seen.token + 1
        condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        if seen is not None:
            condition = {
                "ConditionExpression": "#token = :seen",
                "ExpressionAttributeNames": {"#token": "token"},
                "ExpressionAttributeValues": {":seen": {"N": str(seen.token)}},
            }
        fields = _fields({"execution_arn": execution_arn, "token": token})
        try:
            self._dynamodb.put_item(TableName=self.table, Item={**fields, **_LEASE}, **condition)
        except ClientError as error:
            if error_code(error) == "ConditionalCheckFailedException":
                return None
            raise
        return Lease(execution_arn, token)

    def release_lease(self, lease: Lease) -> None:
        """Give the lease back; nothing happens when it is somebody else's by now."""
        self.take_lease("", lease)

    # ── releases ────────────────────────────────────────────────────────────
    def current(self) -> Current | None:
        """The current release and when readers change to it, or None before the first one."""
        item = self.get("release", "current")
        if item is None:
            return None
        return Current(item["release_id"], item.get("previous"), item["effective_at"])

    def wait_for_readers(self) -> None:
        """Wait until every reader has changed to the current release."""
        current = self.current()
        if current is not None:
            time.sleep(max(0.0, current.effective_at / 1000 - time.time()))

    def publish(self, release_id: str, item: Mapping[str, Any], *, parent: str | None, lease: Lease) -> None:
        """Make a release the current one: all or nothing, and only for the holder of the lease.

        Raises
        ------
        LeaseLost
            The lease is no longer ``lease``.
        ReleaseChanged
            The current release is not ``parent``.
        """
        put = {"TableName": self.table, "Item": {**_fields(item), **_key("release", release_id)}}
        self._flip(release_id, parent, lease, {"Put": put})

    def withdraw(self, release_ids: list[str], *, to: str, parent: str, lease: Lease) -> None:
        """Make an earlier release the current one again and mark those after it withdrawn. Raises as ``publish``."""
        self._flip(to, parent, lease)
        for (
            release_id
        ) in release_ids:  # a transaction takes 100 items, and there may be more releases than that
            self.update("release", release_id, status="withdrawn")

    def _flip(self, to: str, parent: str | None, lease: Lease, *writes: Item) -> None:
        holder = {
            "TableName": self.table,
            "Key": _LEASE,
            "ConditionExpression": "#token = :token",
            "ExpressionAttributeNames": {"#token": "token"},
            "ExpressionAttributeValues": {":token": {"N": str(lease.token)}},
        }
        at = int((time.time() + self.notice_seconds) * 1000)
        flip = _fields({"release_id": to, "previous": parent, "effective_at": at})
        current: Item = {"TableName": self.table, "Item": {**flip, **_CURRENT}}
        if parent is None:
            current["ConditionExpression"] = "attribute_not_exists(pk)"
        else:
            current["ConditionExpression"] = "release_id = :parent"
            current["ExpressionAttributeValues"] = {":parent": {"S": parent}}
        try:
            self._dynamodb.transact_write_items(
                TransactItems=[{"ConditionCheck": holder}, {"Put": current}, *writes]
            )
        except self._dynamodb.exceptions.TransactionCanceledException as error:
            reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
            if reasons and reasons[0] == "ConditionalCheckFailed":
                raise LeaseLost("another run took the lease over; this one may not publish") from error
            raise ReleaseChanged(f"the current release is no longer {parent}") from error


def _key(kind: str, name: str) -> Item:
    return {"pk": {"S": kind}, "sk": {"S": name}}


def _fields(item: Mapping[str, Any]) -> Item:
    return {field: to_dynamodb(value) for field, value in item.items() if value is not None}


def _item(attributes: Item) -> Item:
    return {field: from_dynamodb(value) for field, value in attributes.items() if field != "pk"}
