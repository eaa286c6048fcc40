"""The guards of a worker's desk: what is owed is said first; faults, and partitions that go, acknowledge nothing."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from streams.delivery import desk
from streams.delivery.desk import FaustWriter
from streams.delivery.envelope import seal_mark
from streams.delivery.keeper import Record
from streams.delivery.rows import MARK_KEY
from streams.delivery.sealing import Step, Write
from tests.delivery.stage import SOURCE, Stage
from tests.delivery.test_drafts import Counter
from tests.delivery.test_guards_recovery import ROW
from tests.delivery.turns import turns


async def ready(stage: Stage, *rows: bytes) -> Stage:
    """A stage whose partition is open, with these rows of ``a`` recovered."""
    await stage.consumer.look_up_starts()
    stage.table.keep_only({0})
    stage.table.shelves[0].recover(MARK_KEY, seal_mark("t1"))
    for row in rows:
        stage.table.shelves[0].recover(b"a", row)
    await stage.app.desk.open({SOURCE})
    await stage.consumer.perform_seek()
    return stage


async def batch(stage: Stage, *offsets: int) -> Any:
    stage.declare(*offsets)
    (message,) = [message async for _, message in stage.batches()]
    return message


async def test_what_a_recovered_row_owes_is_said_before_input_is_taken() -> None:
    stage = await ready(Stage(), ROW)

    assert [(step, w.value) for step, w in stage.paper.written] == [(Step.SAY, b"owed")]


async def test_a_batch_is_acknowledged_when_it_is_sealed_and_not_before() -> None:
    stage = await ready(Stage())
    stage.paper.held = asyncio.Event()
    await stage.app.desk.take(await batch(stage, 0))
    await turns()
    before = stage.consumer._new_offset(SOURCE)
    stage.paper.held.set()
    await stage.app.desk.settled()

    assert (before, stage.consumer._new_offset(SOURCE)) == (None, 1)


async def test_a_fault_of_the_keeper_ends_the_process_and_acknowledges_nothing() -> None:
    class Faulty(Counter):
        def judge(self, key: str, state: Any, event: str, record: Record) -> Any:
            raise RuntimeError("a fault")

    stage = await ready(Stage(keeper=Faulty()))
    with pytest.raises(RuntimeError):
        await stage.app.desk.take(await batch(stage, 0))

    assert ([str(fault) for fault in stage.ended], stage.consumer._new_offset(SOURCE)) == (["a fault"], None)


async def test_open_batches_of_partitions_that_go_may_finish() -> None:
    stage = await ready(Stage())
    stage.paper.held = asyncio.Event()
    await stage.app.desk.take(await batch(stage, 0))
    settling = asyncio.create_task(stage.app.desk.settle([SOURCE]))
    await turns()
    waits = not settling.done()
    stage.paper.held.set()
    await settling

    assert (waits, stage.consumer._new_offset(SOURCE)) == (True, 1)


async def test_what_takes_too_long_is_left_to_the_next_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "SETTLE_SECONDS", 0.01)
    stage = await ready(Stage())
    stage.paper.held = asyncio.Event()
    await stage.app.desk.take(await batch(stage, 0))
    await stage.app.desk.settle([SOURCE])
    stage.paper.held.set()
    await turns()

    assert stage.consumer._new_offset(SOURCE) is None
    assert stage.table.shelves[0].rows == {}


async def test_a_batch_that_waited_while_its_partition_went_is_not_taken() -> None:
    stage = await ready(Stage())
    waiting = await batch(stage, 0)
    await stage.app.desk.settle([SOURCE])

    await stage.app.desk.take(waiting)

    assert (stage.consumer._new_offset(SOURCE), stage.paper.written) == (None, [])


async def test_a_write_is_done_when_every_record_is_acknowledged() -> None:
    acknowledgements = [asyncio.get_running_loop().create_future() for _ in range(2)]
    sent = iter(acknowledgements)

    async def send(*_: Any) -> Any:
        return next(sent)

    async def producer() -> Any:
        return SimpleNamespace(send=send)

    writer = FaustWriter(SimpleNamespace(maybe_start_producer=producer))
    writes = [Write("rows", 0, b"a", b"1"), Write("rows", 0, b"b", b"2")]
    writing = asyncio.create_task(writer.write(Step.KEEP, writes))
    done = []
    for acknowledgement in (None, *acknowledgements):
        if acknowledgement is not None:
            acknowledgement.set_result(None)
        await turns()
        done.append(writing.done())

    assert done == [False, False, True]
