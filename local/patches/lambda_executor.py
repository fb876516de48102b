"""Run functions as Lambda does: own process, own packages, own memory, own time, true error names.

The emulator runs them with its own interpreter, sees every package of its environment, has no memory limit and
reports every exception as ``Runtime.HandlerError``.
"""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
from typing import Any

from local.patches import Hook
from local.runtime import outcome
from local.runtime.environment import create, runtime_folder
from local.runtime.function import Function
from local.runtime.pool import Pool
from local.runtime.unpack import Store
from local.runtime.worker import SANDBOX, Host
from local.settings import Settings

logger = logging.getLogger("saleslake.lambda")

EXECUTE = Hook(
    "ministack.services.lambda_svc:_execute_function_warm",
    "(func, event, request_id)",
    "a function sees its runtime, its code and its layers, has its MemorySize and Timeout, and its exceptions keep"
    " their names",
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html",
)
DISCARD = Hook(
    "ministack.services.lambda_svc:invalidate_worker",
    "(func_name, qualifier, account, region)",
    "execution environments of a function end when it is deleted or deployed anew",
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html",
)
CREDENTIALS = Hook(
    "ministack.core.lambda_runtime:execution_credentials",
    "(config)",
    "a function runs with a session of its role",
    "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
)
LAYER = Hook(
    "ministack.services.lambda_svc:_resolve_layer_zip",
    "(attachment)",
    "layers are unpacked to /opt",
    "https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html",
)
TRACE = Hook(
    "ministack.services.lambda_svc:_xray_trace_id_for_invocation",
    "(config, inbound_trace_header)",
    "the trace header reaches the function with each invocation",
    "https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html",
)
HOOKS = (EXECUTE, DISCARD, CREDENTIALS, LAYER, TRACE)

_pools: list[Pool] = []


def apply(settings: Settings) -> None:
    host = _host(settings)
    pool = Pool(host)
    _pools.append(pool)
    credentials, layer_zip, trace = CREDENTIALS.original(), LAYER.original(), TRACE.original()
    discard = DISCARD.original()

    def execute(func: dict[str, Any], event: Any, request_id: str) -> dict[str, Any]:
        config = func.get("config") or func
        code = func.get("code_zip")
        if not code:
            raise RuntimeError(
                f"{config.get('FunctionName')} has no code: only functions deployed as zip run here"
            )
        layers = tuple(filter(None, (layer_zip(layer) for layer in config.get("Layers") or [])))
        function = _function(config, code, layers, credentials(config))
        payload = json.dumps(event, ensure_ascii=False).encode()
        arn = config.get("FunctionArn", "")
        ended = pool.invoke(function, payload, request_id, arn, trace(config, None))
        log = outcome.report(request_id, function.version, function.memory_mib, ended)
        answer = {"log": log, "log_source": "rie"}
        if ended.error is not None:
            return answer | {"body": ended.error, "error": True, "function_error": "Unhandled"}
        return answer | {"body": json.loads(ended.payload) if ended.payload else None}

    def forget(func_name: str, qualifier: str = "", account: str = "", region: str = "") -> None:
        pool.discard(func_name)
        discard(func_name, qualifier or None, account or None, region or None)

    EXECUTE.replace(execute)
    DISCARD.replace(forget)


def close() -> None:
    """End every worker."""
    for pool in _pools:
        pool.close()
    _pools.clear()


def _function(
    config: dict[str, Any], code: bytes, layers: tuple[bytes, ...], session: dict[str, str]
) -> Function:
    return Function(
        name=config["FunctionName"],
        version=config.get("Version", "$LATEST"),
        arn=config.get("FunctionArn", ""),
        handler=config["Handler"],
        runtime=config["Runtime"],
        memory_mib=int(config.get("MemorySize") or 128),
        timeout_seconds=float(config.get("Timeout") or 3),
        variables=(config.get("Environment") or {}).get("Variables") or {},
        code=code,
        layers=layers,
        credentials=session,
        logging=config.get("LoggingConfig") or {},
    )


def _host(settings: Settings) -> Host:
    sandboxes = settings.state / "sandboxes"
    shutil.rmtree(sandboxes, ignore_errors=True)  # what an earlier cloud left when it was killed
    sandboxes.mkdir()
    python = create(settings.cache)
    layers = runtime_folder(settings.cache).with_name(runtime_folder(settings.cache).name + "-layers")
    store = Store(settings.state / "unpacked", layers, python)
    store.forget()
    private = _private_tmp(str(python), sandboxes)
    logger.info("functions run with %s; private /tmp: %s", python, "yes" if private else "no, TMPDIR instead")
    return Host(
        python=python,
        sandboxes=sandboxes,
        store=store,
        endpoint=settings.endpoint,
        private_tmp=private,
    )


def _private_tmp(python: str, sandboxes: Any) -> bool:
    """Whether this machine lets a process have its own /tmp. What lies in /tmp itself could not be hidden."""
    if str(sandboxes).startswith("/tmp/") or python.startswith("/tmp/"):
        return False
    probe = sandboxes / "probe"
    probe.mkdir()
    settings = {"private_tmp": True, "probe": True, "tmp": str(probe), "read_only": [str(probe.parent)]}
    tried = subprocess.run([python, str(SANDBOX), json.dumps(settings)], capture_output=True, check=False)
    return tried.returncode == 0 and (probe / "probe").exists()
