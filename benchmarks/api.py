"""Latency of a warm cached `GET /analytics` beside an empty Powertools handler behind the same API Gateway."""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import urlsplit

from benchmarks._cloud import STACK, fresh_cloud
from local import deploy
from local.settings import ACCOUNT, REGION, Settings

PAIRS, WARM_UP = 1500, 200
PROMISED_RATIO = 1.5

EMPTY = """
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver

logger = Logger()
api = APIGatewayRestResolver()


@api.get("/analytics")
def empty():
    return {}


@logger.inject_lambda_context
def handler(event, context):
    return api.resolve(event, context)
"""


def deploy_empty(settings: Settings) -> str:
    """An empty handler with the layer, role, memory and gateway of the real one; returns its base address."""
    functions, gateway = deploy.client(settings, "lambda"), deploy.client(settings, "apigateway")
    real = functions.get_function_configuration(FunctionName=_function(settings, "ServeFunction"))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("app.py", EMPTY)
    made = functions.create_function(
        FunctionName="empty",
        Runtime=real["Runtime"],
        Handler="app.handler",
        Role=real["Role"],
        MemorySize=real["MemorySize"],
        Timeout=real["Timeout"],
        Layers=[layer["Arn"] for layer in real["Layers"]],
        Environment=real["Environment"],
        Code={"ZipFile": archive.getvalue()},
    )
    api = gateway.create_rest_api(name="empty")["id"]
    (root,) = gateway.get_resources(restApiId=api)["items"]
    proxy = gateway.create_resource(restApiId=api, parentId=root["id"], pathPart="{proxy+}")["id"]
    method = {"restApiId": api, "resourceId": proxy, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{made['FunctionArn']}/invocations",
    )
    functions.add_permission(
        FunctionName="empty",
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*",
    )
    gateway.create_deployment(restApiId=api, stageName="v1")
    return deploy.local_address(settings, f"https://{api}.execute-api.{REGION}.amazonaws.com/v1")


def _function(settings: Settings, logical_id: str) -> str:
    stack = deploy.client(settings, "cloudformation")
    found = stack.describe_stack_resource(StackName=STACK, LogicalResourceId=logical_id)
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


class Asker:
    """One kept connection that asks one address again and again."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(f"{base}/analytics")
        self._path = parts.path
        self._connection = HTTPConnection(parts.netloc)

    def ask(self) -> tuple[float, bytes]:
        """Milliseconds until the whole answer was here, and the answer."""
        began = time.perf_counter()
        self._connection.request("GET", self._path, headers={"Accept": "application/json"})
        answer = self._connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{self._path}: {answer.status} {body.decode()}")
        return took, body


def main(report: Path) -> int:
    """Print medians and 99th percentiles; 1 when the promise is missed."""
    with fresh_cloud("api-cloud") as cloud:
        cloud.load(report)
        empty, real = Asker(deploy_empty(cloud.settings)), Asker(cloud.outputs["ApiUrl"])
        times: dict[str, list[float]] = {"empty handler": [], "GET /analytics": []}
        for number in range(WARM_UP + PAIRS):  # in turns, so that both meet the same load
            pair = empty.ask()[0], real.ask()[0]
            if number >= WARM_UP:
                for took, kept in zip(pair, times.values(), strict=True):
                    kept.append(took)
        served = json.loads(real.ask()[1])["metadata"]
    p50 = {name: median(kept) for name, kept in times.items()}
    p99 = {name: quantiles(kept, n=100)[98] for name, kept in times.items()}
    for name in times:
        print(f"{name:16} p50 {p50[name]:6.2f} ms   p99 {p99[name]:6.2f} ms")
    ratio, tail = (figures["GET /analytics"] / figures["empty handler"] for figures in (p50, p99))
    print(f"ratio            p50 {ratio:6.2f}      p99 {tail:6.2f}      (promised p50 {PROMISED_RATIO:g})")
    if served["cache"] != "memory":
        raise SystemExit(f"the answers were not warm: {served}")
    return int(ratio > PROMISED_RATIO)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
