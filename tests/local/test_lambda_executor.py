"""Functions run as Lambda runs them."""

import io
import json
import os
import signal
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local import cloud as clouds
from local.runtime.memory import MEASURED
from local.settings import Settings
from tests.local.conftest import Workshop

CODE = """
import os, sys, time

class TooSoon(Exception): pass

calls = 0

def handler(event, context):
    global calls
    calls += 1
    match event.get("do"):
        case "raise": raise TooSoon("not yet")
        case "environment": return dict(os.environ)
        case "search": return sys.path
        case "hold":
            held = bytearray(event["mib"] * 1024 * 1024)
            held[::4096] = b"1" * len(held[::4096])
        case "sleep": time.sleep(event["seconds"])
        case "exit": sys.exit(event["status"])
        case "answer": return "x" * event["bytes"]
        case "import": __import__(event["module"])
        case "files":
            open("/tmp/mine", "w").close()
            return os.listdir("/tmp")
        case "write": open(os.path.join(event["folder"], "x"), "w")
        case "child": os.spawnlp(os.P_NOWAIT, "sleep", "sleep", "600"); return os.getpid()
        case "log": print("to stdout"); print("to stderr", file=sys.stderr)
    return {"calls": calls, "process": os.getpid(), "left": context.get_remaining_time_in_millis()}
"""


NO_MODULE = "Unable to import module 'app': No module named 'duckdb'"


@pytest.fixture(scope="module")
def function(workshop: Workshop) -> str:
    return workshop.function(CODE, Environment={"Variables": {"COLOUR": "blue"}}, Timeout=2)


def test_a_warm_function_keeps_its_state_and_knows_its_time_left(workshop: Workshop, function: str) -> None:
    first, second = workshop.invoke(function).payload, workshop.invoke(function).payload
    assert (second["process"], second["calls"]) == (first["process"], first["calls"] + 1)
    assert 1500 < second["left"] <= 2000


def test_an_exception_keeps_its_class_name(workshop: Workshop, function: str) -> None:
    answer = workshop.invoke(function, {"do": "raise"})
    assert answer.failed == "Unhandled"
    assert (answer.payload["errorType"], answer.payload["errorMessage"]) == ("TooSoon", "not yet")


def test_a_function_sees_the_documented_variables_and_none_of_the_host(
    workshop: Workshop, function: str
) -> None:
    seen = workshop.invoke(function, {"do": "environment"}).payload
    assert seen["COLOUR"] == "blue"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == function
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{function}"
    assert (seen["AWS_EXECUTION_ENV"], seen["TZ"], seen["_HANDLER"]) == (
        "AWS_Lambda_python3.13",
        ":UTC",
        "app.handler",
    )
    assert seen["AWS_ENDPOINT_URL"] == workshop.settings.endpoint
    assert seen["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    strangers = {"GATEWAY_PORT", "S3_DATA_DIR", "VIRTUAL_ENV", "PYTHONPATH", "PYTEST_CURRENT_TEST"} | {
        "AUTH",
        "PWD",
    }
    assert not strangers & set(seen)


def test_a_function_sees_boto3_but_no_package_of_the_emulator(workshop: Workshop) -> None:
    function = workshop.function(CODE, Timeout=60)  # the first import of boto3 compiles it
    assert workshop.invoke(function, {"do": "import", "module": "boto3"}).failed is None
    for package in ("duckdb", "ministack", "saleslake", "pip", "local"):
        assert (
            workshop.invoke(function, {"do": "import", "module": package}).payload["errorType"]
            == "ModuleNotFoundError"
        )
    search = workshop.invoke(function, {"do": "search"}).payload
    assert [Path(folder).parts[-1] for folder in search[1:3]] == ["python", "site-packages"]
    assert not any(folder.startswith(sys.prefix) for folder in search)


