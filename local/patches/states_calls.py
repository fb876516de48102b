"""What a Task state calls: Lambda, the optimised integrations, and any `aws-sdk:` action.

Everything but Lambda goes through boto3 with the session of the state machine's role, so the emulator authorises
it exactly as any other caller.
https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError
from ministack.core.responses import new_uuid
from ministack.services import lambda_svc
from ministack.services import stepfunctions as sfn

from local.athena.executions import wait_for
from local.patches.roles import client, denial
from local.patches.states_run import Json, current
from local.settings import ACCOUNT, REGION, Settings

# boto3's name of a service whose `aws-sdk:` name is another one.
_BOTO_NAMES = {"sfn": "stepfunctions", "cloudwatchlogs": "logs", "eventbridge": "events"}
# How the exceptions of an optimised integration begin; those of `aws-sdk:` are the emulator's table.
_OPTIMISED = {"sns": "SNS", "sqs": "SQS", "dynamodb": "DynamoDB", "events": "EventBridge", "athena": "Athena"}
_NESTED_JSON = {"sns": "Message", "sqs": "MessageBody"}
FIRST_POLL, SLOWEST_POLL = 0.03, 0.5  # seconds between two looks at a running query


@dataclass(frozen=True)
class Call:
    """One call of a task: the resource ARN of the state and its arguments."""

    resource: str
    arguments: Json
    settings: Settings

    @property
    def sdk(self) -> bool:
        return ":aws-sdk:" in self.resource

    @property
    def service(self) -> str:
        if ":function:" in self.resource:
            return "lambda"
        return self.resource.split(":")[6 if self.sdk else 5]

    @property
    def action(self) -> str:
        return self.resource.split(":", 7 if self.sdk else 6)[-1]


def invoke(call: Call, cancelled: threading.Event) -> Json:
    """Make the call as the running execution's role.

    ``cancelled`` is set when the state timed out or its execution ended: a running query is then stopped.
    """
    if ":function:" in call.resource:
        return _invoke_function(call.resource, call.arguments)
    if (call.service, call.action) == ("lambda", "invoke") and not call.sdk:
        payload = _invoke_function(call.arguments["FunctionName"], call.arguments.get("Payload"))
        return {"ExecutedVersion": "$LATEST", "Payload": payload, "StatusCode": 200, **_http()}
    if call.service == "athena" and call.action == "startQueryExecution.sync":
        return _query(call, cancelled)
    if call.service == "states" and call.action.startswith("startExecution.sync"):
        return _child(call, cancelled)
    answer = _send(call, call.action.removesuffix(".waitForTaskToken"), call.arguments)
    return answer if call.sdk or call.service in ("athena", "states") else answer | _http()


def _invoke_function(reference: str, payload: Json) -> Json:
    name = sfn._resolve_lambda_function_name(reference, optimized=True)
    refused = denial(current.get().role_arn, "lambda:InvokeFunction", _function_arn(name))
    if refused:
        cause = f"{refused} (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: {new_uuid()}; Proxy: null)"  # noqa: E501
        raise sfn._ExecutionError("Lambda.AWSLambdaException", cause)
    func, config, _ = lambda_svc._get_func_record_for_ref(
        sfn._resolve_lambda_function_ref(reference, optimized=True)
    )
    if not func or not config:
        raise sfn._ExecutionError(
            "Lambda.ResourceNotFoundException", f"Function not found: {_function_arn(name)}"
        )
    record = lambda_svc._execution_record_for_config(func, config)
    result = lambda_svc._execute_function_with_config_scope(record, payload)
    body = result.get("body")
    if result.get("throttle"):
        raise sfn._ExecutionError("Lambda.TooManyRequestsException", json.dumps(body))
    if result.get("error"):
        raise sfn._ExecutionError(body["errorType"], json.dumps(body))
    return body


def _query(call: Call, cancelled: threading.Event) -> Json:
    """Start a query and wait for its end; https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html."""
    started = {"QueryExecutionId": _send(call, "startQueryExecution", call.arguments)["QueryExecutionId"]}
    while not cancelled.is_set():
        # looking at it again and again would cost more than most queries
        if not wait_for(started["QueryExecutionId"], SLOWEST_POLL):
            cancelled.wait(FIRST_POLL)
        found = _send(call, "getQueryExecution", started)
        state = found["QueryExecution"]["Status"]["State"]
        if state == "SUCCEEDED":
            return found
        if state in ("FAILED", "CANCELLED"):
            raise sfn._ExecutionError("States.TaskFailed", json.dumps(found["QueryExecution"]))
    _send(call, "stopQueryExecution", started)
    return None


def _child(call: Call, cancelled: threading.Event) -> Json:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html."""
    arguments = call.arguments | {"Input": _as_text(call.arguments.get("Input", {}))}
    started = {"ExecutionArn": _send(call, "startExecution", arguments)["ExecutionArn"]}
    pause = FIRST_POLL
    while not cancelled.wait(pause):
        found = _send(call, "describeExecution", started)
        if found["Status"] == "SUCCEEDED":
            if call.action.endswith(":2"):
                found["Output"] = json.loads(found["Output"])
            return found
        if found["Status"] != "RUNNING":
            raise sfn._ExecutionError("States.TaskFailed", json.dumps(found))
        pause = min(pause * 1.3, SLOWEST_POLL)
    _send(call, "stopExecution", started)
    return None


