"""An intake as a process of its own, and producers that keep asking until they are answered."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import httpx
from aiokafka import AIOKafkaConsumer, ConsumerRecord

from schemas import topics
from schemas.contract import Mode
from schemas.reading import InputEvent
from streams import app
from streams.clients import reader
from streams.intake.producers import DOORS, Producers
from streams.settings import PREFIX, Settings, settings
from tests.ports import free_port

NAME = "Everyone"
#: Every process that a test has started; what still runs at its end is ended (conftest.py).
STARTED: "list[subprocess.Popen[bytes]]" = []
DOOR_OF = {
    "CouncilOpened": "councils", "WardDeclared": "declarations", "WardWithdrawn": "withdrawals", "Held": "holds",
    "Released": "holds", "PollChanged": "polls", "CouncilReported": "reports",
}  # fmt: skip


@dataclass(slots=True)
class Running:
    """A feed's intake: it can be killed and started again on the same journal and port."""

    settings: Settings
    key: str
    folder: Path
    noise: list[str]  # keys for nonsense, so that nobody is frozen who has something to say
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.intake_port}"

    def start(self, program: str | None = None) -> None:
        """Start `results intake`, or a program in its place; returns once it answers."""
        self._process = self.spawn("intake", program=program)
        while not self.answers():
            assert self._process.poll() is None, (self.folder / "intake.log").read_text()[-3000:]
            time.sleep(0.02)

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.settings.intake_port)) == 0

    def kill(self, number: int = signal.SIGKILL) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(60)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def spawn(self, *arguments: str, program: str | None = None) -> "subprocess.Popen[bytes]":
        """Start `results …` with the settings of this feed."""
        with (self.folder / f"{arguments[0]}.log").open("ab") as words:
            child = subprocess.Popen(
                [sys.executable, *(("-c", program) if program else ("-m", "streams", *arguments))],
                env=os.environ | self.variables(),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
            )
        STARTED.append(child)
        return child

    def variables(self) -> dict[str, str]:
        chosen = (
            "mode",
            "profile",
            "broker",
            "partitions",
            "data_dir",
            "intake_dir",
            "intake_port",
            "intake_rate",
        )
        return {f"{PREFIX}{name.upper()}": str(getattr(self.settings, name)) for name in chosen} | {
            "RESULTS_LOG_FORMAT": "json"
        }

    def health(self) -> dict[str, object]:
        found: dict[str, object] = httpx.get(f"{self.url}/health", timeout=30).json()
        return found

    def drained(self, seconds: float = 150) -> None:
        """Return once everything in the journal is on the log."""
        end = time.monotonic() + seconds
        while self.health()["waiting"]:
            assert time.monotonic() < end, self.health()
            time.sleep(0.1)

    async def on_the_log(self, name: Callable[[Mode], str] = topics.declarations) -> list[ConsumerRecord]:
        """All records of a topic, partition after partition."""
        async with reader(self.settings, name(self.settings.mode)) as consumer:
            return await read_all(consumer)


async def read_all(consumer: AIOKafkaConsumer) -> list[ConsumerRecord]:
    await consumer.getmany(timeout_ms=200, max_records=1)
    consumer.subscription()
    ends = await consumer.end_offsets(list(consumer.assignment()))
    await consumer.seek_to_beginning(*ends)
    found: dict[object, list[ConsumerRecord]] = {}
    while any([await consumer.position(partition) < end for partition, end in ends.items()]):
        for partition, records in (await consumer.getmany(timeout_ms=500)).items():
            found.setdefault(partition, []).extend(records)
    return [record for partition in sorted(found) for record in found[partition]]  # type: ignore[type-var]


def running(
    broker: str,
    folder: Path,
    mode: Mode = "replay",
    profile: str = "embedded",
    intake_dir: Path | None = None,
) -> Running:
    """Topics created, a producer for everything registered; nothing started yet."""
    these = settings(
        mode=mode, profile=profile, broker=broker, data_dir=folder, intake_dir=intake_dir or folder / "intake",
        intake_port=free_port(), intake_rate=100_000.0,
    )  # fmt: skip
    app.topics(these).create(app.every_topic(these))
    register = Producers(these.intake_dir)
    key = register.add(NAME, tier=1, councils=["*"], doors=DOORS, rate=100_000.0)
    noise = [register.add(f"Noise {n}", councils=["*"], rate=1_000.0) for n in range(40)]
    register.close()
    return Running(these, key, folder, noise)


@dataclass(slots=True)
class Answers:
    """What producers were told, and how long they waited for a 202."""

    taken: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    codes: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    unanswered: int = 0


async def push(
    feed: Running, lists: Sequence[Sequence[InputEvent | tuple[str, bytes]]], answers: Answers, *, pause: float = 0.0,
    seed: int = 0,
) -> None:  # fmt: skip
    """One producer for each list: it sends in order and asks again until it is answered. ``pause`` seconds at most."""
    # aiohttp, for hundreds of connections at once cost it least: the figures are to be intake's, not the test's.
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(feed.url, connector=connector) as http:
        await asyncio.gather(
            *(
                _one(
                    feed,
                    http,
                    [_item(event, feed, n) for event in events],
                    answers,
                    pause,
                    random.Random(f"{seed} {n}"),
                )
                for n, events in enumerate(lists)
            )
        )


def _item(event: InputEvent | tuple[str, bytes], feed: Running, number: int) -> tuple[str, bytes, str, str]:
    """Id, body, door and key of one request."""
    if isinstance(event, tuple):
        return event[0], event[1], "declarations", feed.noise[number % len(feed.noise)]
    own = event.model_copy(update={"producer": NAME})
    return own.id, own.model_dump_json(exclude_defaults=True).encode(), DOOR_OF[own.type], feed.key


async def _one(
    feed: Running, http: aiohttp.ClientSession, items: Sequence[tuple[str, bytes, str, str]], answers: Answers,
    pause: float, lot: random.Random,
) -> None:  # fmt: skip
    for id, body, door, key in items:
        if pause:
            await asyncio.sleep(lot.uniform(0, pause))
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        while True:
            began = time.monotonic()
            try:
                async with http.post(f"/v1/{door}", data=body, headers=headers) as answer:
                    code = answer.status
                    await answer.read()
            except (aiohttp.ClientError, OSError):
                answers.unanswered += 1
                await asyncio.sleep(0.05)
                continue
            answers.codes[code] += 1
            if code == 202:
                answers.seconds.append(time.monotonic() - began)
                answers.taken.add(id)
                break
            if code not in (429, 503):
                answers.refused.add(id)
                break
            await asyncio.sleep(0.1)


def tell(figures: dict[str, object]) -> None:
    """Show figures to whoever runs the tests with `-s`."""
    sys.stdout.write(f"\n{figures}\n")
