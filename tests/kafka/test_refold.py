"""Starting over on Apache Kafka: the same tests, on a ``feed`` of this folder, and what only Kafka can forget."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import OFFSET_END, TopicPartition
from confluent_kafka.admin import AdminClient

from schemas.topics import declarations
from streams.delivery.partition import partition_of
from streams.delivery.table import changelog_topic
from streams.settings import Settings
from tests.commands.test_refold import (  # noqa: F401
    a_map_as_sent,
    stop,
    test_everything_is_said_again_under_the_same_ids_in_the_same_bytes,
    through,
)
from tests.kafka.server import kafka_broker
from tests.ops.feed import Feed, send

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Feed]:
    """A feed without any process, on a Kafka of its own."""
    (tmp_path / "kafka").mkdir()
    with kafka_broker(tmp_path / "kafka") as kafka:
        running = Feed(kafka.address, "kafka", tmp_path, RESULTS_SESSION_TIMEOUT_SECONDS="2")
        yield running
        running.close()


def test_workers_are_stopped_first_and_what_was_forgotten_cannot_be_worked_out(feed: Feed) -> None:
    assert feed.run("topics").returncode == 0
    asyncio.run(send(feed.settings, *a_map_as_sent()))
    feed.start("council", "worker", "council")
    asyncio.run(through(feed.settings, "council"))

    tried = feed.run("refold", "council", "--yes")
    stop(feed, "council")
    _forget(feed.settings)
    afterwards = feed.run("refold", "council", "--yes")

    group = feed.settings.group("council")
    assert (tried.returncode, afterwards.returncode) == (2, 2)
    assert tried.stderr.decode().startswith(f"Workers of generation 1 are in group {group}: {group}-1-")
    assert "no longer holds its beginning" in afterwards.stderr.decode()
    assert changelog_topic(feed.settings.group("council", later=1)) not in _topics(feed.settings)


def _forget(these: Settings) -> None:
    """Drop what lies on the declarations topic, as a retention would."""
    admin = AdminClient({"bootstrap.servers": these.broker, "log_level": 0})
    partition = partition_of(a_map_as_sent()[1].decode(), these.partitions)
    everything = TopicPartition(declarations(these.mode), partition, OFFSET_END)
    admin.delete_records([everything])[everything].result(60)


def _topics(these: Settings) -> set[str]:
    return set(
        AdminClient({"bootstrap.servers": these.broker, "log_level": 0}).list_topics(timeout=60).topics
    )
