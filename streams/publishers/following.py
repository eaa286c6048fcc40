"""Reads the output topics into an archive from their first record on; belongs to no group and commits nothing."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from time import monotonic

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from schemas import topics
from streams.clients import LARGEST_BYTES, connection
from streams.publishers.archive import Archive, Entry, Kind, OtherLog, Record
from streams.publishers.freshness import Freshness
from streams.settings import Settings

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

#: Records taken before readers get their turn.
RUN = 100
#: How often Kafka is asked where the topics end, which also tells whether it is there.
ASK_SECONDS = 1.0
_ANSWER_SECONDS = 3.0
_PAUSE_SECONDS = 1.0


class Follower:
    """Keeps an archive up to date for as long as it runs, through any absence of Kafka.

    ``told`` hears the headlines of each run; ``renewed`` hears of a new archive when the topics were made anew.
    """

    def __init__(
        self,
        settings: Settings,
        told: Callable[[list[Entry]], None] = lambda entries: None,
        renewed: Callable[[Archive], None] = lambda archive: None,
        kinds: Collection[Kind] = ("headlines", "standings", "boards"),
    ) -> None:
        self._settings = settings
        self._told = told
        self._renewed = renewed
        names: dict[Kind, str] = {
            "headlines": topics.headlines(settings.mode),
            "standings": topics.standings(settings.mode),
            "boards": topics.boards(settings.mode),
        }
        self._kinds: dict[str, Kind] = {names[kind]: kind for kind in kinds}
        self._taken: dict[TopicPartition, int] = {}
        self.archive = Archive(settings.mode)
        self.freshness = Freshness()

    async def follow(self) -> None:
        """Read until cancelled; after a failure it goes on where it was."""
        while True:
            try:
                await self._read()
            except OtherLog:
                log.warning("publisher.log_replaced", records=sum(self._taken.values()))
                self._taken.clear()
                self.archive, self.freshness = Archive(self._settings.mode), Freshness()
                self._renewed(self.archive)
            except (KafkaError, OSError, TimeoutError) as failed:
                self._lost(_why(failed))
                await asyncio.sleep(_PAUSE_SECONDS)

    def _lost(self, why: str) -> None:
        if not self.freshness.trouble:
            log.warning("publisher.kafka_lost", broker=self._settings.broker, why=why)
        self.freshness.failed(f"no answer from Kafka: {why}")

    async def _read(self) -> None:
        embedded = self._settings.profile == "embedded"
        consumer = AIOKafkaConsumer(
            **connection(self._settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=50 if embedded else 500,
            max_partition_fetch_bytes=LARGEST_BYTES,
        )
        try:
            await consumer.start()
            partitions = await self._partitions(consumer)
            consumer.assign(partitions)
            for partition in partitions:
                consumer.seek(partition, self._taken.get(partition, 0))
            async with asyncio.TaskGroup() as group:
                asking = group.create_task(self._ask(consumer, partitions))
                try:
                    await self._take(consumer)
                finally:
                    asking.cancel()
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        finally:
            await consumer.stop()

    async def _partitions(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        # `topics()` gives names only: what it learns of partitions is not kept on Apache Kafka.
        cluster = await consumer._client.fetch_all_metadata()
        found = []
        for topic in self._kinds:
            numbers = cluster.partitions_for_topic(topic)
            if not numbers:
                raise KafkaError(f"there is no topic {topic}; `results topics` creates it")
            found += [TopicPartition(topic, number) for number in sorted(numbers)]
        return found

    async def _take(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            wait = 200 if self.archive.sequence.waits else 1000
            runs: Mapping[TopicPartition, list[ConsumerRecord]] = await consumer.getmany(
                timeout_ms=wait, max_records=RUN
            )
            told: list[Entry] = []
            for partition, records in runs.items():
                refused = self.archive.unreadable
                for record in records:
                    if record.offset < self._taken.get(partition, 0):
                        raise OtherLog
                    told += self.archive.take(self._record(record), monotonic())
                    self._taken[partition] = record.offset + 1
                if self.archive.unreadable > refused:
                    log.error(
                        "publisher.unreadable", records=self.archive.unreadable, last=self.archive.refused
                    )
            told += self.archive.lose_patience(monotonic())
            if told:
                self._told(told)
            await asyncio.sleep(0)

    def _record(self, record: ConsumerRecord) -> Record:
        return Record(
            self._kinds[record.topic], record.partition, record.offset, record.value, record.timestamp
        )

    async def _ask(self, consumer: AIOKafkaConsumer, partitions: list[TopicPartition]) -> None:
        while True:
            try:
                async with asyncio.timeout(_ANSWER_SECONDS):
                    ends = await consumer.end_offsets(partitions)
            except (KafkaError, TimeoutError, OSError) as failed:
                self._lost(_why(failed))
            else:
                if any(end < self._taken.get(partition, 0) for partition, end in ends.items()):
                    raise OtherLog
                behind = sum(end - self._taken.get(part, 0) for part, end in ends.items())
                self.freshness.heard(monotonic(), behind)
            await asyncio.sleep(ASK_SECONDS if self.freshness.complete else 0.1)


def _why(failed: Exception) -> str:
    if isinstance(failed, TimeoutError):
        return f"none within {_ANSWER_SECONDS:g} s"
    return str(failed) or type(failed).__name__
