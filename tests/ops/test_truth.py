"""Time lag against another client's reading of the same log, through everything that disturbs it.

On the embedded broker and, marked ``kafka``, on Apache Kafka: caught up, frozen, dead, rebalanced, rewound, and
while and after the broker is away.  All the while every lag that the monitor shows is a number, and never below zero.
"""

import asyncio
import json
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from confluent_kafka import Consumer, KafkaException, TopicPartition

from schemas import topics
from streams.rehearsal.broker import embedded_broker
from streams.settings import Settings
from tests.commands.evening import a_map
from tests.kafka.server import Kafka, free_ports
from tests.ops.feed import Feed, send, until
from tests.ops.test_feed import of
from tests.ops.truth import late_seconds

pytestmark = [pytest.mark.timeout(400)]

_LAG = re.compile(rb"^kafka_consumergroup_group_\w*lag\w*\{.*\} (\S+)$", re.M)


class Embedded:
    """The embedded broker, which can be ended and begun again; what it held is gone then."""

    profile = "embedded"

    def __init__(self, folder: Path) -> None:
        (self._port,) = free_ports(1)
        self.address = f"127.0.0.1:{self._port}"
        self._log = folder / "broker.log"
        self._running = ExitStack()

    def start(self) -> None:
        self._running.enter_context(embedded_broker(self._port, self._log))

    def kill(self) -> None:
        self._running.close()


class Apache(Kafka):
    """Apache Kafka, which keeps what it has."""

    profile = "kafka"


class Seen:
    """Every lag that the monitor shows, scrape after scrape."""

    def __init__(self, feed: Feed) -> None:
        self.lags: list[float] = []
        self._feed = feed
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Seen":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            try:
                self.lags += [float(value) for value in _LAG.findall(self._feed.get("/metrics"))]
            except OSError:
                continue  # not before all topics were read once


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.kafka)])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    running = Embedded(tmp_path) if request.param == "embedded" else Apache(tmp_path)
    running.start()
    try:
        yield running
    finally:
        running.kill()


@pytest.fixture
def feed(broker: Any, tmp_path: Path) -> Iterator[Feed]:
    running = Feed(
        broker.address, broker.profile, tmp_path,
        RESULTS_SESSION_TIMEOUT_SECONDS="3", RESULTS_MONITOR_PROBE_SECONDS="0",
    )  # fmt: skip
    try:
        made = running.run("topics")
        assert made.returncode == 0, made.stderr
        worker(running)
        running.start("area", "worker", "area")
        running.start("monitor", "monitor")
        until(lambda: (group := running.group())["verdict"] == "ok" and group["members"] == 1)
        with Seen(running) as seen:
            yield running
            until(lambda: len(seen.lags) > 50)
        assert [lag for lag in seen.lags if not lag >= 0] == []  # NaN is not at least anything
    finally:
        running.close()


def worker(feed: Feed, instance: str = "1") -> None:
    feed.start(f"worker-{instance}", "worker", "council", RESULTS_INSTANCE=instance)


def known(feed: Feed) -> tuple[float, Any] | None:
    """When the monitor was asked, and what it shows; nothing while its last look is too old to tell."""
    asked = time.time()
    shown = feed.group()
    return None if shown["lag_seconds"] is None else (asked, shown)


def compared(feed: Feed, when: str, looks: int = 2) -> float:
    """The largest distance between the monitor's figure and the truth, over several looks; each is printed."""
    these = feed.settings
    worst = 0.0
    for _ in range(looks):
        asked, shown = until(lambda: known(feed))
        before = time.time()
        truth = late_seconds(
            these.broker, these.group("council"), topics.declarations(these.mode), these.partitions
        )
        truth -= (time.time() - before) if truth else 0.0
        # The monitor answered at some moment between the two.
        worst = max(worst, abs(shown["lag_seconds"] - truth) - (before - asked))
        sys.stderr.write(
            f"\n  {these.profile}, {when}: shown {shown['lag_seconds']:.2f} s, truth {truth:.2f} s, "
            f"{shown['verdict']}"
        )
    return worst


def declare(feed: Feed, council: str) -> None:
    asyncio.run(send(feed.settings, *of(council, a_map())))


def rewind(feed: Feed) -> None:
    """Set the group back to the beginning, as soon as the broker lets somebody else do that."""
    if feed.settings.profile == "embedded":
        asyncio.run(_rewind_as_a_member(feed.settings))
    else:
        _rewind_from_outside(feed.settings)


