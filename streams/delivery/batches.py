"""Whole-batch delivery: one stream event per partition and run of records, and commits of unbroken runs alone.

Faust's conductor, queues, streams, sensors and flow control stay as they are and run once per batch.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar

from faust.serializers.schemas import Schema
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage, Message

from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import Record

#: Most records in one event: bounds how long judging holds the event loop.
BATCH_RECORDS = 500
#: How long a revoked partition may finish its open batches before they are left to the next owner.
SETTLE_SECONDS = 2.0

Fetched = dict[TP, list[Any]]


class Book:
    """The batches handed out from one partition since the last seek, in order.

    A batch belongs to the book of its time: after a rebalance or a seek there is a new one, and what is
    still acknowledged in the old one is never committed.
    """

    def __init__(self) -> None:
        self.position: int | None = None  # where the next fetch must begin; None until the first seek
        self.done: int | None = None  # all offsets below it are acknowledged
        self._waiting: deque[list[Any]] = deque()  # [first offset after the batch, acknowledged]

    def hand_out(self, after: int) -> list[Any]:
        entry = [after, False]
        self._waiting.append(entry)
        return entry

    def acknowledge(self, entry: list[Any]) -> None:
        entry[1] = True
        while self._waiting and self._waiting[0][1]:
            self.done = self._waiting.popleft()[0]


class Batch(ConsumerMessage):
    """A run of consecutive records of one partition: ``value`` the records, ``offset`` the last one's."""

    __slots__ = ("book", "entry")
    book: Book
    entry: list[Any]


class BatchSchema(Schema[Any, Any]):
    """Hands raw records over: reading is the keeper's work, record by record, so one bad record spoils no other."""

    def compile(self, app: Any, **_: Any) -> Callable[..., Awaitable[Any]]:
        async def decode(message: Message, *, propagate: bool = False) -> Any:
            return app.create_event(None, message.value, None, message)

        return decode


class FetchThread(driver.AIOKafkaConsumerThread):
    """The thread that fetches: it notes where each fetch began and ended, and takes its waits from the profile."""

    app: Any
    #: Where the partitions stood before and after the last fetch; read by the consumer right after it.
    began: Mapping[TP, int | None] = {}
    ended: Mapping[TP, int | None] = {}

    def _create_worker_consumer(self, transport: Any) -> Any:
        profile = self.app.profile
        consumer = super()._create_worker_consumer(transport)
        for name in ("_fetch_max_wait_ms", "_isolation_level"):
            if not hasattr(consumer, name):
                raise BrokenAssumption(
                    f"aiokafka's consumer has no {name}: only version 0.14 is known to work"
                )
        consumer._fetch_max_wait_ms = profile.fetch_wait_ms
        consumer._isolation_level = profile.isolation
        return consumer

    async def _fetch_records(self, consumer: Any, active_partitions: Any, *args: Any, **kwargs: Any) -> Any:
        self.began = {tp: _position(consumer, tp) for tp in active_partitions}
        records = await super()._fetch_records(consumer, active_partitions, *args, **kwargs)
        self.ended = {tp: _position(consumer, tp) for tp in active_partitions}
        return records

    async def rewind(self, tp: TP, first: int, after: int | None) -> bool:
        """Fetch again from ``first``, unless somebody has sought elsewhere meanwhile."""
        consumer = self._ensure_consumer()
        if after is None or _position(consumer, tp) != after:
            return False
        consumer.seek(tp, first)
        return True


def _position(consumer: Any, tp: TP) -> int | None:
    subscription = consumer._subscription.subscription
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None or tp not in assignment.tps:
        return None
    state = assignment.state_value(tp)
    return state.position if state.has_valid_position else None


