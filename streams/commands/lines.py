"""JSON lines from a file or from standard input, each with its place for messages."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from streams.trouble import Trouble

Placed = tuple[str, bytes]  # where the line lay, and the line


def lines(file: str) -> Iterator[Placed]:
    """Yield each line that is not blank; ``-`` is standard input."""
    name = "standard input" if file == "-" else file
    try:
        # Not sys.stdin: a thread that waits in it would block the end of the program.
        with os.fdopen(0, "rb", closefd=False) if file == "-" else Path(file).open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield f"{name}, line {number}", line.strip()
    except OSError as failed:
        raise Trouble(f"{name} cannot be read: {failed.strerror}.") from None


async def as_they_come(file: str) -> AsyncIterator[Placed]:
    """The same for a pipe that stays open: waits in a thread of its own, which Ctrl-C need not wait for."""
    loop = asyncio.get_running_loop()
    arrived: asyncio.Queue[Placed | Trouble | None] = asyncio.Queue()

    def follow() -> None:
        end: Trouble | None = None
        try:
            for placed in lines(file):
                loop.call_soon_threadsafe(arrived.put_nowait, placed)
        except Trouble as trouble:
            end = trouble
        loop.call_soon_threadsafe(arrived.put_nowait, end)

    threading.Thread(target=follow, daemon=True).start()
    while (item := await arrived.get()) is not None:
        if isinstance(item, Trouble):
            raise item
        yield item