@pytest.mark.parametrize(
    ("code", "handler", "error", "message"),
    [
        ("import duckdb", "app.handler", "Runtime.ImportModuleError", NO_MODULE),
        ("", "app.handler", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("def", "app.handler", "Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("", "handler", "Runtime.MalformedHandlerName", "Bad handler 'handler'"),
        ("1 / 0", "app.handler", "ZeroDivisionError", "division by zero"),
    ],
)  # fmt: skip
def test_a_function_that_cannot_begin_says_why(
    workshop: Workshop, code: str, handler: str, error: str, message: str
) -> None:
    answer = workshop.invoke(workshop.function(code, handler)).payload
    assert answer["errorType"] == error
    assert answer["errorMessage"].startswith(message)


@pytest.mark.skipif(not MEASURED, reason="memory is measured from /proc")
def test_a_function_over_its_memory_is_killed(workshop: Workshop, function: str) -> None:
    assert workshop.invoke(function, {"do": "hold", "mib": 100}).failed is None
    error = workshop.invoke(function, {"do": "hold", "mib": 300}).payload
    assert error["errorType"] == "Runtime.ExitError"
    assert error["errorMessage"].endswith("Error: Runtime exited with error: signal: killed")


def test_a_function_over_its_time_is_ended(workshop: Workshop, function: str) -> None:
    answer = workshop.invoke(function, {"do": "sleep", "seconds": 10})
    assert answer.payload["errorType"] == "Sandbox.Timedout"
    assert answer.payload["errorMessage"].endswith("Error: Task timed out after 2.00 seconds")
    assert answer.milliseconds < 3000
    assert workshop.invoke(function).payload["calls"] == 1


def test_a_function_that_exits_is_started_anew(workshop: Workshop, function: str) -> None:
    error = workshop.invoke(function, {"do": "exit", "status": 3}).payload
    assert error["errorMessage"].endswith("Runtime exited with error: exit status 3")
    assert workshop.invoke(function).payload["calls"] == 1


def test_an_answer_of_more_than_six_megabytes_is_refused(workshop: Workshop, function: str) -> None:
    assert (
        len(workshop.invoke(function, {"do": "answer", "bytes": 6 * 1024 * 1024}).payload) == 6 * 1024 * 1024
    )
    assert workshop.invoke(function, {"do": "answer", "bytes": 6_291_556}).payload["errorType"] == (
        "Function.ResponseSizeTooLarge"
    )


def test_each_environment_has_its_own_tmp_and_a_read_only_task_root(
    workshop: Workshop, function: str
) -> None:
    if "private /tmp: yes" not in workshop.settings.log_file.read_text():
        pytest.skip("this machine permits no mount namespaces: functions get a TMPDIR of their own instead")
    assert workshop.invoke(function, {"do": "files"}).payload == ["mine"]
    assert not Path("/tmp/mine").exists()
    search = workshop.invoke(function, {"do": "search"}).payload
    unpacked, layers = Path(search[0]).parent, Path(search[1]).parents[1]
    for folder in (*search[:2], *map(str, (unpacked, layers, Path(search[2])))):
        if Path(folder).exists():
            error = workshop.invoke(function, {"do": "write", "folder": folder}).payload
            assert "Read-only file system" in error["errorMessage"], folder


def test_concurrent_invocations_run_in_environments_of_their_own(workshop: Workshop, function: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        answers = list(
            pool.map(lambda _: workshop.invoke(function, {"do": "sleep", "seconds": 0.5}), range(3))
        )
    assert len({answer.payload["process"] for answer in answers}) == 3


def test_a_burst_of_short_invocations_is_served_by_few_environments(workshop: Workshop) -> None:
    name = workshop.function(CODE)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: workshop.invoke(name), range(16)))
    assert len({answer.payload["process"] for answer in answers}) < 16


def test_a_new_deployment_ends_the_old_environments(workshop: Workshop) -> None:
    name = workshop.function(CODE)
    old = workshop.invoke(name).payload["process"]
    workshop.client("lambda").update_function_configuration(FunctionName=name, Timeout=7)
    assert workshop.invoke(name).payload["process"] != old
    with pytest.raises(ProcessLookupError):
        os.kill(old, 0)


def test_output_and_the_platform_lines_reach_cloudwatch(workshop: Workshop, function: str) -> None:
    workshop.invoke(function, {"do": "log"})
    events = workshop.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{function}")["events"]
    lines = [event["message"] for event in events]
    begin = lines.index("to stdout")
    assert lines[begin - 1].startswith("START RequestId:")
    assert lines[begin + 1] == "to stderr"
    assert "Memory Size: 256 MB\tMax Memory Used: " in lines[begin + 3]


def last_state(process: int, ended: str) -> str:
    """The state of a process, empty when it is gone; one that was killed has seconds to come to one of ``ended``."""
    deadline = time.monotonic() + 5
    while True:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return ""
        if state in ended or time.monotonic() > deadline:
            return state
        time.sleep(0.05)


def test_no_process_outlives_the_cloud(spare_cloud: Settings) -> None:
    own = Workshop(spare_cloud)
    leader = own.invoke(own.function(CODE), {"do": "child"}).payload
    children = Path(f"/proc/{leader}/task/{leader}/children").read_text().split()
    clouds.stop(own.settings)
    for process in [leader, *map(int, children)]:
        assert last_state(process, ended="Z") in {"", "Z"}


def test_no_function_outlives_a_cloud_that_is_killed(spare_cloud: Settings) -> None:
    own = Workshop(spare_cloud)
    worker = own.invoke(own.function(CODE)).payload["process"]
    running = clouds.find(own.settings)
    assert running
    os.kill(running.pid, signal.SIGKILL)
    assert last_state(worker, ended="") == ""


def test_the_payload_arrives_as_it_was_sent(workshop: Workshop) -> None:
    name = workshop.function("def handler(event, context): return event")
    for event in ({"₹": "399", "n": 1.5, "deep": [None, True]}, [1, 2], "text", 7):
        assert workshop.invoke(name, event).payload == json.loads(json.dumps(event))


def test_layers_are_merged_in_their_order_and_before_the_runtime(workshop: Workshop) -> None:
    layers = []
    for number, files in enumerate(({"own.py": "V = 1", "boto3.py": "V = 'mine'"}, {"own.py": "V = 2"})):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as writer:
            for name, text in files.items():
                writer.writestr(f"python/{name}", text)
        published = workshop.client("lambda").publish_layer_version(
            LayerName=f"merged-{number}", Content={"ZipFile": archive.getvalue()}
        )
        layers.append(published["LayerVersionArn"])
    code = "import boto3, own\ndef handler(event, context): return [own.V, boto3.V]"
    assert workshop.invoke(workshop.function(code, Layers=layers)).payload == [2, "mine"]
