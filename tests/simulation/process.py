"""One simulated worker process: the parts of production, and in Faust's place as little as they ask for."""

import asyncio
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

from aiokafka.errors import IllegalStateError
from aiokafka.structs import ConsumerRecord
from faust.types import TP

from streams.delivery.batches import Book
from streams.delivery.desk import Desk, FaustWriter
from streams.delivery.status import Status
from streams.delivery.table import RowTable, changelog_topic
from streams.delivery.transport import BatchConsumer
from tests.simulation.broker import Broker
from tests.simulation.night import Night

Phase = Literal["joining", "assigned", "recovering", "opening", "working", "revoking", "leaving"]


class WriteFailed(ConnectionError):
    """The broker's answer to a write was an error."""


@dataclass(slots=True)
class Sending:
    """One record on its way to the broker."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    acknowledged: asyncio.Future[None]
    generation: int

    def what(self) -> tuple[Any, ...]:
        return self.topic, self.partition, self.key, self.value, self.generation


class Producer:
    """Faust's producer as delivery uses it: ``send`` returns what the acknowledgement can be awaited on."""

    def __init__(self, consumer: "Consumer") -> None:
        self._consumer = consumer
        self.on_the_way: dict[tuple[str, int | None], deque[Sending]] = {}
        self.unanswered: deque[Sending] = deque()
        self.lost: list[Sending] = []  # never answered; whoever awaits them waits until the night is over
        self.closed = False

    async def send(
        self, topic: str, key: bytes | None, value: bytes | None, partition: int | None, *_: Any
    ) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sending = Sending(topic, partition, key, value, future, self._consumer.generation)
        if self.closed:
            self.lost.append(sending)
        else:
            self.on_the_way.setdefault((topic, partition), deque()).append(sending)
        return future

    def lose(self) -> None:
        """What is on its way never arrives."""
        for queue in self.on_the_way.values():
            self.lost.extend(queue)
        self.on_the_way.clear()


@dataclass(slots=True)
class Handed:
    """A batch as the stream brings it."""

    tp: TP
    value: list[ConsumerRecord]
    book: Book
    entry: list[Any]


class Consumer:
    """What delivery asks of the consumer; books and commits are production's own."""

    acknowledge = BatchConsumer.acknowledge
    _new_offset = BatchConsumer._new_offset

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._books: dict[TP, Book] = {}
        self._acked: dict[TP, list[int]] = {}
        self.starts: dict[TP, int | None] = {}
        self.generation = -1
        self._known: dict[int, int] = {}
        self.fenced = 0

    @property
    def books(self) -> dict[TP, Book]:
        return self._books

    def state(self) -> tuple[Any, ...]:
        return self.generation, self.starts, self._known

    def look_up_starts(self, tps: Iterable[TP]) -> None:
        """What is committed, before anything is recovered."""
        self.starts = {tp: self._broker.committed.get(tp.partition) for tp in tps}

    async def start_over(self, tp: TP) -> None:
        if not self._broker.commit(self.generation, {tp.partition: 0}):
            raise IllegalStateError("gone")
        self.starts[tp] = 0

    def seek(self) -> None:
        """To the starts, with a new book for each partition."""
        self._books = {tp: Book() for tp in self.starts}
        self._known = {}
        for tp, book in self._books.items():
            book.position = self._known[tp.partition] = self.starts[tp] or 0

    def commit(self) -> bool:
        """Commit what the books say; False when nothing was, or another generation has begun."""
        offsets = {}
        for tp in self._books:
            offset: int | None = self._new_offset(tp)  # type: ignore[misc]
            if offset is not None and offset > self._known.get(tp.partition, 0):
                offsets[tp.partition] = offset
        if not offsets:
            return False
        if not self._broker.commit(self.generation, offsets):
            self.fenced += 1
            return False
        self._known |= offsets
        return True


class Table:
    """The shelves, filled and emptied by production's own methods."""

    apply_changelog_batch = RowTable.apply_changelog_batch
    keep_only = RowTable.keep_only

    def __init__(self, app: Any, keeper: Any, end: Callable[[BaseException], None]) -> None:
        self.app = app
        self._keeper = keeper
        self._end = end
        self.shelves: dict[int, Any] = {}