class OfTheWorkers(RoundRobinPartitionAssignor):  # type: ignore[misc]
    """Named as the workers' own, which is the one that the embedded broker lets into their group, for ever."""

    name = "faust"


async def _rewind_as_a_member(these: Settings) -> None:
    """The embedded broker takes a commit from a member only, so a stranger joins once the worker is gone."""
    topic = topics.declarations(these.mode)
    joined = AIOKafkaConsumer(
        topic, bootstrap_servers=these.broker, group_id=these.group("council"), enable_auto_commit=False,
        session_timeout_ms=3000, heartbeat_interval_ms=500, partition_assignment_strategy=(OfTheWorkers,),
    )  # fmt: skip
    async with joined, asyncio.timeout(150):
        while len(joined.assignment()) < these.partitions:
            await joined.getmany(timeout_ms=200)
        await joined.commit(dict.fromkeys(joined.assignment(), 0))


def _rewind_from_outside(these: Settings) -> None:
    """Apache Kafka takes a commit from anybody, once it counts the worker out."""
    topic = topics.declarations(these.mode)
    places = [TopicPartition(topic, number, 0) for number in range(these.partitions)]

    def accepted() -> bool:
        try:
            client.commit(offsets=places, asynchronous=False)
        except KafkaException:
            return False
        return True

    group = {"group.id": these.group("council"), "enable.auto.commit": False}
    client = Consumer({"bootstrap.servers": these.broker, "log_level": 0, **group})
    try:
        until(accepted)
    finally:
        client.close()


def caught_up(feed: Feed) -> bool:
    """Nothing unread, and that is said as zero, on each partition."""
    group = feed.group()
    ages = {partition["lag_seconds"] for partition in group["partitions"]}
    return group["lag"] == 0 and group["lag_seconds"] == 0.0 and ages == {0.0}


def test_lag_is_true_when_frozen_dead_rebalanced_and_caught_up(feed: Feed) -> None:
    until(lambda: caught_up(feed))
    feed.signal("worker-1", signal.SIGSTOP)
    declare(feed, "arun")
    until(lambda: feed.group()["lag"] == 1)
    assert compared(feed, "frozen") <= 1.0
    feed.signal("worker-1", signal.SIGCONT)
    until(lambda: caught_up(feed))

    feed.kill("worker-1")
    declare(feed, "dover")
    until(lambda: feed.group()["lag"] == 1)
    assert compared(feed, "dead") <= 1.0
    worker(feed)
    until(lambda: caught_up(feed))

    worker(feed, "2")
    until(lambda: feed.group()["members"] == 2)
    declare(feed, "lewes")
    until(lambda: caught_up(feed))
    assert compared(feed, "rebalanced", looks=1) <= 1.0


def test_lag_is_true_after_a_rewind_and_blank_while_the_broker_is_away(feed: Feed, broker: Any) -> None:
    these = feed.settings
    declare(feed, "rye")
    until(lambda: caught_up(feed))
    feed.kill("worker-1")
    rewind(feed)
    until(lambda: feed.group()["members"] == 0)
    until(lambda: {part["committed"] for part in feed.group()["partitions"]} == {0})
    assert feed.group()["lag"] >= 1
    assert compared(feed, "rewound") <= 1.0

    broker.kill()
    until(lambda: feed.state()["late_seconds"] is None and feed.state()["verdict"] == "unknown")
    broker.start()
    if these.profile == "embedded":  # it has forgotten everything
        assert feed.run("topics").returncode == 0
    worker(feed)
    declare(feed, "dover")
    until(lambda: feed.group()["members"] == 1 and caught_up(feed))
    assert compared(feed, "broker restarted", looks=1) <= 1.0


def test_a_rejection_is_seen_on_the_page_and_dealt_with(feed: Feed) -> None:
    """The page and the command on this broker; what they do in each case is tested elsewhere."""
    asyncio.run(send(feed.settings, b"no json", b"k"))
    until(lambda: feed.state()["open"] == 1)
    (shown,) = feed.state()["rejections"]
    listed = [json.loads(line) for line in feed.run("rejections", "list", "--json").stdout.splitlines()]
    raw = feed.run("rejections", "show", "--raw", shown["id"]).stdout
    done = feed.run("rejections", "discard", shown["id"], "--by", "Ann", "--reason", "a test")

    assert b"<title>" in feed.get("/ops")
    assert [one["id"] for one in listed] == [shown["id"]]
    assert raw == b"no json"
    assert (done.returncode, done.stderr) == (0, b"")
    until(lambda: feed.state()["open"] == 0)
    assert feed.run("lag").stdout.startswith(b"Late by ")
