"""What the API is held against: an empty handler behind the same gateway, and pandas reading the CSV per request."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from local import deploy
from local.settings import ACCOUNT, REGION, Settings

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


def function_named(settings: Settings, stack: str, logical_id: str) -> str:
    """The name CloudFormation gave a function."""
    found = deploy.client(settings, "cloudformation").describe_stack_resource(
        StackName=stack, LogicalResourceId=logical_id
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])


def deploy_empty(settings: Settings, like: str) -> str:
    """An empty handler with the layer, role, memory and gateway of a function; returns its base address."""
    functions, gateway = deploy.client(settings, "lambda"), deploy.client(settings, "apigateway")
    real = functions.get_function_configuration(FunctionName=like)
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


PANDAS = """
import json, resource, sys, time
import pandas as pd


def answer(path):
    rows = pd.read_csv(path, low_memory=False)
    rows.columns = rows.columns.str.strip()
    rows["Amount"] = pd.to_numeric(rows["Amount"], errors="coerce").fillna(0)
    sold = rows[~rows["Status"].str.startswith("Cancelled", na=False)]
    state = sold["ship-state"].str.strip().str.title().fillna("Unknown")
    month = pd.to_datetime(sold["Date"], format="%m-%d-%y", errors="coerce").dt.strftime("%Y-%m")
    return {
        "total_revenue": round(float(sold["Amount"].sum()), 2),
        "total_orders": int(sold["Order ID"].count()),
        "distinct_orders": int(sold["Order ID"].nunique()),
        "b2b_revenue": round(float(sold.loc[sold["B2B"].astype(str) == "True", "Amount"].sum()), 2),
        "regions": sold.groupby(state)["Amount"].agg(["sum", "count"]).reset_index().values.tolist(),
        "categories": sold.groupby("Category")["Amount"].agg(["sum", "count"]).reset_index().values.tolist(),
        "months": sold.groupby(month)["Amount"].agg(["sum", "count"]).reset_index().values.tolist(),
    }


times = []
for _ in range(5):
    began = time.perf_counter()
    text = json.dumps(answer(sys.argv[1]))
    times.append((time.perf_counter() - began) * 1000)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"milliseconds": sorted(times)[2], "mebibytes": peak}))
"""


def pandas_per_request(report: Path) -> tuple[float, float]:
    """Milliseconds of one answer (the median of five) and peak MiB of a process that reads the CSV for each."""
    done = subprocess.run([sys.executable, "-c", PANDAS, report], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    return found["milliseconds"], found["mebibytes"]
