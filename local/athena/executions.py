"""Query executions: QUEUED, RUNNING, and how they end."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from local.athena import results
from local.athena.authorise import Authorisation, Caller
from local.athena.engine import Category, Engine, Query, QueryCancelled, QueryFailed, Result, Session
from local.athena.errors import internal
from local.athena.statement import Statement, bind
from local.athena.store import ObjectMissing, Store

logger = logging.getLogger("athena")
THREADS = 6
_ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")
_open: dict[str, threading.Event] = {}  # by query execution id; the event is set when the query ends


def wait_for(query_id: str, seconds: float) -> bool:
    """Return when a query ends, or after so many seconds; False at once when none of this id runs."""
    over = _open.get(query_id)
    if over is not None:
        over.wait(seconds)
    return over is not None


@dataclass
class Job:
    """One execution and what is needed to run it. `record` is what GetQueryExecution shows."""

    record: dict[str, Any]
    statement: Statement
    parameters: list[str] | None
    caller: Caller
    store: Store
    bytes_cutoff: int | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def id(self) -> str:
        """The query execution id."""
        return str(self.record["QueryExecutionId"])

    @property
    def output(self) -> str:
        """Where the result goes."""
        return str(self.record["ResultConfiguration"]["OutputLocation"])

    def move(self, state: str, reason: str | None = None, error: QueryFailed | None = None) -> bool:
        """Change the state; False when the execution has ended already (it was stopped)."""
        with self.lock:
            status = self.record["Status"]
            if status["State"] in _ENDED:
                return False
            status["State"] = state
            if reason is not None:
                status["StateChangeReason"] = reason
            if error is not None:
                status["AthenaError"] = {
                    "ErrorCategory": int(error.category), "ErrorType": error.error_type,
                    "Retryable": error.retryable, "ErrorMessage": error.message,
                }  # fmt: skip
            if state in _ENDED:
                status["CompletionDateTime"] = time.time()
                self._count_time()
                if (over := _open.pop(self.id, None)) is not None:
                    over.set()
            return True

    def _count_time(self) -> None:
        statistics, status = self.record["Statistics"], self.record["Status"]
        total = round((status["CompletionDateTime"] - status["SubmissionDateTime"]) * 1000)
        engine = statistics["EngineExecutionTimeInMillis"]
        statistics["TotalExecutionTimeInMillis"] = total
        statistics["ServiceProcessingTimeInMillis"] = max(
            0, total - engine - statistics["QueryQueueTimeInMillis"]
        )


@dataclass
class Executor:
    """Runs jobs on the engine, a few at a time; the others stay QUEUED."""

    engine: Engine
    endpoint: str
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(THREADS, "athena"))

    def submit(self, job: Job) -> None:
        """Queue a job."""
        _open[job.id] = threading.Event()
        self._pool.submit(self._run, job)

    def stop(self, job: Job) -> None:
        """StopQueryExecution: the state changes at once, the engine ends when it notices."""
        if job.move("CANCELLED", "Query cancelled by user"):
            self.engine.cancel(job.id)

    def close(self) -> None:
        """End the threads and the engine; queued jobs do not run any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.engine.stop()

    def _run(self, job: Job) -> None:
        status = job.record["Status"]
        job.record["Statistics"]["QueryQueueTimeInMillis"] = round(
            (time.time() - status["SubmissionDateTime"]) * 1000
        )
        if not job.move("RUNNING"):
            return
        try:
            self._finish(job, self._execute(job))
        except QueryCancelled:
            job.move("CANCELLED", "Query cancelled by user")
        except QueryFailed as error:
            self._fail(job, error)
        except ObjectMissing as error:
            self._fail(
                job, QueryFailed(f"Unable to verify/create output bucket: {error}", Category.USER, 1006)
            )
        except Exception as error:
            logger.exception("Athena query %s", job.id)
            self._fail(job, internal(error))

    def _execute(self, job: Job) -> Result:
        database = job.record["QueryExecutionContext"].get("Database", "default")
        Authorisation(job.caller, job.store, database).check(job.statement, job.output)
        sql = bind(job.statement, job.parameters or [])
        session = Session(self.endpoint, job.store.region, account_id=job.store.account)
        query = Query(job.id, sql, database, "awsdatacatalog", session, job.bytes_cutoff)
        began = time.perf_counter()
        result = self.engine.execute(query)
        milliseconds = result.engine_ms or round((time.perf_counter() - began) * 1000)
        return replace(result, engine_ms=milliseconds)

    def _finish(self, job: Job, result: Result) -> None:
        statistics = job.record["Statistics"]
        statistics["DataScannedInBytes"] = result.scanned_bytes
        statistics["EngineExecutionTimeInMillis"] = result.engine_ms
        if job.bytes_cutoff is not None and result.scanned_bytes > job.bytes_cutoff:
            # https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
            job.move("CANCELLED", "Bytes scanned limit was exceeded")
            return
        results.save(job.store, job.output, result)
        job.record["_update_count"] = result.update_count
        job.move("SUCCEEDED")

    def _fail(self, job: Job, error: QueryFailed) -> None:
        if error.message.startswith("Bytes scanned limit was exceeded"):
            job.move("CANCELLED", error.message)
        else:
            job.move("FAILED", error.message, error)
