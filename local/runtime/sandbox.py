"""First code of a function's process: fence it in, then hand over to AWS's own runtime client.

Runs with the Lambda runtime's Python, which has no package of this project: standard library only.
"""

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 1, 32, 4096, 16384, 1 << 18
PR_SET_PDEATHSIG = 1


def main() -> None:
    settings = json.loads(sys.argv[1])
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # ends with the cloud, however the cloud ends
        if settings["private_tmp"]:
            own_mounts()
            mount(settings["tmp"], "/tmp", MS_BIND)
            for folder in settings["read_only"]:  # /var/task, /opt and the runtime are read-only on AWS
                mount(folder, folder, MS_BIND)
                mount(folder, folder, MS_BIND | MS_REMOUNT | MS_RDONLY)
            os.chdir(os.environ.get("LAMBDA_TASK_ROOT", "/"))  # the folder we started in is the writable one
    if settings["probe"]:
        Path("/tmp/probe").touch()
        return

    from awslambdaric import bootstrap
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

    sys.path[:0] = settings["search"]
    sys.argv[1:] = []
    bootstrap.run(os.environ["_HANDLER"], LambdaRuntimeClient(os.environ["AWS_LAMBDA_RUNTIME_API"]))


def own_mounts() -> None:
    """Leave the host's mount namespace: as root directly, else inside a user namespace of our own."""
    try:
        os.unshare(CLONE_NEWNS)
    except PermissionError:
        user, group = os.getuid(), os.getgid()
        os.unshare(CLONE_NEWUSER | CLONE_NEWNS)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    mount("none", "/", MS_REC | MS_PRIVATE)


def mount(source: str, target: str, flags: int) -> None:
    if _libc().mount(source.encode(), target.encode(), None, flags, None) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), target)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    main()
