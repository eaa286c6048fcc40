"""Open streams: many readers, each with a bounded queue; a slow one is let go and takes up where it was."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from streams.publishers.archive import Archive
from streams.publishers.problem import Problem
from streams.publishers.reel import Place, Reel, frame

HEARTBEAT_SECONDS = 15.0
#: A reader whose bytes do not go out for so long is let go.
STUCK_SECONDS = 20.0
#: So is one who falls this far behind while its bytes do not go out.
MOST_BEHIND = 1_000
_TICK_SECONDS = 1.0


@dataclass(slots=True, eq=False)
class Reader:
    """One open stream."""

    place: Place
    address: str
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    status: bytes = b""
    gone: bool = False
    sending_since: float | None = None
    task: "asyncio.Task[None] | None" = None


class Streams:
    """All open streams of this copy.

    ``status`` says how fresh it is, ``snapshot`` gives the picture as it stands, as JSON.
    """

    def __init__(
        self,
        reel: Reel,
        most: int,
        status: Callable[[], dict[str, object]],
        snapshot: Callable[[str], bytes],
    ) -> None:
        self.reel = reel
        self.most = most
        self.dropped = 0
        self._status, self._snapshot = status, snapshot
        self._readers: set[Reader] = set()
        self._addresses: Counter[str] = Counter()
        self._last_status: dict[str, object] = {}

    def __len__(self) -> int:
        return len(self._readers)

    def publish(self) -> None:
        """Headlines were told: wake everyone."""
        for reader in self._readers:
            reader.wake.set()

    def renew(self, archive: Archive) -> None:
        """The topics were made anew: everyone gets a snapshot of what there is now."""
        self.reel = Reel(archive)
        for reader in self._readers:
            reader.place = Place(self.reel, reader.place.filter, 0, "the topics were made anew")
            reader.wake.set()

    def admit(self, address: str) -> None:
        """Refuse a stream when there are too many, in all or from one address."""
        if len(self._readers) >= self.most or self._addresses[address] >= max(2, self.most // 2):
            raise Problem("many", "This copy has as many streams as it takes.", retry_after_seconds=10)

    async def tend(self) -> None:
        """Until cancelled: tell readers how fresh we are, and let go of those who are stuck."""
        since = 0.0
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            now = monotonic()
            status = self._status()
            since += _TICK_SECONDS
            if status["stale"] != self._last_status.get("stale") or since >= HEARTBEAT_SECONDS:
                since = 0.0
                self._last_status = status
                beat = frame("status", orjson.dumps(status))
                for reader in self._readers:
                    reader.status = beat
                    reader.wake.set()
            for reader in [r for r in self._readers if _stuck(r, now)]:
                self._drop(reader)

    def close(self) -> None:
        """End all streams in good order; their readers take up at another copy, or at this one when it is back."""
        self.most = 0
        for reader in self._readers:
            reader.gone = True
            reader.wake.set()

    async def serve(self, place: Place, address: str, receive: Receive, send: Send) -> None:
        """Feed one reader until it leaves, or is let go because its bytes do not go out."""
        reader = Reader(place, address)
        reader.task = asyncio.current_task()
        self._readers.add(reader)
        self._addresses[address] += 1
        leaving = asyncio.create_task(_until_gone(reader, receive))
        try:
            pause_ms = random.randint(1_000, 4_000)  # noqa: S311  # not all come back at once
            reader.status = b"retry: %d\n\n" % pause_ms + frame("status", orjson.dumps(self._status()))
            await self._feed(reader, send)
        except asyncio.CancelledError:
            if not reader.gone or reader.task is None:
                raise
            reader.task.uncancel()
            await _abort(send)
        else:
            await send({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()
            self._readers.discard(reader)
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    async def _feed(self, reader: Reader, send: Send) -> None:
        while not reader.gone:
            reader.wake.clear()
            chunk = reader.status + reader.place.chunk(self._snapshot)
            reader.status = b""
            if not chunk:
                if not reader.place.behind:
                    await reader.wake.wait()
                continue
            reader.sending_since = monotonic()
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            reader.sending_since = None

    def _drop(self, reader: Reader) -> None:
        reader.gone = True
        self.dropped += 1
        if reader.task is not None:
            reader.task.cancel()


class Stream(Response):
    """The response that is an open stream."""

    media_type = "text/event-stream"

    def __init__(self, streams: Streams, place: Place, address: str, headers: dict[str, str]) -> None:
        super().__init__(None, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no", **headers})
        del self.headers["content-length"]
        self._streams, self._place, self._address = streams, place, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then feed the reader."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        if scope["method"] == "HEAD":
            await send({"type": "http.response.body", "body": b""})
            return
        await self._streams.serve(self._place, self._address, receive, send)


async def _abort(send: Send) -> None:
    """Cut the connection: to end the response in good order would wait for the reader that is stuck."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the server hears of it before we return


async def _until_gone(reader: Reader, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    reader.gone = True
    reader.wake.set()


def _stuck(reader: Reader, now: float) -> bool:
    if reader.sending_since is None:
        return False
    return now - reader.sending_since > STUCK_SECONDS or reader.place.behind > MOST_BEHIND
