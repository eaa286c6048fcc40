"""Whole-batch delivery: one stream event per partition and run of records, and commits of unbroken runs alone.

Faust's conductor, queues, streams, sensors and flow control stay as they are and run once per batch.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, ClassVar

from aiokafka.errors import IllegalStateError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message

from streams.delivery.batches import Batch, Book
from streams.delivery.faults import BrokenAssumption
from streams.delivery.fetching import FetchThread

#: Most records in one event; a row is written once for all of them.
BATCH_RECORDS = 1000
#: How long to wait for records before looking again which partitions are ours; recovery waits for that look.
IDLE_SECONDS = 0.2
#: How long a revoked partition may finish its open batches before they are left to the next owner.
SETTLE_SECONDS = 2.0

Fetched = dict[TP, list[Any]]


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
        #: What the group had committed before the rows were recovered, by partition of the input.
        self.starts: dict[TP, int | None] = {}

    def _new_consumer_thread(self) -> FetchThread:
        return FetchThread(self, loop=self.loop, beacon=self.beacon)

    # A full stream queue holds the delivery loop up by itself.  Upstream also takes the partition out of the
    # fetch, and naps for a second when all of them are out.
    def on_buffer_full(self, tp: TP) -> None: ...

    def on_buffer_drop(self, tp: TP) -> None: ...

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: upstream's alarm compares two clocks, and is false or silent."""

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109 - upstream's signature
        # A copy: upstream passes the live set, which empties under a running fetch when recovery ends, and
        # aiokafka takes an empty set for "all partitions".
        active = set(active_partitions or ())
        if not active:
            await asyncio.sleep(0.05)
            return {}
        self._books_fetched = dict(self._books)
        return await self._thread.getmany(active, min(timeout, IDLE_SECONDS))

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109
        """Fetch once and hand the records out as batches; what cannot be handed out is given back."""
        records, _ = await self._wait_next_records(timeout)
        if records is None or self.should_stop:
            return
        generation = self.app.consumer_generation_id
        began, ended = self._thread.taken()
        self._follow(records, began, ended)
        left: Fetched = dict(records)
        turn = list(records)
        for tp in turn:
            self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
        while turn:  # a batch of each partition in turn, so that one is judged while others are sealed
            again = []
            for tp in turn:
                if not self._deliverable(tp, generation):
                    continue
                part, left[tp] = left[tp][:BATCH_RECORDS], left[tp][BATCH_RECORDS:]
                if left[tp]:
                    again.append(tp)
                yield tp, self._batch(tp, part, generation)
            turn = again
        for tp, run in left.items():
            if run:
                await self._give_back(tp, run[0].offset, ended.get(tp))

    def _follow(
        self, records: Mapping[TP, list[Any]], began: Mapping[TP, int | None], ended: Mapping[TP, int | None]
    ) -> None:
        # Holes between offsets are legal (transaction marks); a fetch that does not begin where the last one
        # ended is not: records were dropped, or the topic began anew under a running worker.
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

    async def _give_back(self, tp: TP, first: int, after: int | None) -> None:
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

    async def look_up_starts(self) -> None:
        """Remember what the group has committed; to be called before the end of the changelog is looked up.

        In this order the rows hold all that lies below the start.  Asked later, a worker that was frozen
        meanwhile would go to where another one has come, with rows that do not know of it.
        """
        ask = self._thread._ensure_consumer().committed
        source = [tp for tp in self.assignment() if not self._is_changelog_tp(tp)]
        self.starts = {tp: await self._thread.call_thread(ask, tp) for tp in source}

    async def start_over(self, tp: TP) -> None:
        """Commit the earliest record of a topic that was created anew, whose offsets are those of the old one."""
        earliest = (await self.earliest_offsets(tp))[tp] or 0
        if not await self._commit({tp: earliest}):
            raise IllegalStateError(f"{tp.topic}-{tp.partition} went away")
        self.starts[tp] = earliest

    async def perform_seek(self) -> None:
        """Go to the starts; to the earliest record where nothing is committed, which upstream leaves to chance."""
        books = self._books = {tp: Book() for tp in self.starts}
        await super().perform_seek()
        earliest = await self.earliest_offsets(*self.starts) if self.starts else {}
        for tp, committed in self.starts.items():
            start = max(committed or 0, earliest[tp] or 0)
            await self.seek_wait({tp: start})
            if tp not in books:  # revoked meanwhile; recovery begins again with the next ones
                raise IllegalStateError(f"{tp.topic}-{tp.partition} went away")
            self._committed_offset[tp] = committed
            books[tp].position = start

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
