"""Queries that run once, however many processes ask for the same at the same time."""

import hashlib
import time
from collections.abc import Callable, Sequence

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from saleslake.aws.athena import Athena, QueryResult, failure_of
from saleslake.errors import QueryInterrupted, SaleslakeError

# How long the same statement means the same query. Whoever comes later finds its answer in the cache.
SHARED_SECONDS = 300
# A query that failed is not asked for again under its token, but under the next one.
TOKENS = 12
_CLOCKS_DIFFER_SECONDS = 1.0

logger = Logger(child=True)


class SharedQueries:
    """The queries of a workgroup by what they ask: equal ones of a few minutes are one query of Athena.

    Athena itself sees to it, by the client request token. Ours is the statement, and that names its snapshots: a
    query is shared within one release only.
    """

    def __init__(self, athena: Athena, clock: Callable[[], float] = time.time) -> None:
        self._athena = athena
        self._clock = clock

    def query(
        self, sql: str, parameters: Sequence[str] = (), *, database: str, timeout_seconds: float = 300
    ) -> QueryResult:
        """Run a statement, or wait for the query that runs it already; raises as ``Athena.query``."""
        deadline = time.monotonic() + timeout_seconds
        began = self._clock()
        asked = [self._athena.workgroup, database, sql, *parameters, str(int(began // SHARED_SECONDS))]
        failure: SaleslakeError | None = None
        for number in range(TOKENS):
            if failure is not None and time.monotonic() > deadline:
                break
            token = hashlib.sha256("\0".join([*asked, str(number)]).encode()).hexdigest()
            query_id = self._athena.start(sql, parameters, database=database, token=token)
            failure = self._failed_before(query_id, began)
            if failure is None:
                try:
                    return self._result(query_id, deadline)
                except QueryInterrupted as error:
                    failure = error
        raise failure or QueryInterrupted("no query was started")

    def _failed_before(self, query_id: str, began: float) -> SaleslakeError | None:
        """Why a query failed that somebody started before us."""
        execution = self._athena.execution(query_id)
        started = execution["Status"]["SubmissionDateTime"].timestamp()
        return failure_of(execution) if started < began - _CLOCKS_DIFFER_SECONDS else None

    def _result(self, query_id: str, deadline: float) -> QueryResult:
        result = self._athena.result(query_id, max(0.0, deadline - time.monotonic()))
        logger.info(
            "queried",
            query_id=query_id,
            bytes_scanned=result.bytes_scanned,
            milliseconds=result.milliseconds,
            rows=len(result.rows),
        )
        self._count(result)
        return result

    def _count(self, result: QueryResult) -> None:
        metrics = EphemeralMetrics(
            namespace="saleslake"
        )  # one of our own: statements of a report run side by side
        metrics.add_dimension("workgroup", self._athena.workgroup)
        metrics.add_metric("Queries", MetricUnit.Count, 1)
        metrics.add_metric("BytesScanned", MetricUnit.Bytes, result.bytes_scanned)
        metrics.add_metric("QueryTime", MetricUnit.Milliseconds, result.milliseconds)
        metrics.flush_metrics()
