"""Where groups stand and where topics end, asked of the broker in the order that keeps lag from being invented.

Commits come first and ends afterwards, so an end is never older than the commit it is compared with.  Ends
are taken from fetch answers: the embedded broker's ListOffsets is short by a batch.  The same answer brings
the first unread record, so its age needs no other call and no consumer.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.coordinator.protocol import ConsumerProtocol
from aiokafka.errors import KafkaError, NotLeaderForPartitionError, OffsetOutOfRangeError, for_code
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.offset import OffsetRequest
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from streams.clients import connection, shut_out
from streams.ops.lag import Retention
from streams.settings import Settings

#: No wait would be answered with nothing at all by the embedded broker.
_WAIT_MS = 10
#: One batch is sent whole whatever its size; more than one is not wanted.
_BYTES = 1
_ANSWER_BYTES = 8 * 1024 * 1024
_EARLIEST = -2
_NO_OFFSET = -1
#: How long one request may take before the poll counts as failed.
PATIENCE_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Place:
    """What one fetch tells of a partition: its first offset, its high watermark, when the record there was written."""

    start: int
    end: int
    written_at: float | None


@dataclass(frozen=True, slots=True)
class Membership:
    """The members of a group, by id, with the number of partitions that each has."""

    partitions: Mapping[str, int]

    @property
    def idle(self) -> int:
        """Members that joined and got no partition."""
        return sum(count == 0 for count in self.partitions.values())


class Positions:
    """Asks one broker, or the cluster behind it; opened with ``async with``.

    Every method raises ``KafkaError``, ``OSError`` or ``TimeoutError`` when the broker does not answer.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        given = connection(settings) | {"request_timeout_ms": int(PATIENCE_SECONDS * 1000)}
        self._client = AIOKafkaClient(**given, metadata_max_age_ms=30_000)
        self._admin = AIOKafkaAdminClient(**given)

    async def __aenter__(self) -> Self:
        try:
            await self._client.bootstrap()
            await self._admin.start()
        except (KafkaError, OSError) as failed:
            await self.close()
            raise await shut_out(self._settings) from failed
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of all connections."""
        await self._client.close()
        await self._admin.close()

    async def topics(self) -> dict[str, list[int]]:
        """All topics with the numbers of their partitions; nothing is asked for by name, so nothing is created."""
        cluster = await self._client.fetch_all_metadata()
        return {topic: sorted(cluster.partitions_for_topic(topic) or ()) for topic in cluster.topics()}

    async def follow(self, topics: Iterable[str]) -> None:
        """Know the leaders of these topics, which exist."""
        await self._client.set_topics(sorted(topics))
        await self._client.force_metadata_update()

    async def commits(
        self, group: str, partitions: Iterable[TopicPartition]
    ) -> dict[TopicPartition, int | None]:
        """What a group has committed; None where it never did."""
        wanted = list(partitions)
        # Without partitions the embedded broker closes the connection.
        found = await asyncio.wait_for(
            self._admin.list_consumer_group_offsets(group, partitions=wanted), PATIENCE_SECONDS
        )
        offsets = {partition: found[partition].offset for partition in wanted if partition in found}
        return {
            partition: offset if (offset := offsets.get(partition, _NO_OFFSET)) != _NO_OFFSET else None
            for partition in wanted
        }

    async def members(self, group: str) -> Membership:
        """The members of a group; of one that nobody ever joined there are none."""
        # One group a call: of several, aiokafka loses the connection.
        answers = await asyncio.wait_for(self._admin.describe_consumer_groups([group]), PATIENCE_SECONDS)
        return Membership(
            {
                member[0]: _assigned(member[4])
                for answer in answers
                for _, _, _, _, _, members in answer.groups
                for member in members
            }
        )

    async def place(self, partition: TopicPartition, offset: int) -> Place:
        """The partition's bounds, and when the record at ``offset`` (or the next one there is) was written."""
        try:
            return await self._fetch(partition, offset)
        except OffsetOutOfRangeError:
            # Either what stood there is gone, or the topic began anew and is shorter than it was.
            return await self._fetch(partition, await self._earliest(partition))

    async def retention(self, topics: Iterable[str]) -> dict[str, Retention]:
        """When these topics throw records away.  The embedded broker never does, and tells nothing of it."""
        if self._settings.profile == "embedded":
            return {topic: Retention() for topic in topics}
        from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

        wanted = [ConfigResource(ConfigResourceType.TOPIC, topic) for topic in topics]
        answers = await asyncio.wait_for(self._admin.describe_configs(wanted), PATIENCE_SECONDS)
        found: dict[str, Retention] = {}
        for answer in answers:
            for _, _, _, topic, entries in answer.resources:
                found[topic] = _retention({entry[0]: entry[1] for entry in entries})
        return found

    async def _fetch(self, partition: TopicPartition, offset: int) -> Place:
        request = FetchRequest(
            _WAIT_MS,
            0,
            _ANSWER_BYTES,
            0,
            [(partition.topic, [(partition.partition, offset, _BYTES)])],
            rack_id="",
        )
        answer = await self._ask(partition, request)
        ((_, (told,)),) = answer.topics
        _check(told[1])
        return Place(start=told[4], end=told[2], written_at=_written_at(told[-1], offset))

    async def _earliest(self, partition: TopicPartition) -> int:
        request = OffsetRequest(-1, 0, [(partition.topic, [(partition.partition, _EARLIEST)])])
        answer = await self._ask(partition, request)
        ((_, (told,)),) = answer.topics
        _check(told[1])
        return int(told[-1])

    async def _ask(self, partition: TopicPartition, request: Any) -> Any:
        leader = self._client.cluster.leader_for_partition(partition)
        if leader is None or leader == -1:
            await self._client.force_metadata_update()
            raise NotLeaderForPartitionError(f"{partition.topic}-{partition.partition} has no leader now")
        try:
            return await asyncio.wait_for(self._client.send(leader, request), PATIENCE_SECONDS)
        except (KafkaError, OSError, TimeoutError):
            self._client.force_metadata_update()
            raise


def _check(code: int) -> None:
    if code:
        raise for_code(code)


def _assigned(assignment: bytes) -> int:
    """The number of partitions in a member's assignment."""
    if not assignment:
        return 0
    decoded = ConsumerProtocol.ASSIGNMENT.decode(assignment)
    return sum(len(partitions) for _, partitions in decoded.assignment)


def _written_at(batches: bytes | None, offset: int) -> float | None:
    """When the first record at or after ``offset`` was written, Unix seconds; None: there is none, or none legible."""
    if not batches:
        return None
    records = MemoryRecords(batches)
    stamp: int | None = None
    try:
        while records.has_next():
            batch = records.next_batch()
            if batch is None:
                break
            for record in batch:
                stamp = record.timestamp
                if record.offset >= offset:
                    return None if stamp is None else stamp / 1000
    except Exception:  # a codec that is not installed, a corrupt batch: unknown, and shown as unknown
        return None
    return None if stamp is None else stamp / 1000


def _retention(config: Mapping[str, str]) -> Retention:
    if "delete" not in config.get("cleanup.policy", "delete"):
        return Retention()
    milliseconds = int(config.get("retention.ms") or -1)
    size = int(config.get("retention.bytes") or -1)
    return Retention(
        seconds=milliseconds / 1000 if milliseconds > 0 else None, size=size if size > 0 else None
    )
