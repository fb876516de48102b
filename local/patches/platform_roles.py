"""What AWS does on behalf of a role needs that role's permission as well.

Lambda writes a function's logs and polls its queue as the function's role; EventBridge and Scheduler start their
target as the target's role. The emulator asks nobody.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html
"""

from __future__ import annotations

import logging
from typing import Any

from ministack.services import cloudwatch_logs, sns, sqs

from local.patches import Hook
from local.patches.roles import denial
from local.settings import ACCOUNT, REGION, Settings

logger = logging.getLogger("saleslake.roles")

LOGS = Hook(
    "ministack.services.lambda_svc:_emit_lambda_logs",
    "(func, request_id, log_text, error, duration_ms, log_source)",
    "a function without logs:PutLogEvents leaves no logs",
    "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html",
)
QUEUE = Hook(
    "ministack.services.lambda_svc:_run_sqs_batch",
    "(esm, func_rec, event, batch, queue_url, queue_name)",
    "a queue is read with the permissions of the function's role",
    "https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html",
)
TARGET = Hook(
    "ministack.services.eventbridge:_invoke_target",
    "(target, event, rule, view)",
    "a target that names a role is called with that role's permissions",
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html",
)
TICK = Hook(
    "ministack.services.scheduler:_SCHEDULE_TICK_INTERVAL",
    "",
    "a schedule that is due fires within the minute AWS names; looking once a second keeps the tests short",
    "https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html",
)
HOOKS = (LOGS, QUEUE, TARGET, TICK)

QUEUE_ACTIONS = ("sqs:ReceiveMessage", "sqs:GetQueueAttributes", "sqs:DeleteMessage")
TARGET_ACTIONS = {
    "states": "states:StartExecution",
    "lambda": "lambda:InvokeFunction",
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "events": "events:PutEvents",
}


def apply(settings: Settings) -> None:
    emit, run_batch, invoke_target = LOGS.original(), QUEUE.original(), TARGET.original()

    def emit_as_role(
        func: dict[str, Any],
        request_id: str,
        log_text: str,
        error: bool,
        duration_ms: int,
        *,
        log_source: Any = None,
    ) -> None:
        config = func.get("config") or func
        group = (config.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{config['FunctionName']}"
        if may_log(config["Role"], group):
            emit(func, request_id, log_text, error, duration_ms, log_source=log_source)

    def run_batch_as_role(
        esm: dict[str, Any], func_rec: dict[str, Any], event: Any, batch: Any, queue_url: str, queue_name: str
    ) -> Any:
        role = func_rec["config"]["Role"]
        for action in QUEUE_ACTIONS:
            refused = denial(role, action, esm["EventSourceArn"])
            if refused:
                esm["LastProcessingResult"] = f"PROBLEM: {refused}"
                logger.warning("event source mapping of %s: %s", esm["FunctionName"], refused)
                return None
        return run_batch(esm, func_rec, event, batch, queue_url, queue_name)

    def invoke_as_role(target: dict[str, Any], event: Any, rule: Any, view: Any = None) -> Any:
        if not target.get("RoleArn") and not resource_admits(target.get("Arn", ""), rule.get("Arn", "")):
            logger.warning(
                "target %s: its policy does not let events.amazonaws.com in for %s",
                target["Arn"],
                rule["Arn"],
            )
            return None
        action = TARGET_ACTIONS.get(target.get("Arn", "").split(":")[2]) if target.get("RoleArn") else None
        refused = denial(target["RoleArn"], action, target["Arn"]) if action else None
        if refused:
            logger.warning("target %s: %s", target["Arn"], refused)
            return None
        return invoke_target(target, event, rule, view)

    LOGS.replace(emit_as_role)
    QUEUE.replace(run_batch_as_role)
    TARGET.replace(invoke_as_role)
    TICK.replace(1)


def may_log(role: str, group: str) -> bool:
    """Whether the role may create what is missing of the log group and write to it."""
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}"
    if group not in cloudwatch_logs._log_groups and denial(role, "logs:CreateLogGroup", arn):
        return False
    stream = f"{arn}:log-stream:*"
    return not (denial(role, "logs:CreateLogStream", stream) or denial(role, "logs:PutLogEvents", stream))


def resource_admits(target: str, rule: str) -> bool:
    """Whether a queue's or topic's own policy lets EventBridge deliver what this rule matched.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    service = target.split(":")[2] if target.count(":") > 2 else ""
    checks = {"sqs": sqs.queue_policy_allows, "sns": sns.topic_policy_allows}
    return service not in checks or checks[service](target, "events.amazonaws.com", rule, ACCOUNT)
