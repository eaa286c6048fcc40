"""The monitor as a process: its work and its door, from the first look until it is told to leave."""

import asyncio
import gc
from contextlib import suppress

import structlog
import uvicorn

from streams.ops.exposition import Exposition
from streams.ops.monitor import opened
from streams.ops.running import running_version
from streams.ops.web import Door
from streams.settings import Settings
from streams.trouble import Trouble

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Watch and answer until SIGTERM or SIGINT; raises ``Trouble`` when the monitor cannot begin."""
    number = running_version()
    async with opened(settings) as monitor:
        exposition = Exposition(monitor.sight, number)
        door = Door(settings, monitor.sight, exposition.registry, monitor.caught_up, number)
        config = uvicorn.Config(
            door.application(),
            host=settings.monitor_host,
            port=settings.monitor_port,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
        server = _Server(config)
        # What is here now stays to the end; a full collection would go through it while a scrape waits.
        gc.collect()
        gc.freeze()
        work = [asyncio.create_task(monitor.run()), asyncio.create_task(door.write())]
        log.info(
            "monitor.started",
            page=f"http://{settings.monitor_host}:{settings.monitor_port}/ops",
            mode=settings.mode,
            broker=settings.broker,
        )
        try:
            serving = asyncio.create_task(server.serve())
            done, _ = await asyncio.wait({serving, *work}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                await task
        finally:
            for part in work:
                part.cancel()
                with suppress(asyncio.CancelledError):
                    await part


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        """Say in a sentence that the port is taken; uvicorn ends the process instead."""
        try:
            await super().startup()
        except SystemExit:
            raise Trouble(
                f"The monitor cannot listen on {self.config.host}:{self.config.port}: set RESULTS_MONITOR_PORT "
                "to a port that is free."
            ) from None
