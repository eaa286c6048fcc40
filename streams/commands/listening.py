"""Hears what a feed says on its topics, and knows when it has said all it has to say."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from pydantic import TypeAdapter

from schemas import topics
from schemas.area import AreaEvent, AreaHeld, AreaReleased, AreaReview, Board, Contribution
from schemas.headline import Headline
from schemas.probe import is_probe
from schemas.rejection import Rejection
from schemas.standing import Standing
from streams.clients import connection, reader
from streams.settings import Settings

POLL_SECONDS = 0.2

Said = Headline | Standing | Rejection | Contribution | AreaHeld | AreaReleased | AreaReview | Board


@dataclass(slots=True)
class Listener:
    """Everything said on the output topics, from their beginning, as the bytes that lie there."""

    settings: Settings
    _consumer: AIOKafkaConsumer
    _records: dict[TopicPartition, list[bytes]] = field(default_factory=dict)

    async def hear(self) -> list[Said]:
        """Return what came since the last call; waits a moment when there is nothing."""
        heard = await self._consumer.getmany(timeout_ms=int(POLL_SECONDS * 1000))
        return [
            self._take(partition, record)
            for partition, records in heard.items()
            for record in records
            if not is_probe(record.headers)
        ]

    async def at_end(self) -> bool:
        """Whether nothing lies on the topics that was not heard."""
        for partition in self._consumer.assignment():
            high = self._consumer.highwater(partition)
            if high is None or await self._consumer.position(partition) < high:
                return False
        return bool(self._consumer.assignment())

    async def ends(self, topic: str) -> dict[int, int]:
        """Where each partition of a topic ends that has records."""
        partitions = [partition for partition in self._consumer.assignment() if partition.topic == topic]
        found = await self._consumer.end_offsets(partitions)
        return {partition.partition: end for partition, end in found.items() if end}

    def write(self, folder: Path) -> None:
        """Write each topic as it stands: a file of JSON lines, partition after partition, nothing left out."""
        folder.mkdir(parents=True, exist_ok=True)
        names = _names(self.settings)
        for topic, (name, _) in names.items():
            with (folder / f"{name}.jsonl").open("wb") as lines:
                for partition in sorted(p for p in self._records if p.topic == topic):
                    lines.writelines(value + b"\n" for value in self._records[partition])

    def _take(self, partition: TopicPartition, record: ConsumerRecord) -> Said:
        self._records.setdefault(partition, []).append(record.value)
        said: Said = _names(self.settings)[partition.topic][1].validate_json(record.value)
        return said


@asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[Listener]:
    """Listen to a feed from its first word on, leaving no trace."""
    async with reader(settings, *_names(settings)) as consumer:
        yield Listener(settings, consumer)


async def judged(settings: Settings, group: str, topic: str, ends: Mapping[int, int]) -> None:
    """Return once a worker's group has committed all of its input topic up to these offsets by partition.

    A commit comes after the acknowledgement of all outputs, so from then on nothing more will be said.
    """
    partitions = {TopicPartition(topic, number): end for number, end in ends.items()}
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        while True:
            done = await admin.list_consumer_group_offsets(group, partitions=list(partitions))
            if all(
                partition in done and done[partition].offset >= end for partition, end in partitions.items()
            ):
                return
            await asyncio.sleep(POLL_SECONDS)
    finally:
        await admin.close()


_HEADLINE, _STANDING, _REJECTION = TypeAdapter(Headline), TypeAdapter(Standing), TypeAdapter(Rejection)
_GIVEN: TypeAdapter[AreaEvent] = TypeAdapter(AreaEvent)
_BOARD = TypeAdapter(Board)


def _names(settings: Settings) -> dict[str, tuple[str, TypeAdapter[Any]]]:
    return {
        topics.headlines(settings.mode): ("headlines", _HEADLINE),
        topics.standings(settings.mode): ("standings", _STANDING),
        topics.rejections(settings.mode): ("rejections", _REJECTION),
        topics.contributions(settings.mode): ("contributions", _GIVEN),
        topics.boards(settings.mode): ("boards", _BOARD),
    }
