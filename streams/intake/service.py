"""The parts of intake put together, and run in one process until it is told to leave."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI

from schemas import topics
from streams.clients import producer
from streams.intake import embargo
from streams.intake.credentials import Doorkeeper
from streams.intake.desk.pages import Pages
from streams.intake.desk.register import Register
from streams.intake.door import Door
from streams.intake.following import follow
from streams.intake.journal import Journal, JournalFault
from streams.intake.known import Known
from streams.intake.meters import Meters
from streams.intake.pen import Pen
from streams.intake.producers import Producers
from streams.intake.reception import Reception
from streams.intake.sender import Sender, Sending
from streams.intake.web import application
from streams.settings import Settings
from streams.signing import canonical, read_signatories
from streams.trouble import Trouble

#: How intake names itself as a producer.
NAME = "Intake"
EMBARGO_SECONDS = 1.0
TIDY_SECONDS = 5.0

log = structlog.get_logger(__name__)


def now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


@asynccontextmanager
async def reception(settings: Settings, clock: Callable[[], datetime] = now) -> AsyncIterator[Reception]:
    """Everything that a request needs, open for the length of a ``with``; nothing is sent or followed yet."""
    journal = Journal(settings.intake_dir / f"{settings.mode}.sqlite")
    producers = Producers(settings.intake_dir)
    pen = Pen(journal)

    def connect() -> AbstractAsyncContextManager[Sending]:
        return producer(settings, topics.declarations(settings.mode))

    sender = Sender(journal, pen, connect)
    keys = settings.public_keys_file
    try:
        yield Reception(
            settings=settings,
            clock=clock,
            journal=journal,
            pen=pen,
            sender=sender,
            known=Known(),
            producers=producers,
            doorkeeper=Doorkeeper(producers, clock),
            meters=Meters(journal.count_waiting, lambda: sender.connected),
            signatories=read_signatories(keys) if keys else None,
            signing_key=_private(settings.signing_key_file),
        )
    finally:
        await pen.close()
        producers.close()
        journal.close()


def _private(path: Path | None) -> str | None:
    try:
        return path.read_text().strip() if path else None
    except OSError as failed:
        raise Trouble(f"The signing key {path} cannot be read: {failed.strerror}.") from None


async def serve(settings: Settings, clock: Callable[[], datetime] = now) -> None:
    """Listen, send, follow and keep embargoes until SIGTERM or Ctrl-C; a part that fails ends them all."""
    async with reception(settings, clock) as parts:
        for entry in parts.journal.waiting(10_000):
            parts.known.take_record(entry[1].value, None, None)
        desk = Register(settings.intake_dir)
        app = application(parts)
        Pages(parts, desk).add_to(app)
        server = _Server(_config(settings, app))
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, setattr, server, "should_exit", True)
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(parts.sender.run()),
                    group.create_task(follow(settings, parts.known)),
                    group.create_task(keep_embargoes(parts)),
                    group.create_task(keep_tidy(parts)),
                ]
                log.info(
                    "intake.listening", mode=settings.mode, port=settings.intake_port,
                    waiting=parts.journal.count_waiting(),
                )  # fmt: skip
                # What is known grows and stays: looking through all of it for cycles would hold requests up.
                gc.freeze()
                gc.set_threshold(50_000, 50, 1_000)
                await server.serve()
                for task in tasks:
                    task.cancel()
        except* SystemExit:
            raise Trouble(
                f"Port {settings.intake_port} on {settings.intake_host} cannot be listened on: "
                "stop what has it, or set RESULTS_INTAKE_PORT."
            ) from None
        finally:
            desk.close()


class _Server(uvicorn.Server):
    """uvicorn's own handlers would raise the signal once more at the end: being told to leave is no failure."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.intake_host,
        port=settings.intake_port,
        http=Door,
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=5,
        limit_concurrency=2_000,
        backlog=2_048,
        ssl_certfile=settings.intake_cert_file,
        ssl_keyfile=settings.intake_key_file,
    )


async def keep_tidy(parts: Reception) -> None:
    """Keep the journal's WAL short without anybody waiting for it."""
    while True:
        await asyncio.sleep(TIDY_SECONDS)
        with suppress(JournalFault):
            await asyncio.to_thread(parts.journal.tidy)


async def keep_embargoes(parts: Reception) -> None:
    """Hold what must wait for the close of polls, and release it then. A replayed night brings its own."""
    if parts.settings.mode == "replay":
        return
    while True:
        if parts.known.complete:
            for event in list(embargo.due(parts.known, parts.settings.mode, parts.clock(), NAME)):
                with suppress(JournalFault):
                    await parts.say(event, canonical(event))
                    log.info("intake.embargo", council=event.council, event_id=event.id, type=event.type)
        await asyncio.sleep(EMBARGO_SECONDS)
