"""The service and the webhook sender killed at random moments: python -m tests.benchmarks.publishers.kills [kills]."""

import asyncio
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import orjson

from streams.publishers.filters import Filter
from streams.publishers.webhooks.message import new_secret
from streams.publishers.webhooks.store import Store, Subscription
from streams.rehearsal.broker import embedded_broker
from tests.benchmarks.publishers.readers import say
from tests.publishers.making import a_headline
from tests.publishers.receiving import Receiver, receiving
from tests.publishers.running import ROOT, create_topics, free_port, start, teller

COUNCILS = [f"local.kills-{n}.2023-05-04" for n in range(4)]
EACH = 150


class Subscriber:
    """A stream's reader that does what a browser does: comes back with the id of the last event."""

    def __init__(self, ports: list[int]) -> None:
        self.ports = ports
        self.last = "start"
        self.got: list[tuple[str, str, int]] = []
        self.snapshots = self.connections = 0

    async def read(self) -> None:
        """Read for ever, at one copy after the other."""
        while True:
            port = self.ports[self.connections % len(self.ports)]
            self.connections += 1
            try:
                await self._once(port)
            except (OSError, asyncio.IncompleteReadError, ValueError):
                await asyncio.sleep(0.1)

    async def _once(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(
                f"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\nLast-Event-ID: {self.last}\r\n\r\n".encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n")[0]:
                raise ValueError
            text = b""
            while size := int((await reader.readline()).strip() or b"0", 16):
                text += await reader.readexactly(size)
                await reader.readexactly(2)
                *events, text = text.split(b"\n\n")
                for event in events:
                    self._take(event)
        finally:
            writer.close()

    def _take(self, event: bytes) -> None:
        fields = dict(line.split(b": ", 1) for line in event.split(b"\n") if b": " in line)
        if fields.get(b"event") == b"snapshot":
            self.snapshots += 1
        if fields.get(b"event") == b"headline":
            headline = orjson.loads(fields[b"data"])
            self.got.append((headline["id"], headline["council"], headline["n"]))
        if b"id" in fields:
            self.last = fields[b"id"].decode()


async def night(broker: str, seconds: float) -> None:
    """Tell all headlines, spread over so many seconds."""
    async with teller(broker) as writer:
        for n in range(1, EACH + 1):
            for council in COUNCILS:
                await writer.tell(a_headline(n, council))
                await asyncio.sleep(seconds / EACH / len(COUNCILS))


def verdict(name: str, taken: list[tuple[str, str, int]]) -> None:
    """Print what is missing, what came twice, and what came out of order."""
    ids = Counter(id for id, _, _ in taken)
    wanted = {a_headline(n, council).id for n in range(1, EACH + 1) for council in COUNCILS}
    twice = sum(count - 1 for count in ids.values())
    disorder = 0
    for council in COUNCILS:
        numbers = list(dict.fromkeys(n for _, key, n in taken if key == council))
        disorder += numbers != sorted(numbers)
    missing = len(wanted - ids.keys())
    say(f"{name}: {len(wanted)} headlines, {missing} missing, {twice} repeated, {disorder} keys out of order")


async def serve_killed(broker: str, kills: int) -> None:
    """Two copies; one of them is killed and started again at random moments; readers go from one to the other."""
    draw = random.Random(11)
    ports = [free_port(), free_port()]
    copies = [start(broker, port) for port in ports]
    for copy in copies:
        await asyncio.to_thread(copy.until, 30.0, complete=True)
    readers = [Subscriber(ports), Subscriber(ports[::-1]), Subscriber(ports[:1])]
    tasks = [asyncio.create_task(reader.read()) for reader in readers]
    telling = asyncio.create_task(night(broker, kills * 2.2))
    for _ in range(kills):
        await asyncio.sleep(draw.uniform(0.2, 1.6))
        victim = draw.randrange(2)
        copies[victim].process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(copies[victim].process.wait)
        copies[victim] = start(broker, ports[victim])
    await telling
    for copy in copies:
        await asyncio.to_thread(copy.until, 30.0, complete=True, headlines=EACH * len(COUNCILS))
    await asyncio.sleep(6)
    for task in tasks:
        task.cancel()
    for copy in copies:
        copy.process.kill()
        copy.process.wait()
    for number, reader in enumerate(readers, start=1):
        how = f"{reader.connections} connections, {reader.snapshots} snapshots"
        verdict(f"serve killed {kills} times, reader {number} ({how})", reader.got)


async def sender_killed(broker: str, kills: int, folder: Path) -> None:
    """The sender killed at random moments while a receiver fails now and then."""
    draw = random.Random(12)

    def behaviour(count: int, id: str) -> tuple[int, dict[str, str]] | None:
        return draw.choices([(204, {}), (500, {}), None], [12, 1, 1])[0]

    async with receiving(behaviour, pause_seconds=0.004) as receiver:
        store = Store(folder / "replay.sqlite")
        store.add(
            Subscription("sub_1", receiver.url, (new_secret(),), Filter(), "active", "", 0), from_start=True
        )
        store.close()
        telling = asyncio.create_task(night(broker, kills * 1.6))
        sender = _sender(broker, folder)
        for _ in range(kills):
            await asyncio.sleep(draw.uniform(0.4, 3.0))
            sender.send_signal(signal.SIGKILL)
            await asyncio.to_thread(sender.wait)
            sender = _sender(broker, folder)
        await telling
        deadline = time.monotonic() + 60
        while len(receiver.once()) < EACH * len(COUNCILS) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        sender.kill()
        await asyncio.to_thread(sender.wait)
    _say_received(receiver, kills)


def _say_received(receiver: Receiver, kills: int) -> None:
    again = len(receiver.taken) - len({id for id, *_ in receiver.taken})
    by_id = {id: (id, key, n) for id, key, n, _, _ in reversed(receiver.taken)}
    first = list(dict.fromkeys(id for id, *_ in receiver.taken))
    verdict(f"sender killed {kills} times, by id", [by_id[id] for id in first])
    say(
        f"  on the wire: {len(receiver.asked)} attempts, {again} taken again under an id that the receiver had"
    )


def _sender(broker: str, folder: Path) -> "subprocess.Popen[bytes]":
    variables = {
        "RESULTS_BROKER": broker,
        "RESULTS_PROFILE": "embedded",
        "RESULTS_MODE": "replay",
        "RESULTS_WEBHOOK_DIR": str(folder),
        "RESULTS_WEBHOOK_ALLOW": "127.0.0.0/8",
    }
    command = [sys.executable, "-m", "streams", "webhook", "send", "--pace", "0.02"]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **variables},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def main() -> None:
    """Run both."""
    kills = int(sys.argv[1]) if len(sys.argv) > 1 and re.fullmatch(r"\d+", sys.argv[1]) else 30
    say(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.1f}")
    for part in (serve_killed, sender_killed):
        with embedded_broker() as broker, tempfile.TemporaryDirectory() as folder:
            create_topics(broker)
            if part is serve_killed:
                asyncio.run(serve_killed(broker, kills))
            else:
                asyncio.run(sender_killed(broker, kills, Path(folder)))


if __name__ == "__main__":
    main()
