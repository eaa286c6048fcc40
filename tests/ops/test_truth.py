"""Time lag against another client's reading of the same log, on Apache Kafka, through everything that disturbs it."""

import asyncio
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient  # type: ignore[attr-defined]

from schemas import topics
from tests.commands.evening import a_map
from tests.kafka.server import Kafka, kafka_broker
from tests.ops.feed import Feed, send, until
from tests.ops.test_feed import of
from tests.ops.truth import late_seconds

pytestmark = [pytest.mark.alerts, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with kafka_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture
def feed(kafka: Kafka, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Feed]:
    generation = str(abs(hash(request.node.name)) % 5_000 * 2 + 2)
    running = Feed(
        kafka.address, "kafka", tmp_path, RESULTS_GENERATION=generation,
        RESULTS_SESSION_TIMEOUT_SECONDS="6", RESULTS_MONITOR_PROBE_SECONDS="0",
    )  # fmt: skip
    try:
        made = running.run("topics")
        assert made.returncode == 0, made.stderr
        running.start("worker", "worker", "council", RESULTS_INSTANCE="1")
        running.start("area", "worker", "area")
        running.start("monitor", "monitor")
        until(lambda: running.group()["verdict"] == "ok", 60)
        yield running
    finally:
        running.close()


def compared(feed: Feed, when: str, looks: int = 4) -> float:
    """The largest distance between the monitor's figure and the truth, over several looks; each is printed."""
    these = feed.settings
    worst = 0.0
    for _ in range(looks):
        shown = feed.group()
        before = time.time()
        truth = late_seconds(
            these.broker, these.group("council"), topics.declarations(these.mode), these.partitions
        )
        truth -= (time.time() - before) if truth else 0.0
        assert shown["lag_seconds"] is not None, when
        assert shown["lag_seconds"] >= 0.0
        worst = max(worst, abs(shown["lag_seconds"] - truth))
        sys.stderr.write(
            f"\n  {when}: shown {shown['lag_seconds']:.2f} s, truth {truth:.2f} s, {shown['verdict']}"
        )
        time.sleep(1.0)
    return worst


def declare(feed: Feed, council: str) -> None:
    asyncio.run(send(feed.settings, *of(council, a_map())))


def caught_up(feed: Feed) -> bool:
    group = feed.group()
    return group["lag"] == 0 and group["lag_seconds"] == 0.0


def test_lag_is_true_when_frozen_dead_rebalanced_and_caught_up(feed: Feed) -> None:
    feed.signal("worker", signal.SIGSTOP)
    declare(feed, "arun")
    time.sleep(3)
    assert compared(feed, "frozen") <= 1.0
    feed.signal("worker", signal.SIGCONT)
    until(lambda: caught_up(feed), 40)

    feed.kill("worker")
    declare(feed, "dover")
    time.sleep(3)
    assert compared(feed, "dead") <= 1.0
    feed.start("worker", "worker", "council", RESULTS_INSTANCE="1")
    until(lambda: caught_up(feed), 60)

    feed.start("second", "worker", "council", RESULTS_INSTANCE="2")
    until(lambda: feed.group()["members"] == 2, 60)
    declare(feed, "lewes")
    until(lambda: caught_up(feed), 40)
    assert compared(feed, "rebalanced") <= 1.0
    exposed = feed.get("/metrics").decode()
    assert "NaN" not in exposed
    assert {p["lag_seconds"] for p in feed.group()["partitions"]} == {0.0}


def test_lag_is_true_after_a_rewind(feed: Feed) -> None:
    these = feed.settings
    topic = topics.declarations(these.mode)
    for council in ("arun", "dover", "lewes"):
        declare(feed, council)
    until(lambda: caught_up(feed), 40)
    feed.kill("worker")
    until(lambda: feed.group()["members"] == 0, 40)
    client = Consumer(
        {"bootstrap.servers": these.broker, "group.id": these.group("council"), "enable.auto.commit": False}
    )
    client.commit(
        offsets=[TopicPartition(topic, number, 0) for number in range(these.partitions)], asynchronous=False
    )
    client.close()

    until(lambda: {part["committed"] for part in feed.group()["partitions"]} == {0}, 20)
    assert feed.group()["verdict"] == "empty"
    assert compared(feed, "rewound") <= 1.0


def test_lag_is_blank_while_the_broker_is_away_and_true_after(feed: Feed, kafka: Kafka) -> None:
    declare(feed, "arun")
    until(lambda: caught_up(feed), 40)
    kafka.kill()
    until(lambda: feed.state()["late_seconds"] is None and feed.state()["verdict"] == "unknown", 30)
    assert json.dumps(feed.state()).count("NaN") == 0
    kafka.start()
    until(lambda: caught_up(feed), 60)
    declare(feed, "dover")
    until(lambda: caught_up(feed), 60)
    assert compared(feed, "broker restarted") <= 1.0
    assert AdminClient({"bootstrap.servers": kafka.address}).list_topics(timeout=10).topics
