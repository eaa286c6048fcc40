"""The real thing for tests: a broker, its topics, records as the workers write them, and copies of `results serve`."""

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from schemas import topics
from schemas.area import Board
from schemas.headline import Headline
from schemas.standing import Standing
from streams import app
from streams.clients import producer
from streams.settings import Settings, settings
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


def these_settings(broker: str, **given: Any) -> Settings:
    """Settings of a replay on the embedded broker."""
    return settings(mode="replay", profile="embedded", broker=broker, **given)


def create_topics(broker: str) -> None:
    """Create the topics, as `results topics` does."""
    these = these_settings(broker)
    app.topics(these).create(app.every_topic(these))


@dataclass(slots=True)
class Teller:
    """Writes to the output topics, as the workers do."""

    mode: Any
    client: AIOKafkaProducer

    async def tell(self, *said: Headline | Standing | Board) -> None:
        """Write records, each acknowledged before the next."""
        for each in said:
            match each:
                case Headline():
                    topic, key = topics.headlines(self.mode), each.key
                case Standing():
                    topic, key = topics.standings(self.mode), each.council
                case Board():
                    topic, key = topics.boards(self.mode), each.area
            await self.client.send_and_wait(topic, each.model_dump_json().encode(), key.encode())


@asynccontextmanager
async def teller(broker: str) -> AsyncIterator[Teller]:
    """A writer to the output topics."""
    these = these_settings(broker)
    async with producer(these, topics.headlines(these.mode)) as client:
        yield Teller(these.mode, client)


@dataclass(slots=True)
class Served:
    """A copy of the service in a process of its own."""

    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer."""
        request = urllib.request.Request(self.url + path, headers=headers)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as refused:
            return refused.code, {k.lower(): v for k, v in refused.headers.items()}, refused.read()

    def health(self) -> dict[str, Any]:
        """What it says of itself; empty while it does not answer."""
        try:
            return dict(json.loads(self.get("/health")[2]))
        except OSError:
            return {}

    def until(self, seconds: float = 90.0, **wanted: Any) -> None:
        """Wait until its health says so; the wanted numbers are least numbers."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = self.health()
            if found and all(_as_wanted(found.get(name), value) for name, value in wanted.items()):
                return
            assert self.process.poll() is None, "the service ended"
            time.sleep(0.05)
        raise AssertionError(f"not within {seconds} s: {wanted}, but {self.health()}")


def _as_wanted(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, bool) or not isinstance(wanted, int):
        return bool(found == wanted)
    return found is not None and found >= wanted


def start(broker: str, port: int | None = None, log: Path | None = None, **variables: str) -> Served:
    """Start a copy; the caller ends it."""
    port = port or free_port()
    words = log.open("ab") if log else subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-m", "streams", "serve", "--port", str(port)],
        cwd=ROOT,
        env={
            **os.environ,
            "RESULTS_BROKER": broker,
            "RESULTS_PROFILE": "embedded",
            "RESULTS_MODE": "replay",
            "RESULTS_LOG_FORMAT": "json",
            **variables,
        },
        stdin=subprocess.DEVNULL,
        stdout=words,
        stderr=words,
    )
    return Served(process, port)


@contextmanager
def serving(broker: str, port: int | None = None, **variables: str) -> Iterator[Served]:
    """A copy for the length of a ``with``, once it has read the topics."""
    served = start(broker, port, **variables)
    try:
        served.until(complete=True)
        yield served
    finally:
        served.process.terminate()
        try:
            served.process.wait(6)
        except subprocess.TimeoutExpired:
            served.process.kill()
            served.process.wait()


def tell(broker: str, said: Iterable[Headline | Standing | Board]) -> None:
    """Write records from a test that is not a coroutine."""

    async def all_of_it() -> None:
        async with teller(broker) as writer:
            await writer.tell(*said)

    with ThreadPoolExecutor(1) as thread:  # a test with a browser has a loop of its own in this one
        thread.submit(asyncio.run, all_of_it()).result()
