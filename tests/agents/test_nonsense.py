"""Nonsense on the declarations topic, between good records, with the real worker on the embedded broker."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import topics
from schemas.headline import Headline
from schemas.rejection import Rejection
from streams import clients
from streams.commands.stage import Stage, stage
from streams.rehearsal.night import encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023

NONSENSE: dict[str, tuple[bytes | None, str]] = {
    "nothing": (None, "json"),
    "empty": (b"", "json"),
    "bytes": (bytes(range(256)), "json"),
    "half": (b'{"type": "WardDecl', "json"),
    "null": (b"null", "not-object"),
    "list": (b"[1, 2]", "not-object"),
    "nan": (b'{"schema_version": 1, "votes": NaN}', "range"),
    "deep": (b"[" * 100_000, "depth"),
    "twice": (b'{"schema_version": 1, "schema_version": 1}', "dup-key"),
    "version": (b'{"schema_version": 99}', "schema"),
    "large": (b'{"schema_version": 1, "x": "' + b"x" * 70_000 + b'"}', "size"),
    "huge": (b'"' + b"x" * 5_000_000 + b'"', "size"),
    "surrogate": (b'{"schema_version": 1, "type": "\\ud800"}', "json"),
}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Stage]:
    with stage(None, tmp_path) as found:
        yield found


async def test_nonsense_is_refused_with_its_place_and_good_records_go_on_as_if_nothing_had_happened(
    running: Stage,
) -> None:
    these = running.settings
    topic = topics.declarations("replay")
    night = read_night(SOUTH_EAST_2023).arriving("replay")
    horsham = [event for event in night if "horsham" in event.council]

    await running.ready()
    async with clients.producer(these, topic) as producer:
        placed: dict[str, tuple[int, int]] = {}
        for event, (name, (value, _)) in zip(horsham, NONSENSE.items(), strict=False):
            meta = await producer.send_and_wait(topic, value, key=f"nonsense-{name}".encode())
            placed[name] = (meta.partition, meta.offset)
            await producer.send_and_wait(topic, encode(event), key=event.council.encode())
        for event in horsham[len(NONSENSE) :]:
            await producer.send_and_wait(topic, encode(event), key=event.council.encode())

    rejections = [
        Rejection.model_validate_json(r)
        for r in await _read(these, topics.rejections("replay"), len(NONSENSE))
    ]
    headlines = [Headline.model_validate_json(r) for r in await _read(these, topics.headlines("replay"), 30)]
    headlines = [headline for headline in headlines if headline.council is not None]  # areas count their own
    by_place = {(r.partition, r.offset): r for r in rejections}
    for name, (value, reason) in NONSENSE.items():
        rejection = by_place[placed[name]]
        assert (name, rejection.reason) == (name, reason)
        assert rejection.size == len(value or b"")
        assert rejection.sentence
        assert rejection.topic == topic
    assert "COUNCIL_FINAL" in {headline.type for headline in headlines}
    assert [h.n for h in headlines] == list(range(1, len(headlines) + 1))
    running.check()


async def _read(these: object, topic: str, at_least: int) -> list[bytes]:
    found: list[bytes] = []
    async with asyncio.timeout(150), clients.reader(these, topic) as reader:  # type: ignore[arg-type]
        quiet = 0
        while len(found) < at_least or quiet < 3:
            batch = await reader.getmany(timeout_ms=300)
            quiet = 0 if batch else quiet + 1
            found += [record.value for records in batch.values() for record in records]
    assert all(json.loads(value) for value in found)
    return found
