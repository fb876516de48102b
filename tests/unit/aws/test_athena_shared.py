# ruff: noqa: N803 - the stand-in takes arguments as AWS spells them
"""Equal queries at one time are one query; one that failed is not shared for ever."""

import json
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from saleslake.aws.athena import Athena
from saleslake.aws.athena_shared import SHARED_SECONDS, SharedQueries
from saleslake.errors import QueryFailed, QueryInterrupted, QueryTimedOut, Throttled, TooMuchData

NOW = 1_750_000_200.0


class Service:
    """Stands for Athena: one query per token, each ending as it is told."""

    def __init__(self, *ends, submitted=NOW):
        self.ends = list(ends) or ["SUCCEEDED"]
        self.by_token = {}
        self.executions = {}
        self.submitted = submitted
        self.stopped = []

    def start_query_execution(self, *, QueryString, ClientRequestToken=None, **_):
        if self.ends[0] == "THROTTLED":
            raise ClientError({"Error": {"Code": "TooManyRequestsException"}}, "StartQueryExecution")
        if ClientRequestToken in self.by_token:
            return {"QueryExecutionId": self.by_token[ClientRequestToken]}
        query_id = f"q{len(self.executions)}"
        end, _, reason = self.ends[min(len(self.executions), len(self.ends) - 1)].partition(":")
        self.executions[query_id] = {
            "Status": {
                "State": end,
                "StateChangeReason": reason,
                "SubmissionDateTime": datetime.fromtimestamp(self.submitted, UTC),
            },
            "Statistics": {"DataScannedInBytes": 11, "TotalExecutionTimeInMillis": 7},
        }
        if ClientRequestToken:
            assert 32 <= len(ClientRequestToken) <= 128
            self.by_token[ClientRequestToken] = query_id
        return {"QueryExecutionId": query_id}

    def get_query_execution(self, *, QueryExecutionId):
        return {"QueryExecution": self.executions[QueryExecutionId]}

    def stop_query_execution(self, *, QueryExecutionId):
        self.stopped.append(QueryExecutionId)

    def get_query_results(self, **_):
        column = {"Name": "n", "Type": "bigint"}
        rows = [{"Data": [{"VarCharValue": text}]} for text in ("n", "1")]
        return {"ResultSet": {"Rows": rows, "ResultSetMetadata": {"ColumnInfo": [column]}}}


def ask(service, sql="SELECT 1", at=NOW, **options):
    queries = SharedQueries(Athena("sales", service), clock=lambda: at)
    return queries.query(sql, database="sales", **options)


def test_equal_questions_of_several_processes_are_one_query_and_others_are_not():
    service = Service()
    assert {ask(service).query_id for _ in range(5)} == {"q0"}
    assert ask(service, "SELECT 1 FROM t FOR VERSION AS OF 2").query_id == "q1"
    assert ask(service, at=NOW + SHARED_SECONDS).query_id == "q2"


def test_a_query_that_failed_before_is_sent_again_by_the_next_who_asks():
    service = Service("FAILED:no such column", "SUCCEEDED")
    with pytest.raises(QueryFailed, match="no such column"):
        ask(service)
    assert ask(service, at=NOW + 5).query_id == "q1"
    assert len(service.executions) == 2


def test_a_query_that_somebody_stopped_is_sent_again():
    service = Service("CANCELLED:Query cancelled by user", "SUCCEEDED")
    assert ask(service).query_id == "q1"


def test_trying_again_has_an_end():
    service = Service("CANCELLED:Query cancelled by user")
    with pytest.raises(QueryInterrupted):
        ask(service)
    assert len(service.executions) < 20


def test_a_query_over_the_ceiling_of_its_workgroup_is_not_sent_again():
    service = Service("CANCELLED:Bytes scanned limit was exceeded")
    with pytest.raises(TooMuchData) as refused:
        ask(service)
    assert refused.value.status == 422
    assert len(service.executions) == 1


def test_a_query_that_is_too_slow_is_stopped():
    service = Service("RUNNING")
    with pytest.raises(QueryTimedOut):
        ask(service, timeout_seconds=0.05)
    assert service.stopped == ["q0"]


def test_a_full_queue_is_told_as_such():
    with pytest.raises(Throttled):
        ask(Service("THROTTLED"))


def test_each_query_is_in_the_logs_and_in_the_metrics_with_what_it_cost(capsys):
    ask(Service())
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    (metrics,) = (line for line in told if "_aws" in line)
    assert metrics["workgroup"] == "sales"
    assert (metrics["Queries"], metrics["BytesScanned"], metrics["QueryTime"]) == ([1.0], [11.0], [7.0])
