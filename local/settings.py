"""What one local cloud is made of: its port, its folder, its engine, and the names that follow from them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
REGION = "us-east-1"
ACCOUNT = "000000000000"
ROOT_KEY = "test"  # the emulator's root credentials: allowed everything, like an account's root user
DEFAULT_PORT = 4566
DEFAULT_STATE = CHECKOUT / ".state"
ENGINES = ("duckdb", "trino")

# The developer's shell may hold real AWS credentials and profiles; none of them may reach a local command.
_HOST_ONLY = ("AWS_", "SAM_", "__SAM_", "MINISTACK_", "LOCALSTACK_", "SFN_", "LAMBDA_", "S3_")


@dataclass(frozen=True)
class Settings:
    """One local cloud.

    Attributes
    ----------
    port
        TCP port on 127.0.0.1 of the one endpoint that serves every AWS API.
    state
        Folder that holds everything the cloud writes: pid, logs, sandboxes, spilled data.
    engine
        The Athena engine: ``duckdb`` or ``trino``.
    sql_memory
        What the ``duckdb`` engine may fill, as it writes sizes; the process has as much again around it.
    """

    port: int = DEFAULT_PORT
    state: Path = DEFAULT_STATE
    engine: str = "duckdb"
    sql_memory: str = "800MB"

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.state / "emulator.log"

    @property
    def pid_file(self) -> Path:
        return self.state / "emulator.json"

    @property
    def permissions_file(self) -> Path:
        return self.state / "permissions.jsonl"

    @property
    def cache(self) -> Path:
        """Shared by all clouds of the checkout: what can be made again from the locks."""
        return CHECKOUT / ".cache"

    def client_environment(self) -> dict[str, str]:
        """Environment in which sam, boto3 and the ``saleslake`` command talk to this cloud as its root user."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_HOST_ONLY)}
        return inherited | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SALESLAKE_API_URL": f"{self.endpoint}/restapis/{{api}}/v1/_user_request_",
            "AWS_CONFIG_FILE": str(self.state / "aws-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.state / "aws-credentials"),
            "SAM_CLI_TELEMETRY": "0",
            "SAM_CLI_CHECK_VERSION": "0",
            "SAM_CLI_POLL_DELAY": "0.5",  # seconds between two looks at a deployment; its own 5 spare AWS
            "__SAM_CLI_APP_DIR": str(self.state / "sam"),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        }

    def emulator_environment(self) -> dict[str, str]:
        """Environment of the emulator process: built from nothing, so that no host setting changes what it does."""
        kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "JAVA_HOME") if name in os.environ}
        return kept | {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.state / "home"),
            "TMPDIR": str(self.state / "tmp"),
            "TZ": "UTC",
            "PYTHONUNBUFFERED": "1",
            "GATEWAY_PORT": str(self.port),
            "BIND_HOST": HOST,
            "MINISTACK_HOST": HOST,  # in queue addresses; `localhost` may mean ::1
            "AUTH": "true",
            "LOG_LEVEL": "INFO",
            "S3_DATA_DIR": str(self.state / "s3"),
            "S3_PERSIST": "1",  # objects lie there and not in memory
            "STATE_DIR": str(self.state / "emulator"),
            "MINISTACK_REGION": REGION,
            "MINISTACK_ACCOUNT_ID": ACCOUNT,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "IOT_MTLS_ENABLED": "0",  # it would listen on every interface
            "SFTP_ENABLED": "0",
            "SFTP_HOST": HOST,
            "DOCKER_HOST": f"unix://{self.state / 'no-docker.sock'}",  # never touch the host's containers
        }