class BatchConsumer(driver.Consumer):
    """Faust's consumer, delivering batches; one per worker."""

    app: Any
    _thread: FetchThread
    #: Set by the worker: wait for the open batches of the partitions that go, then forget them.
    settle: Callable[[Iterable[TP]], Awaitable[None]]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._books: dict[TP, Book] = {}
        self._books_fetched: dict[TP, Book] = {}  # the books when the last fetch began
        #: Set by recovery: partitions whose committed offset belongs to an earlier incarnation of the topic.
        self.begin_anew: set[TP] = set()

    def _new_consumer_thread(self) -> FetchThread:
        return FetchThread(self, loop=self.loop, beacon=self.beacon)

    # A full stream queue holds the delivery loop up by itself.  Upstream also takes the partition out of the
    # fetch, and naps for a second when all of them are out.
    def on_buffer_full(self, tp: TP) -> None: ...

    def on_buffer_drop(self, tp: TP) -> None: ...

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109 - upstream's signature
        # A copy: upstream passes the live set, which empties under a running fetch when recovery ends, and
        # aiokafka takes an empty set for "all partitions".
        active = set(active_partitions or ())
        if not active:
            await asyncio.sleep(0.05)
            return {}
        self._books_fetched = dict(self._books)
        return await self._thread.getmany(active, timeout)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109
        """Fetch once and hand the records out as batches; what cannot be handed out is given back."""
        records, _ = await self._wait_next_records(timeout)
        if records is None or self.should_stop:
            return
        generation = self.app.consumer_generation_id
        self._follow(records)
        left: Fetched = dict(records)
        for tp, run in records.items():
            self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
            for start in range(0, len(run), BATCH_RECORDS):
                if not self._deliverable(tp, generation):
                    break
                part = run[start : start + BATCH_RECORDS]
                left[tp] = run[start + len(part) :]
                yield tp, self._batch(tp, part, generation)
        for tp, run in left.items():
            if run:
                await self._give_back(tp, run[0].offset)

    def _follow(self, records: Mapping[TP, list[Any]]) -> None:
        # Holes between offsets are legal (transaction marks); a fetch that does not begin where the last one
        # ended is not: records were dropped, or the topic began anew under a running worker.
        began, ended = self._thread.began, self._thread.ended
        for tp, book in self._books.items():
            if tp not in ended or self._books_fetched.get(tp) is not book:
                continue
            run = records.get(tp)
            if began[tp] != book.position or (run and run[0].offset < book.position):
                raise BrokenAssumption(
                    f"{tp.topic}-{tp.partition} was read up to offset {book.position}, but the next fetch"
                    f" began at {began[tp]}: records were dropped, or the topic was created anew"
                )
            book.position = ended[tp]

    def _deliverable(self, tp: TP, generation: int) -> bool:
        if not self.flow_active or self.app.consumer_generation_id != generation:
            return False
        if self._is_changelog_tp(tp):
            return tp in self._active_partitions
        # Upstream empties the queues at the end of a rebalance: input that came before would be lost.
        book = self._books.get(tp)
        return not self.app.rebalancing and book is not None and book is self._books_fetched.get(tp)

    def _batch(self, tp: TP, part: list[Any], generation: int) -> Batch:
        last = part[-1]
        seconds = (last.timestamp or 0) / 1000.0
        value: Any = part
        batch = Batch(
            last.topic, last.partition, last.offset, seconds, last.timestamp_type, None,
            None, value, None, 0, 0, tp, generation_id=generation,
        )  # fmt: skip
        if not self._is_changelog_tp(tp):
            batch.book = self._books[tp]
            batch.entry = batch.book.hand_out(last.offset + 1)
        self._read_offset[tp] = last.offset - 1  # no gap to record: holes lie inside batches
        return batch

    async def _give_back(self, tp: TP, first: int) -> None:
        after = self._thread.ended.get(tp)
        book = self._books.get(tp)
        if await self._thread.call_thread(self._thread.rewind, tp, first, after) and book is not None:
            book.position = first

    def ack(self, message: Message) -> bool:
        """Nothing: streams also acknowledge what they skip or drop.  Only ``acknowledge`` counts."""
        self._unacked_messages.discard(message)
        return False

    def acknowledge(self, batch: Batch) -> None:
        """All records of the batch are durable in every consequence; it may be committed in its turn."""
        batch.book.acknowledge(batch.entry)
        self._acked[batch.tp] = []  # upstream asks the partitions listed there for a new offset

    def _new_offset(self, tp: TP) -> int | None:
        book = self._books.get(tp)
        return None if book is None else book.done

    async def committed(self, tps: Iterable[TP]) -> dict[TP, int | None]:
        """What the group has committed, by partition; None where nothing is."""
        ask = self._thread._ensure_consumer().committed
        return {tp: await self._thread.call_thread(ask, tp) for tp in tps}

    async def perform_seek(self) -> None:
        """Go to what is committed; to the earliest record where nothing is, which upstream leaves to chance."""
        source = [tp for tp in self.assignment() if not self._is_changelog_tp(tp)]
        self._books = {tp: Book() for tp in source}
        await super().perform_seek()
        earliest = await self.earliest_offsets(*source) if source else {}
        for tp in source:
            committed = None if tp in self.begin_anew else self._committed_offset[tp]
            start = max(committed or 0, earliest[tp] or 0)
            await self.seek_wait({tp: start})
            self._books[tp].position = start

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop, let the open batches finish and commit them; upstream forgets the acknowledgements first."""
        self.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()
        await self.settle(revoked)
        await self.commit()
        self._books.clear()
        await super().on_partitions_revoked(revoked)


class BatchProducer(driver.Producer):
    """Faust's producer; idempotent where the broker can, for which Faust has no setting."""

    app: Any

    def _settings_extra(self) -> Mapping[str, Any]:
        return {"acks": "all", "enable_idempotence": True} if self.app.profile.idempotent else {}


class BatchTransport(driver.Transport):
    """The drivers of this module, as Faust asks for them."""

    Consumer: ClassVar[Any] = BatchConsumer
    Producer: ClassVar[Any] = BatchProducer


def records_of(message: Any) -> list[Record]:
    """The records of a batch in delivery's own form."""
    return [
        Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)
        for r in message.value
    ]
