"""Hears what a feed says on its topics, and knows when it has said all it has to say."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from schemas import topics
from schemas.headline import Headline
from schemas.rejection import Rejection
from schemas.standing import Standing
from streams.clients import connection, reader
from streams.settings import Settings

POLL_SECONDS = 0.2

Said = Headline | Standing | Rejection


@dataclass(slots=True)
class Listener:
    """Everything said on the three output topics, from their beginning, as the bytes that lie there."""

    settings: Settings
    _consumer: AIOKafkaConsumer
    _records: dict[TopicPartition, list[bytes]] = field(default_factory=dict)

    async def hear(self) -> list[Said]:
        """Return what came since the last call; waits a moment when there is nothing."""
        heard = await self._consumer.getmany(timeout_ms=int(POLL_SECONDS * 1000))
        return [self._take(partition, record) for partition, records in heard.items() for record in records]

    async def at_end(self) -> bool:
        """Whether nothing lies on the topics that was not heard."""
        for partition in self._consumer.assignment():
            high = self._consumer.highwater(partition)
            if high is None or await self._consumer.position(partition) < high:
                return False
        return bool(self._consumer.assignment())

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
        return _names(self.settings)[partition.topic][1].model_validate_json(record.value)


@asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[Listener]:
    """Listen to a feed from its first word on, leaving no trace."""
    async with reader(settings, *_names(settings)) as consumer:
        yield Listener(settings, consumer)


async def judged(settings: Settings, group: str, ends: Mapping[int, int]) -> None:
    """Return once a worker's group has committed all input up to these offsets by partition.

    A commit comes after the acknowledgement of all outputs, so from then on nothing more will be said.
    """
    topic = topics.declarations(settings.mode)
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


def _names(settings: Settings) -> dict[str, tuple[str, type[Said]]]:
    return {
        topics.headlines(settings.mode): ("headlines", Headline),
        topics.standings(settings.mode): ("standings", Standing),
        topics.rejections(settings.mode): ("rejections", Rejection),
    }
