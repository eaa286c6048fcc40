"""The real night through each way in: the same headlines of councils, byte for byte, and the same claims of areas."""

import asyncio
import csv
import io
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson
import pytest

from results_client.producer import DeclarationProducer
from schemas import topics
from schemas.contract import Mode
from schemas.council import CouncilOpened
from schemas.declaration import WardDeclared
from schemas.reading import InputEvent
from streams.intake.files.layouts import WARD_COLUMNS
from streams.rehearsal.broker import embedded_broker
from tests.intake.evening import by_council, given_to_areas, the_night, undisturbed
from tests.intake.running import NAME, Answers, Running, push, running

pytestmark = [pytest.mark.night, pytest.mark.timeout(400)]

#: All ways say the same only if all events come from the same producer.
NIGHT = [event.model_copy(update={"producer": NAME}) for event in the_night()]


Said = dict[str, list[bytes]]


async def said(feed: Running, due: Said, given: Said, seconds: float = 240) -> tuple[Said, Said]:
    """Headlines and contributions to areas by the council worker, by council, once each."""
    worker = feed.spawn("worker", "council")
    end = time.monotonic() + seconds
    try:
        while True:
            headlines, contributions = (
                await once(feed, topics.headlines),
                await once(feed, topics.contributions),
            )
            if (
                count(headlines) >= count(due) and count(contributions) >= count(given)
            ) or time.monotonic() > end:
                return headlines, contributions
            await asyncio.sleep(1)
    finally:
        worker.terminate()
        worker.wait()


def count(said: Said) -> int:
    return sum(map(len, said.values()))


async def once(feed: Running, topic: Callable[[Mode], str]) -> Said:
    found: dict[str, dict[bytes, None]] = defaultdict(dict)
    for record in await feed.on_the_log(topic):
        found[orjson.loads(record.value)["council"]][record.value] = None
    return {council: list(values) for council, values in found.items()}


async def through_http(feed: Running) -> None:
    answers = Answers()
    feed.start()
    await push(feed, by_council(NIGHT), answers)
    await asyncio.to_thread(feed.drained)
    assert set(answers.codes) == {202}
    assert feed.kill(15) == 0


async def through_the_client(feed: Running) -> None:
    async with DeclarationProducer(feed.settings.broker, "replay", idempotent=False) as producer:
        for event in NIGHT:
            await producer.declare(event)


async def through_files(feed: Running) -> None:
    """Maps, holds and changed polls as JSON lines, declarations as CSV in both layouts, in the order of the night."""
    for number, (kind, group) in enumerate(groupby(NIGHT, lambda event: isinstance(event, WardDeclared))):
        events = list(group)
        if kind:
            text = [by_candidate, by_ward][number % 2](events)  # type: ignore[operator]
            path = feed.folder / f"{number}.csv"
        else:
            text = b"".join(
                event.model_dump_json(exclude_defaults=True).encode() + b"\n" for event in events
            ).decode()
            path = feed.folder / f"{number}.jsonl"
        path.write_text(text)
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "streams", "declare", "--send", "--producer", NAME, str(path)],
            env=os.environ | feed.variables(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr[:2_000]


def names_of() -> tuple[dict[str, CouncilOpened], dict[str, str]]:
    maps = {event.council: event for event in NIGHT if isinstance(event, CouncilOpened)}
    return maps, {ward.id: ward.name for opened in maps.values() for ward in opened.wards}


def particulars(event: WardDeclared) -> dict[str, str]:
    told = event.model_dump(mode="json", exclude_defaults=True)
    moment, source = told.pop("declared_at"), told.pop("source")
    maps, wards = names_of()
    flat = {**told, **moment, **source, "declared_at": moment["at"], "source": source["name"]}
    flat |= {"council": maps[event.council].name, "ward": wards[event.ward]}
    return {name: str(flat[name]) for name in WARD_COLUMNS if name in flat}


def candidates(event: WardDeclared) -> list[dict[str, str]]:
    """By id: on this night initials and surname are now and then shared, and then a file has to say which."""
    lot = {event.lot.winner: "won", event.lot.loser: "lost"} if event.lot else {}
    return [
        {
            "candidate": result.candidate,
            "party": result.party,
            "votes": "" if result.votes is None else str(result.votes),
            "elected": "yes" if result.elected else "no",
            "lot": lot.get(result.candidate, ""),
        }
        for result in event.results
    ]


def by_candidate(events: list[InputEvent]) -> str:
    rows: list[dict[str, str]] = []
    for event in events:
        assert isinstance(event, WardDeclared)
        own = particulars(event)
        for number, one in enumerate(candidates(event)):
            rows.append((own if number == 0 else {n: own[n] for n in ("council", "ward", "revision")}) | one)
    return written(rows)


def by_ward(events: list[InputEvent]) -> str:
    rows: list[dict[str, str]] = []
    for event in events:
        assert isinstance(event, WardDeclared)
        numbered = {
            f"{name}_{n}": value for n, one in enumerate(candidates(event), 1) for name, value in one.items()
        }
        rows.append(particulars(event) | numbered)
    return written(rows)


def written(rows: list[dict[str, str]]) -> str:
    text = io.StringIO()
    table = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize("way", [through_http, through_files, through_the_client])
async def test_the_night_is_the_same_whatever_way_it_comes(way: Any, tmp_path: Path) -> None:
    due, given = undisturbed(by_council(NIGHT)), given_to_areas(by_council(NIGHT))
    with embedded_broker(log=tmp_path / "broker.log") as address:
        feed = running(address, tmp_path)
        await way(feed)

        headlines, contributions = await said(feed, due, given)

    for council, expected in due.items():
        assert [orjson.loads(line)["n"] for line in headlines[council]] == list(range(1, len(expected) + 1))
    assert headlines == due
    # Each council has several areas, on partitions of their own: the order between them is nobody's.
    assert {council: sorted(values) for council, values in contributions.items()} == {
        council: sorted(values) for council, values in given.items()
    }
