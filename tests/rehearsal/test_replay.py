"""A night replayed: pace, order and what lies on the topic afterwards."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from schemas import topics
from schemas.council import CouncilOpened
from schemas.reading import read
from streams.rehearsal.broker import embedded_broker
from streams.rehearsal.night import Night, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rehearsal.replay import LONGEST_GAP, Progress, pace, replay, shuffled


@pytest.fixture(scope="module")
def night() -> Night:
    return read_night(SOUTH_EAST_2023)


def test_waits_are_the_nights_own_divided_by_the_speed(night: Night) -> None:
    events = night.arriving("replay")

    paced = list(pace(events, 60))

    assert [event for event, _ in paced] == list(events)
    assert paced[0][1] == 0
    for (before, _), (event, wait) in pairwise(paced):
        gap = event.declared_at.at - before.declared_at.at
        assert wait == min(gap, LONGEST_GAP).total_seconds() / 60


def test_the_six_weeks_before_frimley_green_are_cut_short(night: Night) -> None:
    waits = [wait for _, wait in pace(night.arriving("replay"), 1, timedelta(minutes=5))]

    assert max(waits) == 300
    assert sum(waits) < 24 * 3600


def test_at_full_speed_nothing_waits(night: Night) -> None:
    assert {wait for _, wait in pace(night.arriving("replay"), None)} == {0.0}


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_a_speed_that_is_none(night: Night, speed: float) -> None:
    with pytest.raises(ValueError, match="speed above 0"):
        list(pace(night.arriving("replay"), speed))


def test_a_shuffled_night_takes_as_long_and_never_waits_backwards(night: Night) -> None:
    events = night.arriving("replay")

    in_order = [wait for _, wait in pace(events, 10)]
    mixed = [wait for _, wait in pace(shuffled(events, 7), 10)]

    assert mixed == in_order


def test_a_seed_mixes_everything_but_the_maps_that_open_councils(night: Night) -> None:
    events = night.arriving("rehearsal")

    mixed = shuffled(events, 1)

    assert mixed[:35] == events[:35]
    assert mixed != events
    assert sorted(e.id for e in mixed) == sorted(e.id for e in events)
    assert mixed == shuffled(events, 1)
    assert mixed != shuffled(events, 2)
    assert [e.version for e in mixed[35:] if isinstance(e, CouncilOpened)] == [2]


async def test_a_night_is_never_live(night: Night) -> None:
    with pytest.raises(ValueError, match="never live"):
        await replay(night, _Nobody(), "live")


class _Nobody:
    async def send_and_wait(
        self, topic: str, value: bytes, key: bytes, *, headers: list[tuple[str, bytes]]
    ) -> Any:
        raise AssertionError(f"sent to {topic}")


async def test_the_whole_night_lies_on_the_topic_in_order(night: Night) -> None:
    topic = topics.declarations("rehearsal")
    progress: list[Progress] = []
    with embedded_broker() as address:
        await _create(address, topic)
        producer = AIOKafkaProducer(
            bootstrap_servers=address, acks="all", max_batch_size=1, max_request_size=6 * 1024 * 1024
        )
        async with producer:
            sent = await replay(night, producer, "rehearsal", progress=progress.append)
        records = await asyncio.wait_for(_read(address, topic, sent), timeout=150)

    events = [read(record.value) for record in records]
    order = {moment.event.id: place for place, moment in enumerate(progress)}
    assert sent == len(night.maps) + len(night.events) == len(progress)
    assert (progress[-1].sent, progress[-1].total) == (sent, sent)
    assert sorted(events, key=lambda e: order[e.id]) == list(night.arriving("rehearsal"))
    for council in {event.council for event in events}:
        places = [order[event.id] for event in events if event.council == council]
        assert places == sorted(places), council
    for record, event in zip(records, events, strict=True):
        headers = dict(record.headers)
        assert record.key == event.council.encode()
        assert headers["ce_id"] == event.id.encode()
        assert headers["ce_type"] == f"uk.results.{event.type}.v1".encode()
        assert headers["content-type"] == b"application/json"


async def _create(address: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, num_partitions=3, replication_factor=1)])
    finally:
        await admin.close()


async def _read(address: str, topic: str, count: int) -> list[Any]:
    """Records by partition, each partition in its order."""
    consumer = AIOKafkaConsumer(bootstrap_servers=address, fetch_max_wait_ms=50)
    found: list[Any] = []
    async with consumer:
        partitions = [TopicPartition(topic, number) for number in range(3)]
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
        while len(found) < count:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += records
    return found
