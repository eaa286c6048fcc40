"""On Apache Kafka: does everyone have the same night, once and in order, while the broker comes and goes?"""

import asyncio
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import ExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from results_client.consumer import HeadlineConsumer
from schemas import topics
from schemas.cloudevents import event_headers
from schemas.reading import InputEvent
from streams.clients import producer, reader
from streams.commands.listening import judged
from streams.rehearsal.broker import embedded_broker
from streams.rehearsal.night import encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.settings import Settings
from tests.benchmarks.publishers.kills import Subscriber
from tests.kafka.server import kafka_broker
from tests.ops.feed import Feed
from tests.ports import free_port
from tests.publishers.receiving import receiving
from tests.publishers.running import Served

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(600)]

COUNCILS = 3
EVENTS = 60

#: Key and ids of headlines, in the order in which they were told.
Told = dict[str, list[str]]


def part_of_the_night() -> list[InputEvent]:
    """Three councils, and the first declarations of theirs."""
    night = read_night(SOUTH_EAST_2023)
    chosen = {council.council for council in night.maps[:COUNCILS]}
    return [event for event in night.arriving("replay") if event.council in chosen][: COUNCILS + EVENTS]


async def declare(settings: Settings, events: Iterable[InputEvent]) -> None:
    """Send them, and return when the council worker has judged them all."""
    topic = topics.declarations(settings.mode)
    ends: dict[int, int] = {}
    async with producer(settings, topic) as client:
        for event in events:
            lies = await client.send_and_wait(
                topic, encode(event), event.council.encode(), headers=list(event_headers(event))
            )
            ends[lies.partition] = lies.offset + 1
    async with asyncio.timeout(120):
        while True:
            try:
                return await judged(settings, settings.group("council"), topic, ends)
            except KafkaError:  # the broker has just come back, and its groups have not
                await asyncio.sleep(0.2)


async def lying(settings: Settings) -> int:
    """How many records the headlines topic has."""
    topic = topics.headlines(settings.mode)
    partitions = [TopicPartition(topic, number) for number in range(settings.partitions)]
    async with reader(settings, topic) as client:
        return sum((await client.end_offsets(partitions)).values())


def by_key(told: Iterable[tuple[str, str]]) -> Told:
    found: Told = defaultdict(list)
    for key, id in told:
        found[key].append(id)
    return dict(found)


async def subscribe(settings: Settings, into: list[tuple[str, str]]) -> None:
    """A subscriber with Kafka, for ever."""
    async with HeadlineConsumer(settings.broker, settings.mode) as headlines:
        async for headline in headlines:
            into.append((headline.key, headline.id))


async def until(holds: Callable[[], Any], seconds: float = 120.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@asynccontextmanager
async def working(broker: str, profile: str, folder: Path, **variables: str) -> AsyncIterator[Feed]:
    """Topics and a council worker."""
    await asyncio.to_thread(folder.mkdir)
    feed = Feed(broker, profile, folder, RESULTS_MODE="replay", **variables)
    try:
        done = await asyncio.to_thread(feed.run, "topics")
        assert done.returncode == 0, done.stderr
        feed.start("worker", "worker", "council")
        yield feed
    finally:
        await asyncio.to_thread(feed.close)


async def keep_up(feed: Feed) -> None:
    """Start the worker again whenever it has ended, as a supervisor does; it may end late, when its broker is back."""
    while True:
        if feed.processes["worker"].poll() is not None:
            feed.start("worker", "worker", "council")
        await asyncio.sleep(0.2)


async def on_the_embedded_broker(folder: Path, events: list[InputEvent]) -> Told:
    with embedded_broker() as address:
        async with working(address, "embedded", folder) as feed:
            await declare(feed.settings, events)
            told: list[tuple[str, str]] = []
            task = asyncio.create_task(subscribe(feed.settings, told))
            count = await lying(feed.settings)
            await until(lambda: len(told) == count)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    return by_key(told)


async def test_frozen_killed_and_back_everyone_has_the_night_that_the_embedded_broker_gave(
    tmp_path: Path,
) -> None:
    events = part_of_the_night()
    thirds = [events[: COUNCILS + 20], events[COUNCILS + 20 : COUNCILS + 40], events[COUNCILS + 40 :]]
    port = free_port()
    variables = {
        "RESULTS_SERVE_PORT": str(port),
        "RESULTS_WEBHOOK_DIR": str(tmp_path / "webhooks"),
        "RESULTS_WEBHOOK_ALLOW": "127.0.0.0/8",
    }
    with ExitStack() as stack:
        wanting = asyncio.create_task(on_the_embedded_broker(tmp_path / "embedded", events))
        kafka = await asyncio.to_thread(stack.enter_context, kafka_broker(tmp_path))
        async with (
            working(kafka.address, "kafka", tmp_path / "kafka", **variables) as feed,
            receiving() as receiver,
        ):
            served = Served(feed.start("serve", "serve"), port)
            await asyncio.to_thread(feed.run, "webhook", "add", receiver.url, "--from-start")
            feed.start("webhooks", "webhook", "send", "--pace", "0.05")
            told: list[tuple[str, str]] = []
            stream = Subscriber([port])
            tasks = [
                asyncio.create_task(subscribe(feed.settings, told)),
                asyncio.create_task(stream.read()),
            ]

            async def all_have_it() -> None:
                count = await lying(feed.settings)
                with suppress(TimeoutError):
                    await until(lambda: len(told) == len(stream.got) == len(receiver.taken) == count)
                assert (len(told), len(stream.got), len(receiver.taken)) == (count, count, count)

            await declare(feed.settings, thirds[0])
            await all_have_it()

            kafka.signal(signal.SIGSTOP)
            await asyncio.to_thread(served.until, stale=True)
            page = await asyncio.to_thread(served.get, "/", Accept="text/html")
            kafka.signal(signal.SIGCONT)
            await declare(feed.settings, thirds[1])
            await all_have_it()
            await asyncio.to_thread(served.until, stale=False)

            await asyncio.to_thread(kafka.kill)
            await asyncio.to_thread(served.until, stale=True)
            await asyncio.to_thread(kafka.start)
            keeping = asyncio.create_task(keep_up(feed))
            await declare(feed.settings, thirds[2])
            keeping.cancel()
            await all_have_it()
            await asyncio.to_thread(served.until, stale=False)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        wanted = await wanting

    assert b"Not up to date" in page[2]
    assert sum(len(ids) for ids in wanted.values()) > EVENTS
    assert by_key(told) == wanted
    assert by_key((key, id) for id, key, _ in stream.got) == wanted
    assert by_key((key, id) for id, key, *_ in receiver.taken) == wanted
    assert stream.snapshots == 0
