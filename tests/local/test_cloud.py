"""A local cloud starts once, keeps to its folder and its interface, and lets another run beside it."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from local import cloud as clouds
from local import permissions
from local.deploy import local_address
from local.settings import CHECKOUT, Settings
from tests.conftest import Stack
from tests.local.conftest import Workshop


def test_starting_a_running_cloud_changes_nothing(cloud: Settings) -> None:
    assert clouds.start(cloud) == clouds.find(cloud)


def test_a_port_of_another_program_is_refused_by_name(cloud: Settings, tmp_path: Path) -> None:
    with pytest.raises(clouds.CloudError, match=f"port {cloud.port} is taken by another program"):
        clouds.start(Settings(cloud.port, tmp_path))
    assert clouds.find(Settings(cloud.port, tmp_path)) is None


def test_one_folder_runs_one_cloud(cloud: Settings) -> None:
    with pytest.raises(clouds.CloudError, match=f"already runs a cloud on port {cloud.port}"):
        clouds.start(Settings(clouds.free_port(), cloud.state))


def test_a_pid_file_of_a_dead_or_other_process_is_not_believed(tmp_path: Path) -> None:
    settings = Settings(1, tmp_path)
    settings.pid_file.write_text(f'{{"pid": {os.getpid()}, "port": 1, "engine": "duckdb", "started": 1.0}}')
    assert clouds.find(settings) is None
    assert clouds.stop(settings) is False


def test_two_clouds_know_nothing_of_each_other(cloud: Settings, spare_cloud: Settings) -> None:
    first, second = Workshop(cloud), Workshop(spare_cloud)
    for workshop, body in ((first, b"1"), (second, b"2")):
        workshop.client("s3").create_bucket(Bucket="side-by-side")
        workshop.client("s3").put_object(Bucket="side-by-side", Key="k", Body=body)
    assert first.client("s3").get_object(Bucket="side-by-side", Key="k")["Body"].read() == b"1"
    read = "boto3.client('s3').get_object(Bucket='side-by-side', Key='k')['Body'].read().decode()"
    code = f"import boto3\ndef handler(event, context): return {read}"
    role = second.role({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    assert second.invoke(second.function(code, Role=role, Timeout=20)).payload == "2"


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc")
def test_the_cloud_listens_on_the_loopback_interface_only(cloud: Settings, workshop: Workshop) -> None:
    workshop.invoke(workshop.function("def handler(event, context): pass"))
    process = clouds.find(cloud)
    assert process
    sockets = {str(fd.readlink()) for fd in Path(f"/proc/{process.pid}/fd").iterdir() if fd.is_symlink()}
    lines = [
        line.split()
        for name in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]
    ]
    listening = [line[1] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in sockets]
    assert any(address.endswith(f":{cloud.port:04X}") for address in listening)
    assert {address.partition(":")[0] for address in listening} == {"0100007F"}


def test_nothing_is_left_in_the_machines_temporary_folder(cloud: Settings, workshop: Workshop) -> None:
    workshop.invoke(
        workshop.function("import tempfile\ndef handler(event, context): return tempfile.mkdtemp()")
    )
    written = [
        path.name for path in Path(tempfile.gettempdir()).iterdir() if path.name.startswith("ministack")
    ]
    left = [name for name in written if str(cloud.port) in name or "lambda" in name]
    assert left == []
    assert (cloud.state / "unpacked").is_dir()


def test_the_environment_points_only_at_the_local_cloud(
    cloud: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    variables = cloud.client_environment()
    assert variables["AWS_ENDPOINT_URL"] == f"http://127.0.0.1:{cloud.port}"
    assert not {"AWS_PROFILE", "AWS_SESSION_TOKEN"} & set(variables)
    assert not {name for name in cloud.emulator_environment() if name in ("AWS_PROFILE", "AWS_SESSION_TOKEN")}


def test_the_commands_tell_what_runs(app: Stack) -> None:
    command = [sys.executable, "-m", "local"]
    where = ["--state", str(app.settings.state), "--port", str(app.settings.port)]
    told = subprocess.run(
        [*command, "status", *where], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert f"emulator at {app.settings.endpoint}" in told.stderr
    assert "app CREATE_COMPLETE" in told.stderr or "app UPDATE_" in told.stderr
    lines = subprocess.run(
        [*command, "env", *where], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert f"export AWS_ENDPOINT_URL={app.settings.endpoint}" in lines.stdout
    nothing = subprocess.run(
        [*command, "status", "--state", "/nonexistent"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (nothing.returncode, "no cloud runs" in nothing.stderr) == (1, True)


@pytest.mark.parametrize(
    ("aws", "local"),
    [
        ("https://ab12.execute-api.us-east-1.amazonaws.com/v1", "http://127.0.0.1:4566/restapis/ab12/v1/_user_request_"),
        ("https://ab12.execute-api.us-east-1.amazonaws.com/v1/x/", "http://127.0.0.1:4566/restapis/ab12/v1/_user_request_/x"),
        ("http://127.0.0.1:4566/restapis/ab12/v1/_user_request_", "http://127.0.0.1:4566/restapis/ab12/v1/_user_request_"),
    ],
)  # fmt: skip
def test_an_api_address_of_aws_is_one_of_this_cloud(aws: str, local: str) -> None:
    assert local_address(Settings(), aws) == local


def test_each_role_knows_which_of_its_statements_were_used(
    app: Stack, workshop: Workshop, eventually
) -> None:
    workshop.finish(workshop.start(app.outputs["MachineArn"], {"count": "recorded"}))

    def used(role: str, action: str) -> int:
        found = permissions.statements(app.settings, app.name)
        return sum(statement.used.get(action, 0) for statement in found if statement.role == role)

    eventually(lambda: used("MachineRole", "lambda:InvokeFunction"))
    eventually(lambda: used("TaskFunctionRole", "dynamodb:UpdateItem"))
    eventually(lambda: used("TaskFunctionRole", "logs:PutLogEvents"))
    nightly = [s for s in permissions.statements(app.settings, app.name) if s.role == "MachineNightlyRole"]
    assert [statement.used for statement in nightly] == [{}]
    assert nightly[0].actions == ("states:StartExecution",)


def test_what_a_role_was_refused_is_recorded(app: Stack, eventually) -> None:
    iam, role = app.client("iam"), app.outputs["MachineRole"].rpartition("/")[2]
    policy = iam.list_role_policies(RoleName=role)["PolicyNames"][0]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    own = Workshop(app.settings)
    try:
        done = own.finish(own.start(app.outputs["MachineArn"]))
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))
    assert done["error"] == "Lambda.AWSLambdaException"
    refused = eventually(lambda: permissions.denials(app.settings, app.name))
    assert ("MachineRole", "lambda:InvokeFunction") in {(denial.role, denial.action) for denial in refused}


def test_a_call_that_was_allowed_is_no_denial(app: Stack, workshop: Workshop, eventually) -> None:
    """Also when the bucket's own policy, which only denies, allows nothing by itself."""
    workshop.client("s3").create_bucket(Bucket="denies-only")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteBucket",
        "Resource": "arn:aws:s3:::denies-only",
    }
    workshop.client("s3").put_bucket_policy(Bucket="denies-only", Policy=json.dumps({"Statement": [deny]}))
    write = "boto3.client('s3').put_object(Bucket='denies-only', Key='k', Body=b'')"
    code = f"import boto3\ndef handler(event, context): {write}"
    role = workshop.role({"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"})
    assert workshop.invoke(workshop.function(code, Role=role, Timeout=20)).failed is None

    def of_mine() -> list[bool]:
        lines = [json.loads(line) for line in app.settings.permissions_file.read_text().splitlines()]
        mine = [line for line in lines if line["role"] == role.rpartition("/")[2]]
        return ["denied" in line for line in mine if line["action"] == "s3:PutObject"]

    assert eventually(of_mine) == [False]
