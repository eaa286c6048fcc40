"""The read side as a process: from the first record to the signal that ends it."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog
import uvicorn

from streams.ops.running import running_version
from streams.ops.scraped import show
from streams.publishers.metrics import of_streams
from streams.publishers.site import Site
from streams.publishers.web.application import application
from streams.settings import Settings
from streams.trouble import Trouble

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


async def serve(settings: Settings, ready: "asyncio.Future[str] | None" = None) -> None:
    """Answer readers until SIGTERM or SIGINT; ``ready`` is given the address once it listens."""
    site = Site(settings)
    if settings.metrics_port is not None:
        metrics = of_streams(lambda: len(site.streams), running_version())
        show(metrics, settings.metrics_host, settings.metrics_port, "`results serve`")
    config = uvicorn.Config(
        application(site),
        host=settings.serve_host,
        port=settings.serve_port,
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        http="httptools",
        backlog=4096,
        timeout_graceful_shutdown=3,
    )
    server = _Server(config, site, ready)
    work = [asyncio.create_task(site.follower.follow()), asyncio.create_task(site.streams.tend())]
    serving = asyncio.create_task(server.serve())
    try:
        done, _ = await asyncio.wait({serving, *work}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            await task
    finally:
        for task in work:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, site: Site, ready: "asyncio.Future[str] | None") -> None:
        super().__init__(config)
        self._site, self._ready = site, ready

    async def startup(self, sockets: list[Any] | None = None) -> None:
        """Listen, or say in a sentence that the port is taken; uvicorn ends the process instead."""
        try:
            await super().startup(sockets)
        except SystemExit:
            raise Trouble(
                f"Nothing can listen on {self.config.host}:{self.config.port}: set RESULTS_SERVE_PORT to a port "
                "that is free."
            ) from None
        address = f"http://{self.config.host}:{self.config.port}/"
        log.info("publisher.listening", page=address, mode=self._site.settings.mode)
        if self._ready is not None and not self._ready.done():
            self._ready.set_result(address)

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        """End the streams in good order first: their readers go on at another copy."""
        self._site.streams.close()
        await super().shutdown(sockets)
