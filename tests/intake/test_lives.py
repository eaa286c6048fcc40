"""Whatever is killed: what was answered 202 is on the log, what was refused is not, and the news is the same."""

import asyncio
import os
import random
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import topics
from schemas.reading import InputEvent
from streams.rehearsal.broker import embedded_broker
from tests.intake.evening import by_council, corrected, the_night, undisturbed, with_nonsense
from tests.intake.running import NAME, Answers, Running, push, running, tell
from tests.kafka.server import kafka_broker

KILLS = int(os.environ.get("INTAKE_KILLS", "2"))
OUTAGE_SECONDS = float(os.environ.get("INTAKE_OUTAGE_SECONDS", "3"))

pytestmark = pytest.mark.timeout(400 + 6 * KILLS + 4 * OUTAGE_SECONDS)


async def check(
    feed: Running, answers: Answers, lists: list[list[InputEvent]], headlines: bool = True
) -> dict[str, int]:
    """The promises of intake against the topics; gives figures."""
    records = await feed.on_the_log()
    lies: dict[str, list[bytes]] = defaultdict(list)
    for record in records:
        lies[dict(record.headers)["ce_id"].decode()].append(record.value)
    assert answers.taken <= set(lies), "answered 202 and not on the log"
    assert not answers.refused & set(lies), "refused and yet on the log"
    assert all(len(set(copies)) == 1 for copies in lies.values()), "two contents under one id"
    if headlines:
        due = undisturbed(
            [event.model_copy(update={"producer": NAME}) for event in events] for events in lists
        )
        assert await said(feed, due) == due
    copies = sum(len(found) - 1 for found in lies.values())
    return {
        "events": len(lies), "taken": len(answers.taken), "refused": len(answers.refused), "copies": copies,
        "unanswered": answers.unanswered,
    }  # fmt: skip


async def said(feed: Running, due: dict[str, list[bytes]], seconds: float = 240) -> dict[str, list[bytes]]:
    """The headlines on the topic, once each, by council; waits for as many as are due."""
    worker = feed.spawn("worker", "council")
    try:
        end = time.monotonic() + seconds
        while True:
            found: dict[str, dict[bytes, None]] = defaultdict(dict)
            for record in await feed.on_the_log(topics.headlines):
                found[record.key.decode()][record.value] = None
            if sum(map(len, found.values())) >= sum(map(len, due.values())) or time.monotonic() > end:
                return {council: list(values) for council, values in found.items()}
            await asyncio.sleep(1)
    finally:
        worker.terminate()
        worker.wait()


@pytest.mark.chaos
async def test_intake_is_killed_at_random_moments_under_load(tmp_path: Path) -> None:
    times = 1 if KILLS < 10 else 4
    lists = by_council(corrected(the_night(), times))
    nonsense = [with_nonsense(events) for events in lists]
    lot, answers, lives = random.Random(KILLS), Answers(), 0
    with embedded_broker(log=tmp_path / "broker.log") as address:
        feed = running(address, tmp_path)
        feed.start()
        pushing = asyncio.create_task(push(feed, nonsense, answers, pause=0.02 * KILLS / times))
        while lives < KILLS:
            await asyncio.sleep(lot.uniform(0.05, 0.8))
            feed.kill()
            lives += 1
            await asyncio.to_thread(feed.start)
        under_load = not pushing.done()
        await pushing
        await asyncio.to_thread(feed.drained)
        figures = await check(feed, answers, lists)
        assert feed.kill(15) == 0
    tell({"kills": lives, "under_load_to_the_end": under_load, **figures})


#: An intake that answers before the journal is written: the verdict has to find it out.
TOO_SOON = """
import time
from streams.intake import pen
from streams.intake.journal import Taken
write = pen.Pen._write
def hasty(self, batch):
    for asked in batch:
        given = [tuple(Taken(0, e.id, "journalled", True) for e in request) for request in asked.requests]
        self._loop.call_soon_threadsafe(pen._resolve, asked.answer, given)
    time.sleep(1)
    write(self, batch)
pen.Pen._write = hasty
from streams.commands.intake import intake
intake()
"""


@pytest.mark.chaos
async def test_the_verdict_finds_out_an_intake_that_answers_too_soon(tmp_path: Path) -> None:
    answers = Answers()
    lists = by_council(the_night())
    with embedded_broker(log=tmp_path / "broker.log") as address:
        feed = running(address, tmp_path)
        feed.start(program=TOO_SOON)
        pushing = asyncio.create_task(push(feed, lists, answers, pause=0.1))
        for program in (TOO_SOON, None):
            answered = len(answers.taken)
            while len(answers.taken) == answered:
                assert not pushing.done()
                await asyncio.sleep(0.01)
            feed.kill()  # what was answered is not written for a second
            await asyncio.to_thread(feed.start, program)
        await pushing
        await asyncio.to_thread(feed.drained)
        with pytest.raises(AssertionError, match="answered 202 and not on the log"):
            await check(feed, answers, lists, headlines=False)
        feed.kill()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 3 MB of its own."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "intake", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("only root may mount a file system")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


@pytest.mark.chaos
async def test_a_full_disk_takes_nothing_and_loses_nothing(tmp_path: Path, small_disk: Path) -> None:
    lists = by_council(corrected(the_night(), 2))
    answers = Answers()
    with embedded_broker(log=tmp_path / "broker.log") as address:
        feed = running(address, tmp_path, intake_dir=small_disk)
        feed.start()
        pushing = asyncio.create_task(push(feed, lists, answers))
        while answers.codes[503] < 100:
            assert not pushing.done(), answers.codes
            await asyncio.sleep(0.05)
        taken = len(answers.taken)
        subprocess.run(["mount", "-o", "remount,size=60m", small_disk], check=True)  # noqa: ASYNC221
        await pushing
        await asyncio.to_thread(feed.drained)
        figures = await check(feed, answers, lists)
        assert feed.kill(15) == 0
    assert 0 < taken < len(answers.taken)
    tell({"taken before it was full": taken, "answered 503": answers.codes[503], **figures})


@pytest.mark.kafka
async def test_a_broker_that_is_away_keeps_nobody_from_sending(tmp_path: Path) -> None:
    lists = by_council(corrected(the_night(), 1))
    answers = Answers()
    folder = tmp_path / "kafka"
    folder.mkdir()
    with kafka_broker(folder) as kafka:
        feed = running(kafka.address, tmp_path, profile="kafka")
        feed.start()
        pushing = asyncio.create_task(push(feed, [with_nonsense(e) for e in lists], answers, pause=0.6))
        await asyncio.sleep(2)
        kafka.kill()
        before = len(answers.taken)
        await asyncio.sleep(OUTAGE_SECONDS / 2)
        feed.kill()  # and intake itself, while there is no broker
        await asyncio.to_thread(feed.start)
        await asyncio.sleep(OUTAGE_SECONDS / 2)
        while (meanwhile := len(answers.taken) - before) <= 10 * OUTAGE_SECONDS:
            assert not pushing.done()
            await asyncio.sleep(0.1)
        await asyncio.to_thread(kafka.start)
        await pushing
        await asyncio.to_thread(feed.drained)
        figures = await check(feed, answers, lists)
        assert feed.kill(15) == 0
    tell({"outage_seconds": OUTAGE_SECONDS, "taken_meanwhile": meanwhile, **figures})
