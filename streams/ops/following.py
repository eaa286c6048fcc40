"""Reads the feed's topics from their first record on and hands each record to the ledger; commits nothing."""

import asyncio
from collections.abc import Iterable, Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.structs import TopicPartition

from streams.clients import LARGEST_BYTES, connection
from streams.ops.ledger import Ledger
from streams.settings import Settings

#: How long one fetch waits for records. The embedded broker answers after half of it, whether there are any or not.
WAIT_MS = 1000
#: A fetch waits unless so much is there: a fetch for each record would cost more than the record. Ages and round
#: trips are told by the records' own times, so nothing shows later than it was.
ENOUGH_BYTES = 256 * 1024
#: Records, and bytes of them, taken before others get their turn: a scrape waits for no more than that.
RUN = 100
TURN_BYTES = 64 * 1024


class Follower:
    """Follows partitions and remembers how far it came."""

    def __init__(self, settings: Settings, partitions: Iterable[TopicPartition], ledger: Ledger) -> None:
        self._settings = settings
        self._ledger = ledger
        self.taken: dict[TopicPartition, int] = dict.fromkeys(partitions, 0)
        self.caught_up = asyncio.Event()

    async def follow(self) -> None:
        """Take records until cancelled; begun again after a failure it goes on where it was."""
        consumer = AIOKafkaConsumer(
            **connection(self._settings),
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=WAIT_MS,
            fetch_min_bytes=ENOUGH_BYTES,
            max_partition_fetch_bytes=LARGEST_BYTES,
        )
        try:
            await consumer.start()
            consumer.assign(list(self.taken))
            for partition, offset in self.taken.items():
                if offset:
                    consumer.seek(partition, offset)
            while True:
                await self._take(await consumer.getmany(timeout_ms=WAIT_MS, max_records=RUN))
                if not self.caught_up.is_set() and await self._at_end(consumer):
                    self.caught_up.set()
        finally:
            await consumer.stop()

    async def _take(self, records: Mapping[TopicPartition, list[ConsumerRecord]]) -> None:
        since_turn = 0
        for partition, run in records.items():
            for record in run:
                place = (record.topic, record.partition, record.offset)
                self._ledger.take(place, record.value, record.headers, record.timestamp / 1000)
                self.taken[partition] = record.offset + 1
                since_turn += len(record.value or b"")
                if since_turn > TURN_BYTES:
                    await asyncio.sleep(0)
                    since_turn = 0
        if records:
            await asyncio.sleep(0)

    async def _at_end(self, consumer: AIOKafkaConsumer) -> bool:
        for partition in self.taken:
            high = consumer.highwater(partition)
            if high is None or await consumer.position(partition) < high:
                return False
        return True
