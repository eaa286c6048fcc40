"""One worker's partitions: opened when they come, served a batch at a time, left when they go."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from aiokafka.errors import IllegalStateError
from faust.types import TP, Message

from streams.delivery import garbage
from streams.delivery.batches import records_of
from streams.delivery.drafts import Judge
from streams.delivery.envelope import seal_mark
from streams.delivery.faults import ConfigurationFault
from streams.delivery.keeper import Keeper
from streams.delivery.line import Line
from streams.delivery.rows import MARK_KEY, Shelf
from streams.delivery.sealing import Sealer, Step, Write, Writer
from streams.delivery.status import Status
from streams.delivery.table import RowTable
from streams.delivery.transport import SETTLE_SECONDS, BatchConsumer

log = logging.getLogger(__name__)


class FaustWriter:
    """Writes through Faust's producer and awaits every acknowledgement; Faust's own buffer is not used.

    The buffer gives up after a tenth of a second and only logs what was not sent.
    """

    def __init__(self, app: Any) -> None:
        self._app = app

    async def write(self, step: Step, writes: Sequence[Write]) -> None:
        producer = await self._app.maybe_start_producer()
        acknowledgements = [
            await producer.send(w.topic, w.key, w.value, w.partition, None, list(w.headers)) for w in writes
        ]
        await asyncio.gather(*acknowledgements)


class Desk:
    """Where a worker's table, consumer and producer meet the keeper.

    ``end`` leaves the process with a fault; it does not return in a worker.
    """

    def __init__(
        self,
        app: Any,
        keeper: Keeper[Any, Any],
        table: RowTable,
        writer: Writer,
        status: Status,
        *,
        changelog: str,
        incarnation: str,
        end: Callable[[BaseException], None],
    ) -> None:
        self._app = app
        self._keeper = keeper
        self._table = table
        self._writer = writer
        self._status = status
        self._changelog = changelog
        self._incarnation = incarnation
        self._end = end
        self._lines: dict[TP, Line[Any, Any]] = {}
        self._busy = False

    async def open(self, source: set[TP]) -> None:
        """Make recovered rows whole and say what they owe, before any input of these partitions is taken."""
        try:
            consumer: BatchConsumer = self._app.consumer
            self._table.keep_only({tp.partition for tp in source})
            for tp in sorted(source):
                await self._open(consumer, tp)
        except IllegalStateError:
            raise  # the partitions went away meanwhile; recovery begins again with the next ones
        except Exception as fault:
            self._end(fault)
            raise

    async def _open(self, consumer: BatchConsumer, tp: TP) -> None:
        shelf = self._table.shelves[tp.partition]
        await self._compare_mark(consumer, tp, shelf)
        shelf.open_recovered()
        sealer = Sealer(
            self._keeper, shelf, self._writer,
            changelog=self._changelog, partition=tp.partition, incarnation=self._incarnation,
        )  # fmt: skip
        said = await sealer.say_unsaid()
        log.info("partition.opened partition=%d rows=%d said_again=%d", tp.partition, len(shelf.rows), said)
        self._lines[tp] = Line(Judge(self._keeper, shelf, self._incarnation), sealer, self._end)

    async def _compare_mark(self, consumer: BatchConsumer, tp: TP, shelf: Shelf[Any]) -> None:
        committed = consumer.starts[tp]
        if shelf.mark is None and committed:
            raise ConfigurationFault(
                f"Group {self._app.conf.id} has committed offset {committed} of {tp.topic}-{tp.partition}, but"
                f" its changelog {self._changelog} is empty there: it was lost."
                " Work it out again: `results refold` says how."
            )
        if shelf.mark == self._incarnation:
            return
        if shelf.mark is not None:
            log.warning(
                "topic.replaced topic=%s partition=%d: read from its beginning", tp.topic, tp.partition
            )
            await consumer.start_over(tp)  # before the mark says that it is done
        mark = Write(self._changelog, tp.partition, MARK_KEY, seal_mark(self._incarnation))
        await self._writer.write(Step.KEEP, [mark])
        shelf.mark = self._incarnation

    def opened(self) -> None:
        """Input flows now."""
        garbage.leave_out_what_is_here()
        self._status.enter("ready")
        self._status.partitions = sorted(tp.partition for tp in self._lines)
        log.info("worker.ready partitions=%s", self._status.partitions)

    async def take(self, message: Message) -> None:
        """Judge one batch and let it be sealed; an exception of the keeper ends the process."""
        self._busy = True
        try:
            line = self._lines.get(message.tp)
            if line is None:
                return  # revoked while the batch waited in the queue; it was never acknowledged
            records = records_of(message)
            await line.take(records, lambda: self._app.consumer.acknowledge(message))
            self._status.records += len(records)
            self._status.batches += 1
            self._status.rows = sum(len(shelf.rows) for shelf in self._table.shelves.values())
        except Exception as fault:
            self._end(fault)
            raise
        finally:
            self._busy = False

    async def settle(self, going: Iterable[TP]) -> None:
        """Let open batches finish for a while, then leave them to the next owner."""
        lines = [line for line in (self._lines.pop(tp, None) for tp in list(going)) if line is not None]
        self._status.enter("waiting")
        if not lines:
            return
        try:
            await asyncio.wait_for(asyncio.gather(*(line.settled() for line in lines)), SETTLE_SECONDS)
        except TimeoutError:
            log.warning("partitions.abandoned open batches are left to the next owner")
        for line in lines:
            line.revoke()

    async def settled(self) -> None:
        """Return once nothing is being judged or sealed."""
        while self._busy or any(line.open for line in self._lines.values()):
            await asyncio.gather(*(line.settled() for line in self._lines.values()))
            await asyncio.sleep(0.01)
