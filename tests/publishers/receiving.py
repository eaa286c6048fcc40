"""A receiver of webhooks that behaves as it is told, and remembers what came and what it took."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson

#: Given the number of the request and its id: the answer as status and headers, or None to hang up.
Behaviour = Callable[[int, str], "tuple[int, dict[str, str]] | None"]


def taking(number: int, id: str) -> tuple[int, dict[str, str]]:
    """Take everything."""
    return 204, {}


@dataclass(slots=True)
class Receiver:
    """What came: ``asked`` every request by id; ``taken`` what was answered with 2xx, in that order."""

    port: int = 0
    behaviour: Behaviour = taking
    pause_seconds: float = 0.0
    asked: list[str] = field(default_factory=list)
    taken: list[tuple[str, str, int, bytes, dict[str, str]]] = field(default_factory=list)
    open: int = 0
    most_open: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def once(self) -> list[tuple[str, int]]:
        """Key and number of what was taken, without what came again under the same id."""
        found: dict[str, tuple[str, int]] = {}
        for id, key, n, _, _ in self.taken:
            found.setdefault(id, (key, n))
        return list(found.values())

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests on one connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                headers = {
                    name.lower(): value
                    for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:-2])
                }
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                id = headers.get("webhook-id", "")
                self.asked.append(id)
                self.open += 1
                self.most_open = max(self.most_open, self.open)
                try:
                    if self.pause_seconds:
                        await asyncio.sleep(self.pause_seconds)
                    said = self.behaviour(len(self.asked), id)
                finally:
                    self.open -= 1
                if said is None:
                    return
                status, more = said
                if 200 <= status < 300:
                    data = orjson.loads(body).get("data", {})
                    self.taken.append((id, data.get("council") or "", data.get("n") or 0, body, headers))
                extra = "".join(f"{name}: {value}\r\n" for name, value in more.items())
                length = "" if status == 204 else "content-length: 0\r\n"
                writer.write(f"HTTP/1.1 {status} x\r\n{extra}{length}\r\n".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            pass  # the sender left, or the test is over
        finally:
            writer.close()


@asynccontextmanager
async def receiving(
    behaviour: Behaviour = taking, pause_seconds: float = 0.0, port: int = 0
) -> AsyncIterator[Receiver]:
    """A receiver for the length of a ``with``; a port is given where it is to come back there."""
    receiver = Receiver(behaviour=behaviour, pause_seconds=pause_seconds)
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", port)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
