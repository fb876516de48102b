"""One execution environment: a process that runs one invocation at a time, under its own memory and time."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.runtime import memory, outcome
from local.runtime.channel import ACCEPTED, Channel, Request, invocation
from local.runtime.function import Function
from local.runtime.outcome import Outcome
from local.runtime.unpack import Store

INIT_SECONDS = 10.0  # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
TICK = 0.02  # seconds between two looks at the memory of a busy worker
LOG_LIMIT = 8 * memory.MIB
SANDBOX = Path(__file__).with_name("sandbox.py")

# A process dies with the *thread* that started it (PR_SET_PDEATHSIG), so one thread that lives as long as the
# cloud starts them all.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="lambda-starter")


@dataclass(frozen=True)
class Host:
    """Where workers run: the runtime's interpreter, the folders, and what the machine permits."""

    python: Path
    sandboxes: Path
    store: Store
    endpoint: str
    private_tmp: bool


class _Ended(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["errorMessage"])
        self.error = error


class Worker:
    """One warm or cold execution environment of ``function``."""

    def __init__(
        self, function: Function, host: Host, started: Callable[[Worker], None] = lambda _: None
    ) -> None:
        self.function = function
        self.idle_since = 0.0
        self._started = started
        self._host = host
        self._private = host.sandboxes / uuid.uuid4().hex
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._output = -1
        self._log = bytearray()
        self._waiting: Request | None = None  # the runtime client's unanswered request for work
        self._peak = 0

    def invoke(self, payload: bytes, request_id: str, arn: str, trace: str | None) -> Outcome:
        """Run one invocation and return how it ended. Never raises for what the function did."""
        init_ms: float | None = None
        began = time.monotonic()
        try:
            if self._process is None:
                self._initialise(request_id)
                init_ms = (time.monotonic() - began) * 1000
                self._started(self)
            began = time.monotonic()
            answer = self._run(payload, request_id, arn, trace)
        except _Ended as ended:
            self._kill()
            return self._outcome(None, ended.error, began, init_ms, reusable=False)
        if answer.path.endswith("/error"):
            return self._outcome(None, json.loads(answer.body), began, init_ms)
        if len(answer.body) > outcome.RESPONSE_LIMIT:
            return self._outcome(None, outcome.too_large(len(answer.body)), began, init_ms)
        return self._outcome(answer.body, None, began, init_ms)

    def close(self) -> None:
        """End the process tree and remove its private folder."""
        self._kill()
        shutil.rmtree(self._private, ignore_errors=True)

    def _initialise(self, request_id: str) -> None:
        """Start the process and wait until it asks for work; a slow one is started again, as on AWS."""
        try:
            self._start()
            self._waiting = self._request(request_id, INIT_SECONDS, INIT_SECONDS)
        except _Ended as ended:
            if ended.error["errorType"] != "Sandbox.Timedout":
                raise
            self._kill()
            self._start()
            limit = self.function.timeout_seconds
            self._waiting = self._request(request_id, limit, limit)

    def _run(self, payload: bytes, request_id: str, arn: str, trace: str | None) -> Request:
        limit = self.function.timeout_seconds
        began = time.monotonic()
        waiting = self._waiting or self._request(request_id, limit, limit)
        self._waiting = None
        headers = {"Deadline-Ms": str(int((time.time() + limit) * 1000)), "Invoked-Function-Arn": arn}
        if trace:
            headers["Trace-Id"] = trace
        waiting.connection.sendall(invocation(request_id, headers, payload))
        answer = self._request(request_id, limit - (time.monotonic() - began), limit)
        answer.connection.sendall(ACCEPTED)
        self._look_at_memory(request_id)
        return answer

    def _request(self, request_id: str, seconds: float, limit: float) -> Request:
        """The runtime client's next request, or the end of the process by exit, memory or time."""
        assert self._channel and self._process
        deadline = time.monotonic() + seconds
        while True:
            request = self._channel.wait(min(TICK, deadline - time.monotonic()))
            self._read_output()
            if request is not None:
                if request.path.endswith("/init/error"):
                    request.connection.sendall(ACCEPTED)
                    raise _Ended(json.loads(request.body) | {"requestId": request_id})
                return request
            status = self._process.poll()
            if status is not None:
                raise _Ended(outcome.exited(request_id, status))
            self._look_at_memory(request_id)
            if time.monotonic() >= deadline:
                raise _Ended(outcome.timed_out(request_id, limit))

    def _look_at_memory(self, request_id: str) -> None:
        assert self._process
        pid = self._process.pid
        self._peak = max(self._peak, memory.resident_bytes(pid), memory.peak_bytes(pid))
        if self._peak > self.function.memory_mib * memory.MIB:
            raise _Ended(outcome.exited(request_id, -signal.SIGKILL))

    def _start(self) -> None:
        function, host = self.function, self._host
        task, opt = host.store.code(function.code), host.store.layers(function.layers)
        (self._private / "tmp").mkdir(parents=True, exist_ok=True)
        self._channel = Channel()
        host_libraries = os.environ.get("LD_LIBRARY_PATH", "")
        variables = function.environment(task, opt, self._private, host.endpoint, host_libraries)
        variables["AWS_LAMBDA_RUNTIME_API"] = self._channel.address
        if host.private_tmp:
            del variables["TMPDIR"]
        site = opt / "python" / "lib" / function.runtime / "site-packages"
        settings = {
            "private_tmp": host.private_tmp,
            "probe": False,
            "tmp": str(self._private / "tmp"),
            "read_only": [str(folder) for folder in (*host.store.folders, host.python.parent.parent)],
            "search": [str(task), str(opt / "python"), str(site)],
        }
        self._output, write_end = os.pipe()
        os.set_blocking(self._output, False)
        command = [str(host.python), "-s", "-P", str(SANDBOX), json.dumps(settings)]
        self._process = _starter.submit(
            lambda: subprocess.Popen(
                command,
                cwd=task,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=write_end,
                stderr=write_end,
                start_new_session=True,
            )
        ).result()
        os.close(write_end)
        self._channel.watch(self._output)
        self._peak = 0

    def _read_output(self) -> None:
        while self._output >= 0:
            try:
                chunk = os.read(self._output, 65536)
            except BlockingIOError:
                return
            if not chunk:
                if self._channel:
                    self._channel.forget(self._output)
                os.close(self._output)
                self._output = -1
                return
            if len(self._log) < LOG_LIMIT:
                self._log += chunk

    def _outcome(
        self, payload: bytes | None, error: dict[str, Any] | None, began: float, init_ms: float | None,
        *, reusable: bool = True,
    ) -> Outcome:  # fmt: skip
        self._read_output()
        text = self._log.decode(errors="replace").replace("\r", "\n")
        self._log.clear()
        duration = (time.monotonic() - began) * 1000
        peak = -(-self._peak // memory.MIB)
        return Outcome(payload, error, text, duration, init_ms, peak, reusable)

    def _kill(self) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        self._read_output()
        if self._output >= 0:
            os.close(self._output)
            self._output = -1
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        self._waiting = None
