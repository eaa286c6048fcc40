"""Many open streams in one process: raw sockets that note when each headline came, and what the server weighs."""

import asyncio
import re
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

_ID = re.compile(rb'"id":"([0-9a-f]{32})","n":')


@dataclass(slots=True)
class Crowd:
    """Readers of one copy. ``came``: for each headline id, the moments at which readers had it."""

    port: int
    path: str = "/api/v1/stream"
    came: dict[str, list[float]] = field(default_factory=dict)
    open: int = 0
    lost: int = 0
    _writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    async def gather(self, count: int, at_once: int = 50) -> None:
        """Open so many streams."""
        gate = asyncio.Semaphore(at_once)

        async def one() -> None:
            async with gate:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(
                    f"GET {self.path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n".encode()
                )
                await reader.readuntil(b"event: status")
                self.open += 1
                self._writers.append(writer)
            self._tasks.append(asyncio.create_task(self._listen(reader)))

        await asyncio.gather(*(one() for _ in range(count)))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        left = b""
        while data := await reader.read(65_536):
            now = time.time()
            left += data
            last = 0
            for found in _ID.finditer(left):
                self.came.setdefault(found.group(1).decode(), []).append(now)
                last = found.end()
            left = left[max(last, len(left) - 400) :]
        self.lost += 1

    async def leave(self) -> None:
        """Close all."""
        for task in self._tasks:
            task.cancel()
        for writer in self._writers:
            writer.close()


def say(line: str) -> None:
    """Print a figure."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def weight_kb(pid: int) -> int:
    """Resident memory of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))  # type: ignore[union-attr]


def cpu_seconds(pid: int) -> float:
    """Processor time a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def percentile(values: list[float], share: float) -> float:
    """A percentile by rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]
