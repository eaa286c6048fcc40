"""A TCP proxy between workers and a broker that can be told to be a bad network; loopback only."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

HOST = "127.0.0.1"

#: ``cut``: every connection reset, none taken.  ``stall``: nothing moves, and nothing is lost.  ``half-open``: what
#: workers send goes nowhere.  ``deaf``: the broker hears, its answers go nowhere.  ``slow``: late and drop by drop.
#: ``torn``: every connection reset in the middle of a frame.
Fault = Literal["cut", "stall", "half-open", "deaf", "slow", "torn"]

FAULTS: tuple[Fault, ...] = ("cut", "stall", "half-open", "deaf", "slow", "torn")

LATE_SECONDS, DROP_BYTES, DROP_SECONDS = 0.2, 256, 0.01
TORN_AFTER_BYTES = 700


@dataclass
class Proxy:
    """One listener in front of one broker; faults may be set from any thread."""

    port: int
    upstream_port: int = 0
    _fault: Fault | None = None
    _left: int = 0
    _open: set[asyncio.BaseTransport] = field(default_factory=set)
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    def be(self, fault: Fault) -> None:
        """Be a bad network of this kind from now on."""
        self._loop.call_soon_threadsafe(self._begin, fault)

    def calm(self) -> None:
        """Be a good one again."""
        self._loop.call_soon_threadsafe(self._end)

    def _begin(self, fault: Fault) -> None:
        self._fault, self._left, self._over = fault, TORN_AFTER_BYTES, asyncio.Event()
        if fault == "cut":
            self._reset()

    def _end(self) -> None:
        self._fault = None
        self._over.set()

    def _reset(self) -> None:
        for transport in list(self._open):
            transport.abort()  # type: ignore[attr-defined]

    async def _serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self._take, HOST, self.port)
        ready.set()
        async with server:
            await server.serve_forever()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._fault == "cut":
            writer.transport.abort()
            return
        try:
            from_broker, to_broker = await asyncio.open_connection(HOST, self.upstream_port)
        except OSError:
            writer.transport.abort()
            return
        both: set[asyncio.BaseTransport] = {writer.transport, to_broker.transport}
        self._open |= both
        await asyncio.gather(
            self._pump(reader, to_broker, lost_in="half-open"),
            self._pump(from_broker, writer, lost_in="deaf"),
        )
        self._open -= both

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost_in: Fault) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if not await self._pass_on(data, writer, lost_in):
                    break
        writer.transport.abort()
        reader._transport.abort()  # type: ignore[attr-defined]

    async def _pass_on(self, data: bytes, writer: asyncio.StreamWriter, lost_in: Fault) -> bool:
        """Whether the connection still stands afterwards."""
        fault, over = self._fault, self._over
        if fault == lost_in:
            await over.wait()
            return False  # bytes are missing from the stream now: no path would deliver the rest
        if fault == "stall":
            await over.wait()
        if fault == "slow":
            await asyncio.sleep(LATE_SECONDS)
            for start in range(0, len(data), DROP_BYTES):
                writer.write(data[start : start + DROP_BYTES])
                await asyncio.sleep(0 if over.is_set() else DROP_SECONDS)
            return True
        if fault == "torn":
            data, whole = data[: self._left], len(data) < self._left
            self._left -= len(data)
            writer.write(data)
            if not whole:
                await asyncio.sleep(0.05)  # what was written still arrives
                self._reset()
                self._left = TORN_AFTER_BYTES
            return whole
        writer.write(data)
        await writer.drain()
        return True


@contextmanager
def proxy(port: int) -> Iterator[Proxy]:
    """A proxy listening for the length of a ``with``; set its ``upstream_port`` before anybody connects."""
    running = Proxy(port)
    ready = threading.Event()

    def run(work: Coroutine[Any, Any, None]) -> None:
        with suppress(asyncio.CancelledError):
            running._loop.run_until_complete(work)

    thread = threading.Thread(target=run, args=(running._serve(ready),), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield running
    finally:
        running._loop.call_soon_threadsafe(_stop, running._loop)
        thread.join(10)
        running._loop.close()


def _stop(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
