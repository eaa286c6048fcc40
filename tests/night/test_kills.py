"""The real night with a worker that is killed again and again: what is on the topics is what the log demands."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from schemas import topics
from schemas.council import Candidate, CouncilOpened
from schemas.declaration import Result, WardDeclared
from schemas.headline import Headline
from schemas.reading import InputEvent
from schemas.rejection import Rejection
from schemas.standing import Standing
from streams import app, clients
from streams.agents.council import CouncilKeeper
from streams.delivery import status
from streams.delivery.keeper import Output, Record
from streams.rehearsal.broker import embedded_broker
from streams.rehearsal.night import encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rules.council import Council
from streams.settings import Settings, settings

KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", "1"))

#: Wards that are declared with a candidate whom only a later version of their council's map knows.
STRANGERS = (
    "local.horsham.forest.2023-05-04",
    "local.lewes.kingston.2023-05-04",
    "local.dover.sandwich.2023-05-04",
)


def the_night() -> list[InputEvent]:
    """The night, in which three declarations wait for an amended map that comes a little later."""
    events = list(read_night(SOUTH_EAST_2023).arriving("replay"))
    for ward in STRANGERS:
        at, declared = next(
            (n, e) for n, e in enumerate(events) if isinstance(e, WardDeclared) and e.ward == ward
        )
        stranger = Result(candidate="stranger", party="GRN", votes=0, elected=False)
        events[at] = declared.model_copy(update={"results": (*declared.results, stranger)})
        events.insert(min(at + 25, len(events)), _amended(events, declared))
    return events


def _amended(events: list[InputEvent], declared: WardDeclared) -> CouncilOpened:
    first = next(e for e in events if isinstance(e, CouncilOpened) and e.council == declared.council)
    wards = tuple(
        ward.model_copy(
            update={
                "candidates": (*ward.candidates, Candidate(id="stranger", name="A Stranger", party="GRN"))
            }
        )
        if ward.id == declared.ward
        else ward
        for ward in first.wards
    )
    return first.model_copy(
        update={"id": f"{first.id}-amended", "version": 2, "reason": "nomination_amended", "wards": wards}
    )


@dataclass
class Demanded:
    """What a log demands: the bytes of each headline and rejection by id, the last standing of each council."""

    headlines: dict[str, bytes] = field(default_factory=dict)
    rejections: dict[str, bytes] = field(default_factory=dict)
    standings: dict[str, bytes] = field(default_factory=dict)


def demanded(log: list[Record], partitions: int) -> Demanded:
    """Fold a log record by record, without Faust and without a broker."""
    keeper = CouncilKeeper("replay", partitions)
    councils: dict[str, Council] = {}
    versions: dict[str, int] = {}
    found = Demanded()

    def keep(output: Output) -> None:
        if output.topic == topics.headlines("replay"):
            found.headlines[Headline.model_validate_json(output.value).id] = output.value
        elif output.topic == topics.rejections("replay"):
            found.rejections[Rejection.model_validate_json(output.value).id] = output.value

    for record in log:
        read = keeper.read(record)
        if isinstance(read, Output):
            keep(read)
            continue
        judged = keeper.judge(read.key, councils.get(read.key), read.event, record)
        for output in (*judged.refusals, *judged.outputs):
            keep(output)
        if judged.state is not None:
            councils[read.key] = judged.state
            versions[read.key] = versions.get(read.key, 0) + 1
            [standing] = keeper.follow(read.key, judged.state, versions[read.key])
            found.standings[read.key] = standing.value
    return found


async def read_back(these: Settings, topic: str) -> list[Record]:
    """Every record of a topic, partition by partition in the order of the log, until nothing more comes."""
    found: list[Record] = []
    async with clients.reader(these, topic) as reader:
        quiet = 0
        while quiet < 4:
            batch = await reader.getmany(timeout_ms=300)
            quiet = 0 if batch else quiet + 1
            for records in batch.values():
                found += [
                    Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)
                    for r in records
                ]
    return sorted(found, key=lambda record: (record.partition, record.offset))


@contextmanager
def a_worker(these: Settings, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        f"RESULTS_{name.upper()}": str(getattr(these, name))
        for name in ("mode", "profile", "broker", "partitions", "data_dir")
    }
    with log.open("ab") as words:
        worker = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker", "council"],
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
        )
        try:
            yield worker
        finally:
            if worker.poll() is None:
                worker.kill()
            worker.wait()


def ready(these: Settings, worker: subprocess.Popen[bytes]) -> bool:
    found = status.read(app.status_file(these, app.COUNCIL))
    return worker.poll() is not None or status.is_ready(found, time.time())


async def declare(these: Settings, events: list[InputEvent], seconds: float) -> None:
    """Send the events evenly over some seconds."""
    topic = topics.declarations(these.mode)
    async with clients.producer(these, topic) as producer:
        for event in events:
            await producer.send_and_wait(topic, encode(event), key=event.council.encode())
            await asyncio.sleep(seconds / len(events))


def die_again_and_again(these: Settings, log: Path, lot: random.Random) -> None:
    """A worker that is killed at a random moment after it is up, ``KILLS`` times."""
    mark = app.status_file(these, app.COUNCIL)
    for _ in range(KILLS):
        mark.unlink(missing_ok=True)
        with a_worker(these, log) as worker:
            while not ready(these, worker):
                time.sleep(0.02)
            time.sleep(lot.uniform(0, 0.6))
            assert worker.poll() is None, log.read_text()[-2000:]
            worker.send_signal(signal.SIGKILL)


async def drained(these: Settings, log: Path, demands: Demanded) -> None:
    """Let a last worker finish; it may take its time, but not for ever."""
    with a_worker(these, log):
        for _ in range(60):
            said = {
                Headline.model_validate_json(r.value).id
                for r in await read_back(these, topics.headlines("replay"))
                if r.value
            }
            if said >= set(demands.headlines):
                return
            await asyncio.sleep(0.5)


@pytest.mark.timeout(400)
@pytest.mark.night
async def test_twenty_kills_lose_nothing_change_nothing_and_repeat_only_what_is_the_same(
    tmp_path: Path,
) -> None:
    with embedded_broker() as address:
        these = settings(mode="replay", profile="embedded", broker=address, data_dir=tmp_path)
        app.topics(these).create(app.every_topic(these))
        log = tmp_path / "worker.log"

        events = the_night()
        await asyncio.gather(
            declare(these, events, seconds=2.2 * KILLS),
            asyncio.to_thread(die_again_and_again, these, log, random.Random(SEED)),
        )
        declared = await read_back(these, topics.declarations("replay"))
        demands = demanded(declared, these.partitions)
        await drained(these, log, demands)
        headlines = await read_back(these, topics.headlines("replay"))
        rejections = await read_back(these, topics.rejections("replay"))
        standings = await read_back(these, topics.standings("replay"))

    assert len(declared) == len(events)
    wrong = [
        r
        for r in headlines
        if demands.headlines.get(Headline.model_validate_json(r.value or b"").id) != r.value
    ]
    assert wrong == []
    assert {Headline.model_validate_json(r.value or b"").id for r in headlines} == set(demands.headlines)
    assert {
        Rejection.model_validate_json(r.value or b"").id: r.value for r in rejections
    } == demands.rejections
    statuses = [Rejection.model_validate_json(value).status for value in demands.rejections.values()]
    assert (statuses.count("parked"), statuses.count("fitted")) == (len(STRANGERS), len(STRANGERS))
    last: dict[str, tuple[int, bytes | None]] = {}
    for record in standings:
        standing = Standing.model_validate_json(record.value or b"")
        last[standing.council] = max(last.get(standing.council, (0, None)), (standing.version, record.value))
    assert {council: value for council, (_, value) in last.items()} == demands.standings
    told = f"{KILLS} kills: {len(headlines)} headline records, {len(demands.headlines)} of them different"
    sys.stdout.write(told + chr(10))
