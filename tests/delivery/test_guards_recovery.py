"""The guards of a beginning, driven step by step: rows whole and said, position sought, queues emptied, then input."""

from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest
from faust.tables.recovery import Recovery
from faust.types import TP

from streams.delivery.envelope import Envelope, open_mark, seal_mark, seal_row
from streams.delivery.faults import BrokenAssumption, ConfigurationFault
from streams.delivery.keeper import Output
from streams.delivery.rows import MARK_KEY
from streams.delivery.sealing import Step
from tests.delivery.stage import CHANGELOG, SOURCE, Stage

ROW = seal_row(Envelope(1, 4, "t1", (Output("said", b"a", b"owed"),), b'["x"]'))


def spied(stage: Stage) -> list[str]:
    """What the last steps of recovery come to, in their order."""
    consumer, calls = stage.consumer, stage.client.calls

    def spy(owner: Any, name: str, as_: str) -> None:
        plain = getattr(owner, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            calls.append(as_)
            return plain(*args, **kwargs)

        setattr(owner, name, call)

    spy(stage.app.flow_control, "resume", "empty the queues")
    spy(consumer, "resume_partitions", "open the partitions")
    spy(consumer, "resume_flow", "open the flow")
    spy(stage.app.desk, "opened", "ready")

    async def started() -> None:
        calls.append("fetch")

    app: Any = stage.app
    app._fetcher = SimpleNamespace(maybe_start=started)
    return calls


@pytest.fixture
def no_fetcher(monkeypatch: pytest.MonkeyPatch) -> None:
    """The property that makes upstream's fetcher gives way to what a test puts there."""
    monkeypatch.setattr("streams.delivery.worker.DeliveryApp._fetcher", None, raising=False)


async def test_rows_are_said_position_sought_queues_emptied_and_then_comes_input(no_fetcher: None) -> None:
    stage = Stage()
    calls = spied(stage)
    await stage.consumer.look_up_starts()
    stage.table.keep_only({0})
    stage.table.shelves[0].recover(MARK_KEY, seal_mark("t1"))
    stage.table.shelves[0].recover(b"a", ROW)
    calls.clear()

    await stage.recovery.on_recovery_completed(1)

    assert calls == [
        "say",
        "seek 0",
        "empty the queues",
        "open the partitions",
        "open the flow",
        "fetch",
        "ready",
    ]


async def test_what_is_committed_is_looked_up_before_the_end_of_the_changelog() -> None:
    stage = Stage()

    await stage.recovery._build_highwaters(stage.consumer, {CHANGELOG}, Counter(), "active")

    assert stage.client.calls == ["committed", "end of the changelog"]


@pytest.mark.usefixtures("no_fetcher")
async def test_a_rebalance_while_rows_are_opened_keeps_the_input_closed() -> None:
    stage = Stage()
    calls = spied(stage)
    await stage.consumer.look_up_starts()

    async def rebalanced(_: set[TP]) -> None:
        stage.app.consumer_generation_id = 2

    desk: Any = stage.app.desk
    desk.open = rebalanced
    await stage.recovery.on_recovery_completed(1)

    assert not {"open the partitions", "open the flow", "ready"} & set(calls)
    assert not stage.recovery.completed.is_set()


@pytest.mark.usefixtures("no_fetcher")
async def test_partitions_that_changed_since_their_start_was_looked_up_are_not_opened() -> None:
    stage = Stage()
    calls = spied(stage)

    await stage.recovery.on_recovery_completed(1)

    assert calls == []


async def test_a_partition_that_comes_back_is_read_from_the_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def upstream(*_: Any) -> None: ...

    monkeypatch.setattr(Recovery, "on_rebalance", upstream)
    stage = Stage()
    stage.recovery.active_offsets[CHANGELOG] = 17

    await stage.recovery.on_rebalance({CHANGELOG}, set(), {CHANGELOG}, 1)

    assert CHANGELOG not in stage.recovery.active_offsets


# The table


def event(partition: int, *records: tuple[bytes, bytes]) -> Any:
    """A batch of the changelog."""
    return SimpleNamespace(
        message=SimpleNamespace(tp=TP(CHANGELOG.topic, partition), partition=partition),
        value=[SimpleNamespace(key=key, value=value) for key, value in records],
    )


def test_rows_of_a_partition_that_went_away_meanwhile_are_left_out() -> None:
    stage = Stage()
    stage.recovery.active_tps.add(CHANGELOG)

    stage.table.apply_changelog_batch([event(0, (b"a", ROW)), event(1, (b"b", ROW))])

    assert stage.table.shelves.keys() == {0}


def test_a_changelog_that_cannot_be_read_ends_the_process() -> None:
    stage = Stage()
    stage.recovery.active_tps.add(CHANGELOG)

    with pytest.raises(BrokenAssumption):
        stage.table.apply_changelog_batch([event(0, (b"a", b"{}"))])

    assert "cannot be recovered" in str(stage.ended[0])


def test_rows_of_partitions_that_are_no_longer_ours_are_forgotten() -> None:
    stage = Stage()
    stage.table.keep_only({0})
    there = stage.table.shelves[0]

    stage.table.keep_only({1})
    stage.table.keep_only({0, 1})

    assert stage.table.shelves[0] is not there


# The mark


async def opened(stage: Stage, mark: str | None, committed: int | None) -> list[str]:
    """What opening a partition with this mark and offset comes to."""
    if committed is not None:
        stage.client.group[SOURCE] = committed
    await stage.consumer.look_up_starts()
    stage.table.keep_only({0})
    if mark is not None:
        stage.table.shelves[0].recover(MARK_KEY, seal_mark(mark))
    stage.client.calls.clear()
    await stage.app.desk.open({SOURCE})
    return stage.client.calls


async def test_a_new_partition_is_marked_before_anything_is_taken() -> None:
    stage = Stage()

    assert await opened(stage, mark=None, committed=None) == ["keep"]
    ((step, mark),) = stage.paper.written
    assert (step, open_mark(mark.value)) == (Step.KEEP, "t1")


async def test_a_partition_of_this_incarnation_goes_on_where_it_was() -> None:
    stage = Stage()

    assert await opened(stage, mark="t1", committed=9) == []
    assert stage.client.group[SOURCE] == 9


async def test_a_topic_created_anew_is_committed_from_its_beginning_and_marked_after_that() -> None:
    """Killed between the two, the next worker starts over; in the other order it would go on at the old offset."""
    stage = Stage(incarnation="t2")

    assert await opened(stage, mark="t1", committed=9) == ["commit", "keep"]
    assert stage.client.group[SOURCE] == 0


async def test_a_changelog_that_was_lost_is_not_counted_from_zero() -> None:
    stage = Stage()

    with pytest.raises(ConfigurationFault, match="it was lost"):
        await opened(stage, mark=None, committed=9)

    assert len(stage.ended) == 1
