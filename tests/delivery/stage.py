"""A stage for the part of Faust: production's consumer, recovery and desk on a Kafka client made of a dictionary."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from aiokafka.structs import ConsumerRecord
from faust.types import TP

from streams.delivery.desk import Desk
from streams.delivery.fetching import FetchThread
from streams.delivery.profiles import KAFKA, Security, app_settings
from streams.delivery.recovery import OrderedTableManager
from streams.delivery.sealing import Step, Write
from streams.delivery.status import Status
from streams.delivery.table import RowTable, changelog_topic
from streams.delivery.transport import BatchConsumer, BatchTransport
from streams.delivery.worker import DeliveryApp
from tests.delivery.test_drafts import Counter

SOURCE = TP("in", 0)
CHANGELOG = TP(changelog_topic("stage"), 0)


def record(tp: TP, offset: int, key: bytes = b"a", value: bytes = b"allow x") -> ConsumerRecord:
    return ConsumerRecord(tp.topic, tp.partition, offset, 0, 0, key, value, None, 0, 0, ())


class Client:
    """aiokafka's consumer as far as it is used: positions move when records are fetched."""

    def __init__(self) -> None:
        self.log: dict[TP, list[ConsumerRecord]] = {SOURCE: [], CHANGELOG: []}
        self.positions: dict[TP, int] = {SOURCE: 0, CHANGELOG: 0}
        self.group: dict[TP, int] = {}
        self.earliest = 0
        self.held: asyncio.Event | None = None  # a fetch waits for it, and has its records by then
        self.calls: list[str] = []
        self._closed = False
        self._max_poll_records = 100
        self._fetcher = SimpleNamespace(
            _closed=False,
            _subscriptions=SimpleNamespace(fetch_context=_nothing),
            fetched_records=self._fetched,
        )
        assigned = SimpleNamespace(tps=self.positions.keys(), state_value=self._state)
        self._subscription = SimpleNamespace(subscription=SimpleNamespace(assignment=assigned))

    def _state(self, tp: TP) -> Any:
        return SimpleNamespace(position=self.positions[tp], has_valid_position=True)

    async def _fetched(self, tps: Iterable[TP], **_: Any) -> dict[TP, list[ConsumerRecord]]:
        found = {}
        for tp in list(tps) or list(self.positions):  # none asked for is all, in aiokafka
            run = [r for r in self.log[tp] if r.offset >= self.positions[tp]]
            if run:
                found[tp] = run
                self.positions[tp] = run[-1].offset + 1
        if self.held is not None:
            await self.held.wait()
        return found

    def assignment(self) -> set[TP]:
        return set(self.positions)

    def seek(self, tp: TP, offset: int) -> None:
        self.calls.append(f"seek {offset}")
        self.positions[tp] = offset

    async def position(self, tp: TP) -> int:
        return self.positions[tp]

    def highwater(self, tp: TP) -> int:
        return len(self.log[tp])

    async def committed(self, tp: TP) -> int | None:
        self.calls.append("committed")
        return self.group.get(tp)

    async def seek_to_committed(self) -> dict[TP, int | None]:
        for tp in self.positions.keys() & self.group.keys():
            self.positions[tp] = self.group[tp]
        return {tp: self.group.get(tp) for tp in self.positions}

    async def beginning_offsets(self, tps: Sequence[TP]) -> dict[TP, int]:
        return dict.fromkeys(tps, self.earliest)

    async def end_offsets(self, tps: Sequence[TP]) -> dict[TP, int]:
        self.calls.append("end of the changelog")
        return {tp: len(self.log[tp]) for tp in tps}

    async def commit(self, offsets: dict[Any, Any]) -> None:
        self.calls.append("commit")
        self.group |= {TP(tp.topic, tp.partition): at.offset for tp, at in offsets.items()}


class _Nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def _nothing() -> _Nothing:
    return _Nothing()


class Thread(FetchThread):
    """The production thread, without a thread."""

    client: Client
    busy: asyncio.Event | None = (
        None  # calls wait for it, as they wait for a thread that has other things to do
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.thread_loop.close()

    async def call_thread(self, fun: Any, *args: Any, **kwargs: Any) -> Any:
        if self.busy is not None:
            await self.busy.wait()
        return await fun(*args, **kwargs)

    def _ensure_consumer(self) -> Any:
        return self.client


class Paper:
    """A writer that notes what is written; held, it is not answered."""

    def __init__(self, calls: list[str]) -> None:
        self.written: list[tuple[Step, Write]] = []
        self.held: asyncio.Event | None = None
        self._calls = calls

    async def write(self, step: Step, writes: Sequence[Write]) -> None:
        self._calls.append(step.value)
        self.written.extend((step, w) for w in writes)
        if self.held is not None:
            await self.held.wait()


class Stage:
    """An app that is never started; its parts are called one after the other."""

    def __init__(self, incarnation: str = "t1", keeper: Any = None) -> None:
        keeper = keeper or Counter()
        self.client = Client()
        self.ended: list[BaseException] = []
        given = app_settings(KAFKA, broker="127.0.0.1:1", partitions=1, security=Security(), instance=None)
        self.app = DeliveryApp("stage", TableManager=OrderedTableManager, **given)
        self.app.profile = KAFKA
        self.app.transport = Transport("kafka://127.0.0.1:1", self.app)
        self.table = RowTable(self.app, keeper, self.ended.append, partitions=1)
        self.app.tables.add(self.table)
        self.paper = Paper(self.client.calls)
        self.app.desk = Desk(
            self.app, keeper, self.table, self.paper, Status("stage"),
            changelog=CHANGELOG.topic, incarnation=incarnation, end=self.ended.append,
        )  # fmt: skip
        self.app.consumer_generation_id = 1
        self.app.rebalancing = False
        consumer: Any = self.app.consumer
        consumer._thread.client = self.client
        consumer.settle = self.app.desk.settle
        consumer._active_partitions = {SOURCE}
        self.consumer: Any = consumer
        tables: Any = self.app.tables
        self.recovery: Any = tables.recovery

    def declare(self, *offsets: int) -> None:
        self.client.log[SOURCE] += [record(SOURCE, offset) for offset in offsets]

    async def begin(self) -> None:
        """Take up the work as recovery does."""
        await self.consumer.look_up_starts()
        await self.consumer.perform_seek()

    async def fetched(self) -> list[tuple[int, int]]:
        """The batches of one fetch: first and last offset."""
        return [(message.value[0].offset, message.offset) async for _, message in self.batches()]

    def batches(self) -> AsyncIterator[Any]:
        batches: AsyncIterator[Any] = self.consumer.getmany(1.0)
        return batches


class Consumer(BatchConsumer):
    """The production consumer with the thread of the stage."""

    def _new_consumer_thread(self) -> Thread:
        return Thread(self, loop=self.loop, beacon=self.beacon)


class Transport(BatchTransport):
    """Production's transport with the consumer of the stage."""

    Consumer = Consumer
