"""What the runtime needs to know of one deployed function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.settings import REGION

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Function:
    """One version of one function as deployed.

    Attributes
    ----------
    memory_mib, timeout_seconds
        Its MemorySize and Timeout.
    code
        Its deployment package, a zip.
    layers
        The zips of its layers in their order.
    credentials
        The three AWS_… variables of a session of its role.
    """

    name: str
    version: str
    arn: str
    handler: str
    runtime: str
    memory_mib: int
    timeout_seconds: float
    variables: Mapping[str, str]
    code: bytes
    layers: tuple[bytes, ...]
    credentials: Mapping[str, str]
    logging: Mapping[str, Any]

    def environment(
        self, task: Path, opt: Path, private: Path, endpoint: str, host_libraries: str
    ) -> dict[str, str]:
        """The process environment AWS documents, plus what points the SDK to the emulator."""
        libraries = [str(task), str(task / "lib"), str(opt / "lib"), host_libraries]
        reserved = {
            "_HANDLER": self.handler,
            "AWS_REGION": REGION,
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{self.runtime}",
            "AWS_LAMBDA_FUNCTION_NAME": self.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_mib),
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_LAMBDA_LOG_GROUP_NAME": self.logging.get("LogGroup") or f"/aws/lambda/{self.name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": f"[{self.version}]{private.name}",
            "LAMBDA_TASK_ROOT": str(task),
            "LAMBDA_RUNTIME_DIR": str(Path(__file__).parent),
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            **self.credentials,
        }
        if self.logging.get("LogFormat") == "JSON":
            reserved["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
            reserved["AWS_LAMBDA_LOG_LEVEL"] = self.logging.get("ApplicationLogLevel") or "INFO"
        changeable = {
            "AWS_DEFAULT_REGION": REGION,
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PATH": f"{_SYSTEM_PATH}:{opt / 'bin'}",
            "LD_LIBRARY_PATH": ":".join(part for part in libraries if part),
            "HOME": str(private / "home"),  # as on AWS there is no such folder
            "TMPDIR": str(private / "tmp"),
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        return changeable | {name: str(value) for name, value in self.variables.items()} | reserved
