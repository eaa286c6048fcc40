"""What reading costs the service: python -m tests.benchmarks.publishers.cost DIR [pages a second].

Processor time of the service's own code, without a network, for a stretch of the night in which three declarations a
second come in; it is the same however busy the machine is. DIR: what `results demo --exit --speed max --out DIR` wrote.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from starlette.types import ASGIApp, Message

from streams.publishers import site as site_module
from streams.publishers.archive import Archive, Kind, Record
from streams.publishers.site import GLANCE_SECONDS
from streams.publishers.web.application import application
from tests.benchmarks.publishers.burst import BUSY, PATHS
from tests.benchmarks.publishers.readers import say
from tests.publishers.making import a_site

SECONDS, DECLARATIONS = 20, 3
#: When records of a declaration come, in seconds after it: the council's standing and headlines, then its areas'.
COMES: dict[Kind, float] = {"standings": 0.0, "headlines": 0.01, "boards": 0.06}


def records(folder: Path, kind: Kind) -> list[Record]:
    """All of a topic, the first of each council and area in front."""
    first: list[tuple[int, bytes]] = []
    rest: list[tuple[int, bytes]] = []
    known: set[str] = set()
    for line in (folder / f"{kind}.jsonl").read_bytes().splitlines():
        told = json.loads(line)
        key = told.get("council") or told["area"]
        (rest if key in known else first).append((told["n" if kind == "headlines" else "version"], line))
        known.add(key)
    lines = [line for _, line in first] + [line for _, line in sorted(rest)]
    return [Record(kind, 0, offset, line, 1_000 * offset) for offset, line in enumerate(lines)]


def coming(night: dict[Kind, list[Record]], had: dict[Kind, int]) -> Iterator[tuple[float, Record]]:
    """The records of the stretch and when each comes."""
    declarations = len(night["standings"]) - had["standings"]
    for number in range(SECONDS * DECLARATIONS):
        for kind, found in night.items():
            share = (len(found) - had[kind]) / declarations
            part = found[had[kind] + int(number * share) : had[kind] + int((number + 1) * share)]
            for place, record in enumerate(part):
                yield number / DECLARATIONS + COMES[kind] + 0.02 * (place // 3), record


async def ask(app: ASGIApp, question: str) -> None:
    """One page."""
    path, _, query = question.partition("?")
    scope: dict[str, Any] = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
        "headers": [(b"host", b"x"), (b"accept-encoding", b"gzip")], "scheme": "http", "server": ("x", 80),
        "client": ("127.0.0.1", 1), "http_version": "1.1", "asgi": {"version": "3.0"}, "root_path": "",
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise AssertionError(f"{question}: {message['status']}")

    await app(scope, receive, send)


async def measure(folder: Path, rate: int) -> None:
    """Go through the stretch by a clock of its own and print."""
    night: dict[Kind, list[Record]] = {kind: records(folder, kind) for kind in get_args(Kind)}
    had: dict[Kind, int] = {kind: len(found) // 2 for kind, found in night.items()}
    archive = Archive("replay")
    for kind, found in night.items():
        for record in found[: had[kind]]:
            archive.take(record, 0.0)
    now = 1_000.0
    setattr(site_module, "monotonic", lambda: now)  # noqa: B010  # the module's own clock
    site = a_site(archive)
    site.glance_seconds = GLANCE_SECONDS
    app = application(site)
    moments: list[tuple[float, Record | str]] = [*coming(night, had)]
    moments += zip((n / rate for n in range(SECONDS * rate)), itertools.cycle(PATHS), strict=False)
    spent: dict[type, float] = {Record: 0.0, str: 0.0}
    for at, what in sorted(moments, key=lambda moment: moment[0]):
        now = 1_000.0 + at
        site.follower.freshness.heard(now, 0)
        began = time.process_time()
        if isinstance(what, Record):
            archive.take(what, now)
        else:
            await ask(app, what)
        spent[type(what)] += time.process_time() - began
    say(
        f"{rate} pages a second: records {spent[Record] / SECONDS:.1%} and pages {spent[str] / SECONDS:.1%} of a "
        f"core; {spent[str] / SECONDS / rate * 1000:.2f} ms a page"
    )


if __name__ == "__main__":
    asyncio.run(measure(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else BUSY))
