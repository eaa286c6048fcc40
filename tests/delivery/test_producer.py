"""Who wrote what lies on the log: an idempotent producer leaves its id in each batch, a plain one leaves none."""

import asyncio

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from streams.delivery.table import changelog_topic
from tests.delivery.evening import evening
from tests.delivery.night import Night

NONE = -1


def test_the_producer_on_the_embedded_broker_has_no_id(night: Night) -> None:
    assert producer_ids(written(night)) == {NONE}


def written(night: Night) -> Night:
    """A night that a worker has gone through."""
    night.produce(evening(1, councils=2))
    with night.worker() as worker:
        assert night.drained(), worker.words()
        assert worker.leave() == 0
    return night


def producer_ids(night: Night) -> set[int]:
    """The producers' ids in all batches that the worker wrote: rows, headlines, rejections and standings."""
    names = night.names
    topics = (changelog_topic(names.app), names.headlines, names.rejections, names.standings)
    return asyncio.run(_producer_ids(night.broker, [(t, p) for t in topics for p in range(night.partitions)]))


async def _producer_ids(broker: str, partitions: list[tuple[str, int]]) -> set[int]:
    client = AIOKafkaClient(bootstrap_servers=broker)
    await client.bootstrap()
    try:
        await client.set_topics({topic for topic, _ in partitions})
        return {found for topic, partition in partitions for found in await _of(client, topic, partition)}
    finally:
        await client.close()


async def _of(client: AIOKafkaClient, topic: str, partition: int) -> set[int]:
    """Those of one partition, from its first batch on."""
    found: set[int] = set()
    offset = 0
    while True:
        ask = FetchRequest(10, 0, 1 << 24, 0, [(topic, [(partition, offset, 1 << 22)])], rack_id="")
        leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
        answer = await client.send(leader, ask)
        records = MemoryRecords(answer.topics[0][1][0][-1] or b"")
        if not records.has_next():
            return found
        while records.has_next():
            batch = records.next_batch()
            found.add(batch.producer_id)
            offset = batch.next_offset
