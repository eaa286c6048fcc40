"""Starting over: `results refold` says what it would do, refuses what is not safe, and the same is said again."""

import asyncio
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import topics
from streams import app, clients
from streams.commands.listening import judged
from streams.delivery import status
from streams.rehearsal.broker import embedded_broker
from streams.rehearsal.night import encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.settings import Settings
from tests.commands.evening import a_headline, a_map
from tests.ops.feed import Feed, send, until

Said = dict[bytes, list[bytes]]  # by key, in the order of the log


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Feed]:
    """A feed without any process, on a broker of its own."""
    with embedded_broker() as address:
        running = Feed(address, "embedded", tmp_path)
        yield running
        running.close()


@pytest.mark.timeout(400)
def test_everything_is_said_again_under_the_same_ids_in_the_same_bytes(feed: Feed) -> None:
    assert feed.run("topics").returncode == 0
    events = asyncio.run(_declare(feed.settings))
    for agent in ("council", "area"):
        feed.start(agent, "worker", agent)
        asyncio.run(through(feed.settings, agent))
    stop(feed, "council", "area")
    first = {agent: asyncio.run(_said(feed.settings, agent)) for agent in ("council", "area")}

    plans = {agent: _refolded(feed, agent) for agent in ("council", "area")}

    second = {agent: asyncio.run(_said(feed.settings, agent)) for agent in ("council", "area")}
    assert "changelog   results-replay-council-g1-rows-changelog (35 rows), then results-" in plans["council"]
    assert f"results.replay.declarations.v1: {events} records to read again\n" in plans["council"]
    for agent, said in first.items():
        assert sum(map(len, said.values())) > 30
        assert second[agent] == {key: lines + lines for key, lines in said.items()}


def _refolded(feed: Feed, agent: str) -> str:
    """What was said would be done; afterwards it is, and a worker that was not told leaves."""
    setting = f"RESULTS_{agent.upper()}_GENERATION"
    looked = until(lambda: _allowed(feed, agent))  # Kafka forgets a worker with a name after its session
    changed = feed.run("refold", agent, "--yes")
    forgotten = feed.start("forgotten", "worker", agent).wait(90)
    feed.variables[setting] = "2"
    feed.start("again", "worker", agent)
    asyncio.run(through(feed.settings, agent))
    stop(feed, "again")

    assert (looked.returncode, changed.returncode, forgotten) == (0, 0, 2), looked.stdout + changed.stderr
    assert looked.stdout.decode().endswith("Nothing was changed. With --yes the next changelog is created.\n")
    assert f"Now set {setting}=2" in changed.stdout.decode()
    words = (feed.folder / "forgotten.log").read_text().splitlines()[-1]
    assert words.endswith(f"set {setting}=2 for every process, and start again.")
    return str(looked.stdout.decode())


def _allowed(feed: Feed, agent: str) -> "subprocess.CompletedProcess[bytes] | None":
    done = feed.run("refold", agent)
    return done if done.returncode == 0 else None


def test_headlines_of_other_rules_are_not_said_again_in_other_words(feed: Feed) -> None:
    assert feed.run("topics").returncode == 0
    asyncio.run(_write(feed.settings, a_headline(rules_version=99).model_dump_json().encode()))

    looked, tried = feed.run("refold", "council"), feed.run("refold", "council", "--yes")

    assert (looked.returncode, tried.returncode) == (1, 2)
    sentence = tried.stderr.decode()
    assert sentence.startswith("Headlines were said by rules 99, this program has rules ")
    assert f"In the way: {sentence}" in looked.stdout.decode()


def test_a_generation_that_has_begun_is_not_prepared_again(feed: Feed) -> None:
    assert feed.run("topics").returncode == 0
    feed.variables["RESULTS_COUNCIL_GENERATION"] = "2"
    assert feed.run("topics").returncode == 0
    asyncio.run(send(feed.settings, *a_map_as_sent()))
    feed.start("council", "worker", "council")
    asyncio.run(through(feed.settings, "council"))
    stop(feed, "council")
    feed.variables["RESULTS_COUNCIL_GENERATION"] = "1"

    tried = feed.run("refold", "council", "--yes")

    assert tried.returncode == 2
    assert tried.stderr.decode().startswith("Generation 2 has begun already")


def test_a_running_worker_leaves_once_the_next_generation_exists(feed: Feed) -> None:
    assert feed.run("topics").returncode == 0
    worker = feed.start("council", "worker", "council")
    asyncio.run(send(feed.settings, *a_map_as_sent()))
    asyncio.run(through(feed.settings, "council"))

    feed.variables["RESULTS_COUNCIL_GENERATION"] = "2"
    assert feed.run("topics").returncode == 0

    assert worker.wait(90) == 2
    assert "set RESULTS_COUNCIL_GENERATION=2" in (feed.folder / "council.log").read_text().splitlines()[-1]


def test_a_refold_of_nothing_is_said_in_one_sentence(feed: Feed) -> None:
    done = feed.run("refold", "area")

    assert (done.returncode, done.stderr.decode().count("\n")) == (2, 1)
    assert done.stderr.decode().startswith("There is no topic results.replay.contributions.v1 at ")


def a_map_as_sent() -> tuple[bytes, bytes]:
    event = a_map(mode="replay")
    return json.dumps(event).encode(), str(event["council"]).encode()


async def _declare(these: Settings) -> int:
    """The bundled night on the declarations topic; how many events it has."""
    topic, events = topics.declarations(these.mode), read_night(SOUTH_EAST_2023).arriving("replay")
    async with clients.producer(these, topic) as producer:
        for event in events:
            await producer.send_and_wait(topic, encode(event), key=event.council.encode())
    return len(events)


async def _write(these: Settings, headline: bytes) -> None:
    topic = topics.headlines(these.mode)
    async with clients.producer(these, topic) as producer:
        await producer.send_and_wait(topic, headline, key=b"k")


async def through(these: Settings, agent: str) -> None:
    """Return once an agent's worker has judged all that lies on its input."""
    file = app.status_file(these, agent)
    await asyncio.to_thread(until, lambda: status.is_ready(status.read(file), time.time()))
    topic = {"council": topics.declarations, "area": topics.contributions}[agent](these.mode)
    ends: dict[int, int] = {}
    async for record in clients.lying(these, topic):
        ends[record.partition] = record.offset + 1
    await asyncio.wait_for(judged(these, these.group(agent), topic, ends), 150)


async def _said(these: Settings, agent: str) -> Said:
    """The agent's headlines as they lie on the topic."""
    found: Said = {}
    async for record in clients.lying(these, topics.headlines(these.mode)):
        if record.key.startswith(b"local.") == (agent == "council"):
            found.setdefault(record.key, []).append(record.value)
    return found


def stop(feed: Feed, *names: str) -> None:
    for name in names:
        worker: subprocess.Popen[bytes] = feed.processes.pop(name)
        worker.terminate()
        assert worker.wait(60) == 0
