"""The emulator inside the test process, so that the embedded engine and Trino read one S3 and one Glue."""

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from local.athena.engine import Session
from local.cloud import free_port

SETTINGS = {
    "BIND_HOST": "127.0.0.1",
    "LOG_LEVEL": "WARNING",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
}


@contextmanager
def serving(folder: Path) -> Iterator[Session]:
    """Serve the emulator on a free port of 127.0.0.1 while the block runs."""
    port = free_port()
    os.environ.update(SETTINGS | {"GATEWAY_PORT": str(port), "S3_DATA_DIR": str(folder / "s3")})

    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack.app import app

    config = Config()
    config.bind = [f"127.0.0.1:{port}"]
    config.loglevel = "ERROR"
    config.graceful_timeout = 1
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    thread = threading.Thread(
        target=lambda: loop.run_until_complete(serve(app, config, shutdown_trigger=stop.wait)), daemon=True
    )
    thread.start()
    session = Session(f"http://127.0.0.1:{port}")
    _wait_until_it_answers(session)
    try:
        yield session
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=10)


def client(session: Session, service: str) -> Any:
    """A boto3 client of the emulator's root user."""
    return boto3.client(
        service,
        endpoint_url=session.endpoint,
        region_name=session.region,
        aws_access_key_id=session.access_key,
        aws_secret_access_key=session.secret_key,
    )


def _wait_until_it_answers(session: Session) -> None:
    client(session, "s3").list_buckets()  # boto3 tries again until the port is open
