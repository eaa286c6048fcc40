"""A subscriber in ten lines: headlines once by id, in order of ``n`` per key, with an alarm when one is missing.

async with HeadlineConsumer("kafka.example.org:9092", "live", after=saved) as headlines:
    async for headline in headlines:
        show(headline)
        saved = headlines.position
"""

import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from time import monotonic
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.structs import TopicPartition
from pydantic import ValidationError

from results_client.position import Position, position
from results_client.reading import LaterVersion, read_headline
from results_client.sequence import Gap, Lying, Sequence, Told, mark
from schemas import topics
from schemas.contract import Mode
from schemas.headline import Headline

_LARGEST_BYTES = 6 * 1024 * 1024
_WAIT_MS = 500

_log = logging.getLogger(__name__)


class WrittenAnew(Exception):
    """The headlines are not those of which the position was given out: begin again without it."""


def warn(gap: Gap) -> None:
    """Say in the log that headlines are missing (P8)."""
    _log.warning("headlines %s to %s of %s are missing", gap.first, gap.last, gap.key)


class HeadlineConsumer:
    """Headlines of a mode, from the first one or from a position on, for as long as one asks; it belongs to no group.

    ``after``: a ``position`` given out by this class, the API or a stream; empty for the beginning. ``missing`` hears
    once of each gap. ``connection`` goes to aiokafka as it is. ``raw`` holds the bytes of the headline given last.

    Headlines of a later release are read as far as they are known here (see ``reading``). At one of another version it
    ends with ``LaterVersion``, after all before it.
    """

    def __init__(
        self,
        broker: str,
        mode: Mode,
        *,
        after: str = "",
        missing: Callable[[Gap], None] = warn,
        **connection: Any,
    ) -> None:
        self._broker, self._mode, self._connection, self._missing = broker, mode, connection, missing
        self._given = position(after) if after else Position()
        self._had = self._given
        self._sequence = Sequence()
        self._alarmed: set[tuple[str, int]] = set()
        self._ready: deque[Told] = deque()
        self._later: LaterVersion | None = None
        self._client: AIOKafkaConsumer | None = None
        self.raw = b""

    @property
    def position(self) -> str:
        """Where to go on after the headline given last: here, at the API or in a stream."""
        return self._had.word() if self._had.reached else ""

    async def __aenter__(self) -> Self:
        self._client = AIOKafkaConsumer(
            bootstrap_servers=self._broker,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=_LARGEST_BYTES,
            **self._connection,
        )
        try:
            await self._client.start()
            await self._assign(self._client)
        except BaseException:
            await self._client.stop()
            raise
        return self

    async def _assign(self, client: AIOKafkaConsumer) -> None:
        topic = topics.headlines(self._mode)
        # `topics()` gives names only: what it learns of partitions is not kept on Apache Kafka.
        cluster = await client._client.fetch_all_metadata()
        numbers = cluster.partitions_for_topic(topic)
        if not numbers:
            raise LookupError(f"there is no topic {topic} at {self._broker}")
        client.assign([TopicPartition(topic, number) for number in sorted(numbers)])

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.stop()

    def __aiter__(self) -> AsyncIterator[Headline]:
        return self

    async def __anext__(self) -> Headline:
        if self._client is None:
            raise RuntimeError("use it as `async with HeadlineConsumer(…) as headlines`")
        while True:
            while self._ready:
                told = self._ready.popleft()
                if self._new(told):
                    self.raw = told.lying.raw
                    return told.lying.headline
            if self._later is not None:
                raise self._later
            runs = await self._client.getmany(timeout_ms=_WAIT_MS)
            for records in runs.values():
                if self._later is None:
                    self._take(records)
            self._ready.extend(self._sequence.lose_patience(monotonic()))

    def _take(self, records: Iterable[ConsumerRecord]) -> None:
        for record in records:
            try:
                headline = read_headline(record.value or b"")
            except LaterVersion as later:
                self._later = LaterVersion(f"offset {record.offset} of {record.topic}: {later}")
                return
            except ValidationError as unreadable:
                _log.error("offset %s of %s is no headline: %s", record.offset, record.topic, unreadable)
                continue
            if headline.mode != self._mode:
                _log.error("offset %s of %s is of mode %s", record.offset, record.topic, headline.mode)
                continue
            self._check(record.partition, record.offset, headline.id)
            lying = Lying(headline, record.value, record.partition, record.offset, record.timestamp)
            self._ready.extend(self._sequence.take(lying, monotonic()))
            self._alarm()

    def _check(self, partition: int, offset: int, id: str) -> None:
        given = self._given.reached.get(partition)
        if given is not None and given.offset == offset + 1 and given.mark != mark(id):
            raise WrittenAnew("the headlines were written anew since this position; begin again without it")

    def _alarm(self) -> None:
        if self._sequence.waits:
            for gap in self._sequence.gaps():
                if (gap.key, gap.first) not in self._alarmed:
                    self._alarmed.add((gap.key, gap.first))
                    self._missing(gap)

    def _new(self, told: Told) -> bool:
        new = self._had.lacks(told.lying.partition, told.lying.offset)
        self._had = self._had.joined(told.lying.partition, told.reach)
        return new
