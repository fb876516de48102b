"""What every kind of test may use: a local cloud of its own, and the real stack deployed to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from local import cloud as clouds
from local import deploy, package
from local.settings import CHECKOUT, REGION, ROOT_KEY, Settings

STACK = "saleslake-local"


@dataclass(frozen=True)
class Stack:
    """A deployed stack: its outputs, and clients of the cloud's root user."""

    name: str
    settings: Settings
    outputs: dict[str, str]

    @property
    def session(self) -> boto3.Session:
        return boto3.Session(ROOT_KEY, ROOT_KEY, region_name=REGION)

    def client(self, service: str) -> Any:
        """A client of the root user."""
        return deploy.client(self.settings, service)

    def environment(self) -> dict[str, str]:
        """The process environment in which commands reach this stack's cloud."""
        return self.settings.client_environment()


def _new_settings(engine: str = "duckdb") -> Settings:
    """A free port and a fresh folder. Not below /tmp: a function's own /tmp would hide its code there."""
    port = clouds.free_port()
    state = CHECKOUT / ".cache" / "test-clouds" / f"{os.getpid()}-{port}"
    shutil.rmtree(state, ignore_errors=True)
    return Settings(port, state, engine)


@pytest.fixture(scope="session")
def start_cloud() -> Iterator[Callable[..., Settings]]:
    """Start further clouds; all are stopped when the session ends."""
    started: list[Settings] = []

    def start(engine: str = "duckdb") -> Settings:
        settings = _new_settings(engine)
        started.append(settings)
        clouds.start(settings)
        return settings

    yield start
    for settings in started:
        clouds.stop(settings)
        shutil.rmtree(settings.state, ignore_errors=True)


@pytest.fixture(scope="session")
def cloud(start_cloud: Callable[..., Settings]) -> Settings:
    """A local cloud with nothing deployed, one per test process."""
    return start_cloud(os.environ.get("ENGINE", "duckdb"))


@pytest.fixture(scope="session")
def _spare(start_cloud: Callable[..., Settings]) -> Settings:
    return start_cloud()


@pytest.fixture
def spare_cloud(_spare: Settings) -> Settings:
    """A second cloud, which a test may end in whatever way: the next one that wants it has it started again."""
    clouds.start(_spare)
    return _spare


@pytest.fixture(scope="session")
def deploy_stack(cloud: Settings) -> Callable[..., Stack]:
    """Deploy the real template under further names, with other parameters; built and uploaded once per process."""
    packaged: list[Path] = []

    def create(name: str, **parameters: str) -> Stack:
        if not packaged:
            deploy.build(cloud)
            packaged.append(package.package(cloud))
        outputs = package.deploy_packaged(cloud, packaged[0], name, **parameters)
        deploy.wait_until_healthy(cloud, outputs)
        return Stack(name, cloud, outputs)

    return create


@pytest.fixture(scope="session")
def stack(deploy_stack: Callable[[str], Stack]) -> Stack:
    """The real template, deployed once per test process."""
    return deploy_stack(STACK)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder of the repository."""
    return CHECKOUT


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Files made while tests are collected differ from process to process; a test's name may not."""
    return argname if isinstance(val, bytes) else None
