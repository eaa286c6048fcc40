"""One partition's way from records to their acknowledgement."""

import asyncio
from collections.abc import Sequence

from streams.delivery.drafts import Judge
from streams.delivery.line import Line
from streams.delivery.rows import Shelf
from streams.delivery.sealing import Sealer, Step, Write
from tests.delivery.test_drafts import Counter, records
from tests.delivery.turns import turns

State = tuple[str, ...]


class Gate:
    """Acknowledges each write when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[None]] = []

    async def write(self, step: Step, writes: Sequence[Write]) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append(future)
        await future

    async def open(self) -> None:
        while self.waiting:
            if not (future := self.waiting.pop(0)).done():
                future.set_result(None)
            await asyncio.sleep(0.001)


class Kept:
    """A line with what became of it."""

    def __init__(self) -> None:
        shelf: Shelf[State] = Shelf(Counter())
        self.gate = Gate()
        self.ended: list[BaseException] = []
        self.acknowledged: list[int] = []
        self.sealer = Sealer(Counter(), shelf, self.gate, changelog="rows", partition=0, incarnation="t1")
        self.line = Line(Judge(Counter(), shelf, "t1"), self.sealer, self.ended.append)

    async def take(self, number: int) -> None:
        await self.line.take(
            records(("a", "allow x"), start=number), lambda: self.acknowledged.append(number)
        )


async def test_batches_are_acknowledged_in_order_and_only_when_sealed() -> None:
    kept = Kept()
    await kept.take(0)
    await kept.take(1)
    await turns()
    before = list(kept.acknowledged)
    await kept.gate.open()
    await kept.line.settled()

    assert (before, kept.acknowledged, kept.ended) == ([], [0, 1], [])


async def test_two_batches_are_open_at_most() -> None:
    kept = Kept()
    await kept.take(0)
    await kept.take(1)
    third = asyncio.create_task(kept.take(2))
    await turns()

    assert (kept.line.open, third.done()) == (2, False)
    while not third.done():
        await kept.gate.open()
    await kept.gate.open()


async def test_the_second_batch_writes_nothing_before_the_first_is_sealed() -> None:
    kept = Kept()
    await kept.take(0)
    await kept.take(1)
    await turns()

    assert len(kept.gate.waiting) == 1
    await kept.gate.open()


async def test_a_failed_write_ends_the_process_and_nothing_after_it_is_acknowledged() -> None:
    kept = Kept()
    await kept.take(0)
    await kept.take(1)
    await turns()
    kept.gate.waiting[0].set_exception(ConnectionError("gone"))
    await turns()
    await kept.gate.open()

    assert ([type(f) for f in kept.ended], kept.acknowledged) == ([ConnectionError], [])


async def test_a_cancellation_ends_the_process_as_well() -> None:
    kept = Kept()
    await kept.take(0)
    await turns()
    kept.gate.waiting[0].cancel()
    await turns()

    assert [type(f) for f in kept.ended] == [asyncio.CancelledError]


async def test_a_revoked_line_acknowledges_nothing_more_and_lives_on() -> None:
    kept = Kept()
    await kept.take(0)
    await turns()
    kept.line.revoke()
    await kept.gate.open()
    await kept.line.settled()

    assert (kept.acknowledged, kept.ended) == ([], [])
