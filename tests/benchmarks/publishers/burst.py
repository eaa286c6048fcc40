"""Do readers slow the agents down? Twenty times the reading, on cores of its own: python -m ….burst [seconds a phase].

Broker and workers (and this measurement) run on the first core, the service and its readers on the second (I-30, I-33).
Quiet and busy phases take turns in such an order that whatever else the machine does, and what the night itself grows
by, falls on both alike.
"""

import asyncio
import itertools
import multiprocessing
import os
import sys
import time
from contextlib import suppress
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer

from schemas import topics
from schemas.cloudevents import event_headers
from schemas.reading import InputEvent
from streams.clients import producer, reader
from streams.rehearsal.night import encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from tests.benchmarks.publishers.readers import cpu_seconds, percentile, say
from tests.benchmarks.publishers.stage import Feed, feed

FEED_CORE, SERVE_CORE = 0, 1
QUIET, BUSY = 20, 400
#: Which phases are busy: rows grow through the night, so busy ones must not always come second.
PHASES = (QUIET, BUSY, BUSY, QUIET) * 4
PATHS = (
    "/",
    "/?parts=1",
    "/api/v1/scoreboard",
    "/council/horsham",
    "/council/medway?parts=1",
    "/api/v1/headlines?last=50",
)


def read(port: int, rate: Any, done: Any, stop: Any) -> None:
    """Ask for so many pages a second, until stopped; it costs little, for it shares the service's core."""
    os.sched_setaffinity(0, {SERVE_CORE})
    wanted: asyncio.Queue[bytes] = asyncio.Queue()
    questions = itertools.cycle(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n".encode() for path in PATHS
    )

    async def connection() -> None:
        answers, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024 * 1024)
        while True:
            writer.write(await wanted.get())
            head = (await answers.readuntil(b"\r\n\r\n")).lower()
            await answers.readexactly(int(head.split(b"content-length: ")[1].split(b"\r\n")[0]))
            done.value += 1

    async def crowd() -> None:
        connections = [asyncio.create_task(connection()) for _ in range(40)]
        due = time.monotonic()
        while not stop.value:
            await asyncio.sleep(0.01)
            while due < time.monotonic():
                due = max(due + 1 / rate.value, time.monotonic() - 0.1)
                wanted.put_nowait(next(questions))
        for task in connections:
            task.cancel()

    asyncio.run(crowd())


async def latencies(
    running: Feed, events: list[InputEvent], seconds: float, heard: dict[str, float]
) -> list[float]:
    """Send events evenly over a phase; gives declared -> first headline on the topic, milliseconds."""
    topic = topics.declarations("replay")
    sent: dict[str, float] = {}
    async with producer(running.settings, topic) as client:
        for event in events:
            began = time.monotonic()
            sent[event.id] = time.time()
            await client.send_and_wait(
                topic, encode(event), event.council.encode(), headers=list(event_headers(event))
            )
            await asyncio.sleep(max(0.0, seconds / len(events) - (time.monotonic() - began)))
    await asyncio.sleep(1)
    return [(heard[id] - at) * 1000 for id, at in sent.items() if id in heard]


async def listen(client: AIOKafkaConsumer, heard: dict[str, float]) -> None:
    """Note when the first headline of each cause lies on the topic."""
    async for record in client:
        now = time.time()
        for cause in orjson.loads(record.value)["causes"]:
            heard.setdefault(cause, now)


def feeding() -> list[int]:
    """Broker and workers: what this process started on the feed's core."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
            if parent == os.getpid() and os.sched_getaffinity(int(path.parent.name)) == {FEED_CORE}:
                found.append(int(path.parent.name))
    return found


async def measure(
    running: Feed, seconds: float, rate: "Synchronized[float]", done: "Synchronized[int]"
) -> None:
    """Take turns and print."""
    night = read_night(SOUTH_EAST_2023).arriving("replay")
    maps, events = list(night[:35]), list(night[35:])
    heard: dict[str, float] = {}
    found: dict[float, list[float]] = {QUIET: [], BUSY: []}
    asked: dict[float, float] = {QUIET: 0, BUSY: 0}
    worked: dict[float, float] = {QUIET: 0, BUSY: 0}
    spent: dict[float, float] = {QUIET: 0, BUSY: 0}
    of_feed = feeding()
    async with reader(running.settings, topics.headlines("replay"), start="earliest") as client:
        listening = asyncio.create_task(listen(client, heard))
        await latencies(running, maps, 3, heard)
        size = len(events) // len(PHASES)
        for phase, load in enumerate(PHASES):
            rate.value = load
            await asyncio.sleep(1)
            before, began, used = done.value, time.monotonic(), cpu_seconds(running.served.process.pid)
            spent[load] -= sum(cpu_seconds(pid) for pid in of_feed)
            found[load] += await latencies(running, events[phase * size : (phase + 1) * size], seconds, heard)
            share = 1 / (time.monotonic() - began) / PHASES.count(load)
            asked[load] += (done.value - before) * share
            worked[load] += (cpu_seconds(running.served.process.pid) - used) * share
            spent[load] += sum(cpu_seconds(pid) for pid in of_feed)
        listening.cancel()
    for load, delays in found.items():
        figures = ", ".join(
            f"{name} {percentile(delays, p):.1f} ms" for name, p in (("median", 0.5), ("p95", 0.95))
        )
        say(
            f"{asked[load]:.0f} pages a second ({load} wanted), the service at {worked[load]:.0%} of its core: "
            f"{len(delays)} declarations -> headlines, {figures}; broker and workers spent "
            f"{spent[load] / len(delays) * 1000:.1f} ms of processor on each"
        )
    for name, p in (("median", 0.5), ("p95", 0.95)):
        quiet, busy = (percentile(found[load], p) for load in (QUIET, BUSY))
        say(
            f"{name} with {asked[BUSY] / asked[QUIET]:.1f} times the reading: {(busy / quiet - 1) * 100:+.1f} %"
        )


def main() -> None:
    """Run it."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    say(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    rate, done = multiprocessing.Value("d", QUIET), multiprocessing.Value("q", 0)
    stop = multiprocessing.Value("b", 0)
    with feed(FEED_CORE, SERVE_CORE) as running:
        readers = multiprocessing.Process(target=read, args=(running.served.port, rate, done, stop))
        readers.start()
        os.sched_setaffinity(0, {FEED_CORE})
        try:
            asyncio.run(measure(running, seconds, rate, done))  # type: ignore[arg-type]
        finally:
            stop.value = 1
            readers.join(5)
            readers.kill()


if __name__ == "__main__":
    main()