class Worker:
    """A process: it lives until it crashes, leaves or meets a fault; asleep, it does nothing at all."""

    def __init__(self, broker: Broker, night: Night, number: int, faults: list[BaseException]) -> None:
        self.broker = broker
        self.number = number
        self.night = night
        self.faults = faults
        self.phase: Phase = "joining"
        self.dead = self.asleep = False
        self.assigned: list[TP] = []
        self.queue: deque[Handed] = deque()
        self.consumer = Consumer(broker)
        self.producer = Producer(self.consumer)
        self._read: dict[int, int] = {}  # of the changelog, by partition
        self._until: dict[int, int] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._active: set[TP] = set()
        app = SimpleNamespace(
            conf=SimpleNamespace(id=night.app),
            consumer=self.consumer,
            maybe_start_producer=self._producer,
            tables=SimpleNamespace(recovery=SimpleNamespace(active_tps=self._active)),
        )
        keeper = night.keeper()
        self.table = Table(app, keeper, self.end)
        self.status = Status(night.app)
        self.desk = Desk(
            app, keeper, self.table, FaustWriter(app), self.status,  # type: ignore[arg-type]
            changelog=changelog_topic(night.app), incarnation=broker.incarnation, end=self.end,
        )  # fmt: skip

    async def _producer(self) -> Producer:
        return self.producer

    # Membership

    def assign(self, generation: int, tps: list[TP]) -> None:
        """A new generation: these partitions; of those that stayed the changelog is read on from where it was."""
        changelog = changelog_topic(self.night.app)
        stayed = {tp.partition for tp in self.assigned}
        self.assigned = tps
        self.consumer.generation = generation
        self._active.clear()
        self._active.update(TP(changelog, tp.partition) for tp in tps)
        self._read = {
            tp.partition: self._read.get(tp.partition, 0) if tp.partition in stayed else 0 for tp in tps
        }
        self.consumer.look_up_starts(tps)
        self.phase = "assigned"

    def begin(self) -> None:
        """Look up where the changelog ends, and read up to there."""
        ends = self.broker.topics[changelog_topic(self.night.app)]
        self._until = {partition: len(ends[partition]) for partition in self._read}
        self.phase = "recovering"

    def unread(self) -> list[int]:
        """The partitions whose changelog is not read to its end."""
        return [p for p, end in self._until.items() if self._read[p] < end]

    def recover(self, partition: int, count: int) -> None:
        """Read some records of the changelog."""
        changelog = changelog_topic(self.night.app)
        start = self._read[partition]
        found = self.broker.topics[changelog][partition][start : min(start + count, self._until[partition])]
        self._read[partition] = start + len(found)
        value = [SimpleNamespace(key=key, value=value) for key, value in found]
        message = SimpleNamespace(tp=TP(changelog, partition), partition=partition)
        self.table.apply_changelog_batch([SimpleNamespace(message=message, value=value)])  # type: ignore[misc]

    def open(self) -> None:
        """Recovery is complete: say what is owed, seek, and work."""
        self.phase = "opening"
        self._start("open", self._open())

    async def _open(self) -> None:
        try:
            await self.desk.open(set(self.assigned))
        except IllegalStateError:
            return  # the next generation is waited for
        self.consumer.seek()
        self.desk.opened()
        self.phase = "working"

    def learn(self) -> None:
        """Hear of a rebalance: what is open may finish for a while and is committed, then join again."""
        self.phase = "revoking"
        if (opening := self.tasks.pop("open", None)) is not None:
            opening.cancel()
        self.queue.clear()
        self._start("revoke", self._revoked())

    async def _revoked(self) -> None:
        await self.desk.settle(self.assigned)
        self.consumer.commit()
        self.consumer.books.clear()
        self.phase = "joining"

    def leave(self) -> None:
        """Told to leave: take no more, finish what is open, commit and go."""
        self.phase = "leaving"
        self.queue.clear()
        self._start("leave", self._leave())

    async def _leave(self) -> None:
        await self.desk.settled()
        self.consumer.commit()
        self.dead = True

    # Work

    def more(self) -> list[TP]:
        """The partitions that have something to fetch."""
        return [tp for tp in self.consumer.books if self._run(tp, 1)]

    def fetch(self, tp: TP, count: int) -> None:
        """Put the next batch into the stream's queue."""
        run = self._run(tp, count)
        book = self.consumer.books[tp]
        book.position = run[-1].offset + 1
        self.queue.append(Handed(tp, run, book, book.hand_out(book.position)))

    def _run(self, tp: TP, count: int) -> list[ConsumerRecord]:
        position = self.consumer.books[tp].position or 0
        log = self.broker.log[tp.partition]
        at = bisect_left(log, position, key=lambda record: record.offset)
        return log[at : at + count]

    def take(self) -> None:
        """The agent's loop: the next batch as soon as the last one was taken in."""
        taking = self.tasks.get("take")
        if self.queue and (taking is None or taking.done()) and not self.dead:
            self._start("take", self.desk.take(self.queue.popleft()))  # type: ignore[arg-type]

    # Writes

    def land(self, queue: tuple[str, int | None], count: int, copies: int = 1, answered: bool = True) -> None:
        """Let the first records on the way to a topic arrive; an answer may be left out, a record come twice."""
        sendings = self.producer.on_the_way[queue]
        for _ in range(min(count, len(sendings))):
            sending = sendings.popleft()
            for _ in range(copies):
                self.broker.append(sending.topic, sending.partition, sending.key, sending.value)
            if answered:
                _answer(sending)
            else:
                self.producer.unanswered.append(sending)
        if not sendings:
            del self.producer.on_the_way[queue]

    def answer(self, count: int) -> None:
        """Let the worker hear that records arrived."""
        for _ in range(min(count, len(self.producer.unanswered))):
            _answer(self.producer.unanswered.popleft())

    def fail(self, queue: tuple[str, int | None]) -> None:
        """Let a write fail in the worker's eyes."""
        sending = self.producer.on_the_way[queue][0]
        if not sending.acknowledged.done():
            sending.acknowledged.set_exception(WriteFailed("no answer"))

    def end(self, fault: BaseException) -> None:
        """The process ends, as in production before anything more is acknowledged."""
        if self.dead:
            return
        if not isinstance(fault, WriteFailed):
            self.faults.append(fault)
        self.die()

    def die(self) -> None:
        """End at once; what is on the way may still arrive."""
        self.dead = True
        self.producer.closed = True
        self.queue.clear()

    def idle(self) -> bool:
        """Whether nothing is on its way to the broker or back."""
        return not self.producer.on_the_way and not self.producer.unanswered

    def state(self) -> tuple[Any, ...]:
        """All that its further life depends on; how far a batch is sealed shows in what is on its way."""
        consumer, producer = self.consumer, self.producer
        return (
            self.number,
            self.phase,
            self.dead,
            self.asleep,
            self._read,
            self._until,
            [(batch.tp, batch.value[0].offset) for batch in self.queue],
            [(tp, book.position, book.done, list(book._waiting)) for tp, book in consumer.books.items()],
            consumer.state(),
            [(name, task.done()) for name, task in sorted(self.tasks.items())],
            [[sending.what() for sending in queue] for _, queue in sorted(producer.on_the_way.items())],
            [sending.what() for sending in producer.unanswered],
            [
                (
                    p,
                    shelf.mark,
                    [(key, row.rank, row.said, len(row.intents)) for key, row in shelf.rows.items()],
                )
                for p, shelf in sorted(self.table.shelves.items())
            ],
        )

    def _start(self, name: str, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        task.add_done_callback(_heard)
        self.tasks[name] = task


def _answer(sending: Sending) -> None:
    if not sending.acknowledged.done():
        sending.acknowledged.set_result(None)


def _heard(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.exception()  # `end` was told of it