def _send(call: Call, action: str, arguments: Json) -> Json:
    """One API call as the role, with names, values and errors as Step Functions writes them."""
    service = call.service.lower()
    boto = client(
        _BOTO_NAMES.get(service, "stepfunctions" if service == "states" else service),
        current.get().role_arn,
        call.settings,
    )
    operation = boto.meta.service_model.operation_model(action[0].upper() + action[1:])
    method = getattr(boto, _method(boto, operation.name))
    try:
        answer = method(**_arguments(call, operation, arguments))
    except ParamValidationError as error:
        raise sfn._ExecutionError("States.Runtime", str(error)) from error
    except ClientError as error:
        raise _failure(call, operation, error) from error
    del answer["ResponseMetadata"]
    return _plain(
        answer, operation.output_shape, _java_name if call.sdk else _pascal_name, millis=not call.sdk
    )


def _arguments(call: Call, operation: Any, arguments: Json) -> dict[str, Any]:
    nested = _NESTED_JSON.get(call.service)
    if nested in arguments and not call.sdk:
        arguments = arguments | {nested: _as_text(arguments[nested])}
    if call.service == "events":
        entries = [entry | {"Detail": _as_text(entry.get("Detail", {}))} for entry in arguments["Entries"]]
        arguments = arguments | {"Entries": entries}
    if call.service == "states" and "Input" in arguments:
        arguments = arguments | {"Input": _as_text(arguments["Input"])}
    shape = operation.input_shape
    renamed = sfn._sdk_json_param_value(arguments, shape) if shape else {}
    return {name: _typed(value, shape.members.get(name)) for name, value in renamed.items()}


def _typed(value: Json, shape: Any) -> Any:
    """JSONata knows one kind of number, and bodies come as text or JSON."""
    if shape is None:
        return value
    if shape.type_name in ("integer", "long") and isinstance(value, float) and value.is_integer():
        return int(value)
    if shape.type_name == "blob":
        return _as_text(value).encode()
    if shape.type_name == "structure" and isinstance(value, dict):
        return {name: _typed(item, shape.members.get(name)) for name, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [_typed(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {name: _typed(item, shape.value) for name, item in value.items()}
    return value


def _plain(value: Any, shape: Any, rename: Callable[[str], str], *, millis: bool) -> Json:
    """boto3's answer as JSON: bodies as text; times as AWS writes them (optimised: milliseconds, SDK: ISO 8601)."""
    kind = shape.type_name if shape else ""
    if kind == "structure" and isinstance(value, dict):
        members = shape.members
        return {
            rename(name): _plain(item, members.get(name), rename, millis=millis)
            for name, item in value.items()
        }
    if kind == "map":  # its keys are data
        return {name: _plain(item, shape.value, rename, millis=millis) for name, item in value.items()}
    if kind == "list":
        return [_plain(item, shape.member, rename, millis=millis) for item in value]
    if isinstance(value, datetime):
        if millis:
            return int(value.timestamp() * 1000)
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    if hasattr(value, "read"):
        value = value.read()
    return value.decode() if isinstance(value, bytes) else value


def _failure(call: Call, operation: Any, error: ClientError) -> Exception:
    """The exception's class name in the SDK Step Functions calls with: Java v1 for optimised, v2 for aws-sdk."""
    code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
    status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    modelled = {
        shape.metadata.get("error", {}).get("code") or shape.name: shape.name
        for shape in operation.error_shapes
    }
    name = modelled.get(code)
    service = call.service.lower()
    if call.sdk:
        prefix = sfn._AWS_SDK_ERROR_PREFIX.get(service, service.capitalize())
        name = name or f"{prefix}Exception"
        request = f"Service: {prefix}, Status Code: {status}, Request ID: {new_uuid()}"
    else:
        prefix = _OPTIMISED.get(service, service.capitalize())
        name = name or f"Amazon{prefix}Exception"
        request = f"Service: Amazon{prefix}; Status Code: {status}; Error Code: {code}; Request ID: {new_uuid()}; Proxy: null"  # noqa: E501
    name = name if name.endswith("Exception") else f"{name}Exception"
    return sfn._ExecutionError(f"{prefix}.{name}", f"{message} ({request})")


def _method(boto: Any, operation: str) -> str:
    return next(method for method, name in boto.meta.method_to_api_mapping.items() if name == operation)


def _http() -> dict[str, Any]:
    return {"SdkHttpMetadata": {"HttpStatusCode": 200}, "SdkResponseMetadata": {"RequestId": new_uuid()}}


def _function_arn(name: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def _as_text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _java_name(name: str) -> str:
    return str(sfn._api_name_to_sfn_key(name))


def _pascal_name(name: str) -> str:
    return name[:1].upper() + name[1:]
