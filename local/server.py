"""The emulator process: MiniStack with the patches of ``local/patches``, on 127.0.0.1 only."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import resource
import shutil
import signal
from pathlib import Path

from local.settings import ENGINES, HOST, Settings


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Blocks.

    Raises
    ------
    local.patches.HookMoved
        The installed emulator is not the one the patches were written for.
    """
    # objects of an earlier emulator, whose other services are gone
    shutil.rmtree(settings.state / "s3", ignore_errors=True)
    for folder in ("home", "tmp", "s3", "emulator"):
        (settings.state / folder).mkdir(parents=True, exist_ok=True)
    os.environ.clear()
    os.environ.update(settings.emulator_environment())  # the emulator reads its settings when it is imported
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65536)), hard))

    import uvloop
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config
    from ministack.app import app

    from local.patches import apply_all, close_all

    apply_all(settings)
    config = Config()
    config.bind = [f"{HOST}:{settings.port}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    config.graceful_timeout = 0.5  # idle keep-alive connections are not worth waiting for
    config.shutdown_timeout = 5.0

    async def main() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await hypercorn_serve(app, config, shutdown_trigger=stop.wait)

    try:
        # uvloop: half of what a request costs here is the event loop's
        uvloop.run(main())
    finally:
        close_all()
        logging.shutdown()
        os._exit(0)  # threads of running executions must not outlive the cloud


def told() -> Settings:
    """The settings of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--engine", choices=ENGINES, default="duckdb")
    parser.add_argument("--sql-memory", default=Settings.sql_memory)
    found = parser.parse_args()
    return Settings(found.port, found.state.resolve(), found.engine, found.sql_memory)


if __name__ == "__main__":
    serve(told())
