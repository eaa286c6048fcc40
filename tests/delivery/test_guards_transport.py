"""The guards of the fetch, driven step by step: nothing that was fetched is dropped, and no hole is committed over."""

import asyncio
from collections.abc import Iterable

import pytest
from aiokafka.errors import IllegalStateError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.delivery import transport
from streams.delivery.faults import BrokenAssumption
from tests.delivery.stage import CHANGELOG, SOURCE, Stage, record


async def begun(*offsets: int) -> Stage:
    """A stage whose consumer is at the beginning of these records."""
    stage = Stage()
    stage.declare(*offsets)
    await stage.begin()
    return stage


async def test_when_nothing_is_asked_for_nothing_is_fetched() -> None:
    stage = await begun(0, 1, 2)

    found = await stage.consumer._getmany(set(), 0.1)

    assert (found, stage.client.positions[SOURCE]) == ({}, 0)


async def test_partitions_that_leave_the_set_while_a_fetch_waits_are_fetched_all_the_same() -> None:
    stage = await begun(0)
    stage.client.log[CHANGELOG].append(record(CHANGELOG, 0))
    thread = stage.consumer._thread
    thread.busy = asyncio.Event()
    live = {SOURCE}
    fetch = asyncio.create_task(stage.consumer._getmany(live, 0.1))
    await asyncio.sleep(0)
    live.clear()
    thread.busy.set()

    assert (await fetch).keys() == {SOURCE}
    assert stage.client.positions[CHANGELOG] == 0


async def test_batches_follow_one_another_over_legal_holes() -> None:
    stage = await begun(0, 1, 5)
    first = await stage.fetched()
    stage.declare(9)

    assert (first, await stage.fetched()) == ([(0, 5)], [(9, 9)])


async def test_a_fetch_that_does_not_begin_where_the_last_one_ended_is_a_broken_assumption() -> None:
    stage = await begun(0, 1, 2, 3)
    stage.client.positions[SOURCE] = 2  # somebody fetched and dropped

    with pytest.raises(BrokenAssumption, match="was read up to offset 0"):
        await stage.fetched()


async def test_what_cannot_be_handed_out_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "BATCH_RECORDS", 1)
    stage = await begun(0, 1, 2)
    handed = []
    async for _, message in stage.batches():
        handed.append(message.offset)
        stage.consumer.flow_active = False
    stage.consumer.flow_active = True

    assert (handed, await stage.fetched()) == ([0], [(1, 1), (2, 2)])


async def test_what_is_given_back_does_not_undo_a_seek(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "BATCH_RECORDS", 1)
    stage = await begun(0, 1, 2)
    async for _ in stage.batches():
        stage.consumer.flow_active = False
        stage.client.seek(SOURCE, 7)

    assert stage.client.positions[SOURCE] == 7


async def test_there_is_no_input_while_rebalancing() -> None:
    stage = await begun(0, 1)
    stage.app.rebalancing = True
    during = await stage.fetched()
    stage.app.rebalancing = False

    assert (during, await stage.fetched()) == ([], [(0, 1)])


async def test_there_is_no_input_of_another_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "BATCH_RECORDS", 1)
    stage = await begun(0, 1)
    handed = []
    async for _, message in stage.batches():
        handed.append(message.offset)
        stage.app.consumer_generation_id = 2

    assert (handed, stage.client.positions[SOURCE]) == ([0], 1)


async def test_what_was_fetched_before_a_seek_is_not_handed_out_after_it() -> None:
    stage = await begun(0, 1)
    stage.client.held = asyncio.Event()
    fetch = asyncio.create_task(stage.fetched())
    await asyncio.sleep(0)
    await stage.begin()  # a whole rebalance passes meanwhile
    stage.client.held.set()

    assert (await fetch, await stage.fetched()) == ([], [(0, 1)])


async def test_a_group_that_has_committed_nothing_begins_at_the_earliest_record() -> None:
    stage = Stage()
    stage.client.positions[SOURCE], stage.client.earliest = 5, 2

    await stage.begin()

    assert stage.client.positions[SOURCE] == 2


async def test_input_begins_where_it_was_committed_before_the_rows_were_read() -> None:
    """A worker frozen between the two knows nothing of what another one came to meanwhile."""
    stage = Stage()
    stage.declare(0, 1, 2)
    await stage.consumer.look_up_starts()
    stage.client.group[SOURCE] = 3
    await stage.consumer.perform_seek()

    assert await stage.fetched() == [(0, 2)]


async def test_a_partition_that_goes_while_it_is_sought_is_no_fault() -> None:
    """Recovery takes the error for what it is, and begins again with the next partitions."""
    stage = Stage()
    stage.declare(0)
    await stage.consumer.look_up_starts()
    seek = stage.consumer.seek_wait

    async def seek_and_lose(positions: dict[TP, int]) -> None:
        await seek(positions)
        stage.consumer._books.clear()  # as a revocation does

    stage.consumer.seek_wait = seek_and_lose

    with pytest.raises(IllegalStateError):
        await stage.consumer.perform_seek()


async def test_starting_over_is_committed() -> None:
    stage = Stage()
    stage.client.group[SOURCE] = 9
    await stage.consumer.look_up_starts()
    await stage.consumer.start_over(SOURCE)

    assert (stage.client.group[SOURCE], stage.consumer.starts[SOURCE]) == (0, 0)


async def test_only_acknowledged_batches_are_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "BATCH_RECORDS", 1)
    stage = await begun(0, 1, 2)
    first, second, third = [message async for _, message in stage.batches()]

    offsets = []
    for batch in (third, first, second):
        stage.consumer.acknowledge(batch)
        offsets.append(stage.consumer._new_offset(SOURCE))

    assert (first.tp, offsets) == (SOURCE, [None, 1, 3])


async def test_before_partitions_go_open_batches_settle_and_are_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = await begun(0, 1)
    async for _, batch in stage.batches():
        handed = batch
    order: list[str] = []

    async def settle(_: Iterable[TP]) -> None:
        order.append(f"settle, flow {stage.consumer.flow_active}")
        stage.consumer.acknowledge(handed)

    async def commit() -> None:
        order.append(f"commit {stage.consumer._new_offset(SOURCE)}")

    async def upstream(consumer: object, revoked: set[TP]) -> None:
        order.append(f"upstream, books {len(stage.consumer._books)}")

    stage.consumer.settle, stage.consumer.commit = settle, commit
    monkeypatch.setattr(driver.Consumer, "on_partitions_revoked", upstream)
    await stage.consumer.on_partitions_revoked({SOURCE})

    assert order == ["settle, flow False", "commit 2", "upstream, books 0"]
