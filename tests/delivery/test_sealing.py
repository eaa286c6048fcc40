"""The order in which a draft becomes durable."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from streams.delivery import sealing
from streams.delivery.drafts import Judge
from streams.delivery.envelope import open_row
from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import Output
from streams.delivery.rows import Row, Shelf
from streams.delivery.sealing import Revoked, Sealer, Step, Write
from tests.delivery.test_drafts import Counter, records
from tests.delivery.turns import turns

State = tuple[str, ...]


class Follower(Counter):
    def follow(self, key: str, state: State, version: int) -> tuple[Output, ...]:
        return (Output("standings", key.encode(), f"{version}".encode()),)


class Paper:
    """Writes down what is written; fails, or sees the partition go, at a step."""

    def __init__(self, fail_at: Step | None = None) -> None:
        self.written: list[tuple[Step, list[tuple[str, bytes | None]]]] = []
        self._fail_at = fail_at
        self.revoke_at: Step | None = None
        self.sealer: Sealer[State]

    async def write(self, step: Step, writes: Sequence[Write]) -> None:
        if step is self._fail_at:
            raise ConnectionError
        self.written.append((step, [(w.topic, w.key) for w in writes]))
        if step is self.revoke_at:
            self.sealer.revoked = True


def sealed_by(paper: Paper, shelf: Shelf[State]) -> Sealer[State]:
    paper.sealer = Sealer(Follower(), shelf, paper, changelog="rows", partition=0, incarnation="t1")
    return paper.sealer


async def test_refusals_attachments_rows_outputs_in_this_order() -> None:
    shelf: Shelf[State] = Shelf(Follower())
    paper = Paper()
    (draft,) = Judge(Follower(), shelf, "t1").judge(
        records(("a", "allow x"), ("a", "no"), ("b", "allow y"), ("a", "x"))
    )

    await sealed_by(paper, shelf).seal(draft)

    assert paper.written == [
        (Step.REFUSE, [("rejections", b"a")]),
        (Step.ATTACH, [("rows", b"a#x"), ("rows", b"b#y")]),
        (Step.KEEP, [("rows", b"a"), ("rows", b"b")]),
        (Step.SAY, [("said", b"a"), ("said", b"a"), ("said", b"b")]),
        (Step.FOLLOW, [("standings", b"a"), ("standings", b"b")]),
    ]


@pytest.mark.parametrize("step", list(Step))
async def test_each_step_is_awaited_before_the_next_begins(step: Step) -> None:
    """Held at a step, nothing after it is written, and the draft is not sealed."""
    answer = asyncio.Event()

    class Held(Paper):
        async def write(self, at: Step, writes: Sequence[Write]) -> None:
            await super().write(at, writes)
            if at is step:
                await answer.wait()

    paper = Held()
    shelf: Shelf[State] = Shelf(Follower())
    (draft,) = Judge(Follower(), shelf, "t1").judge(records(("a", "allow x"), ("a", "no")))
    sealing_it = asyncio.create_task(sealed_by(paper, shelf).seal(draft))
    await turns()
    before = ([at for at, _ in paper.written], sealing_it.done())
    answer.set()
    await sealing_it

    steps = list(Step)
    assert before == (steps[: steps.index(step) + 1], False)
    assert [at for at, _ in paper.written] == steps


@pytest.mark.parametrize("step", [Step.REFUSE, Step.ATTACH, Step.KEEP])
async def test_nothing_is_a_row_before_the_broker_has_it(step: Step) -> None:
    shelf: Shelf[State] = Shelf(Follower())
    (draft,) = Judge(Follower(), shelf, "t1").judge(records(("a", "allow x"), ("a", "no")))

    with pytest.raises(ConnectionError):
        await sealed_by(Paper(fail_at=step), shelf).seal(draft)

    assert shelf.rows == {}


async def test_a_row_owes_its_outputs_until_they_are_acknowledged() -> None:
    shelf: Shelf[State] = Shelf(Follower())
    (draft,) = Judge(Follower(), shelf, "t1").judge(records(("a", "allow x")))

    with pytest.raises(ConnectionError):
        await sealed_by(Paper(fail_at=Step.SAY), shelf).seal(draft)
    owed = [key for key, _ in shelf.unsaid()]
    said = await sealed_by(Paper(), shelf).say_unsaid()

    assert (owed, said, list(shelf.unsaid())) == (["a"], 1, [])


async def test_an_intent_leaves_the_row_at_the_next_write_after_its_acknowledgement() -> None:
    shelf: Shelf[State] = Shelf(Follower())
    judge = Judge(Follower(), shelf, "t1")
    rows: list[bytes] = []

    class Reading(Paper):
        async def write(self, step: Step, writes: Sequence[Write]) -> None:
            if step is Step.KEEP:
                rows.extend(w.value for w in writes)

    sealer = sealed_by(Reading(), shelf)
    for offset, word in enumerate(["allow x", "x"]):
        (draft,) = judge.judge(records(("a", word), start=offset))
        await sealer.seal(draft)

    assert [[o.value for o in open_row(r).intents] for r in rows] == [[b"allow x"], [b"x" * 100]]


async def test_an_intent_not_acknowledged_stays_in_the_next_row() -> None:
    shelf: Shelf[State] = Shelf(Follower())
    shelf.rows["a"] = Row(("x",), 1, 0, "t1", intents=(Output("said", b"a", b"owed"),))
    rows: list[bytes] = []

    class Reading(Paper):
        async def write(self, step: Step, writes: Sequence[Write]) -> None:
            if step is Step.KEEP:
                rows.extend(w.value for w in writes)

    (draft,) = Judge(Follower(), shelf, "t1").judge(records(("a", "x"), start=1))
    await sealed_by(Reading(), shelf).seal(draft)

    assert [o.value for o in open_row(rows[0]).intents] == [b"owed", b"x" * 100]


async def test_a_partition_that_goes_between_two_steps_leaves_no_row_behind() -> None:
    shelf: Shelf[State] = Shelf(Follower())
    paper = Paper()
    paper.revoke_at = Step.KEEP
    (draft,) = Judge(Follower(), shelf, "t1").judge(records(("a", "allow x")))

    with pytest.raises(Revoked):
        await sealed_by(paper, shelf).seal(draft)

    assert (shelf.rows, [step for step, _ in paper.written]) == ({}, [Step.ATTACH, Step.KEEP])


async def test_a_row_above_the_limit_is_a_broken_assumption_before_anything_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sealing, "ROW_LIMIT_BYTES", 40)
    shelf: Shelf[State] = Shelf(Follower())
    paper = Paper()
    (draft,) = Judge(Follower(), shelf, "t1").judge(records(("a", "allow x"), ("a", "no")))

    with pytest.raises(BrokenAssumption, match="the row of a has"):
        await sealed_by(paper, shelf).seal(draft)

    assert paper.written == []


async def test_a_large_row_is_reported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # Of its own: a simulation in this process keeps all of streams.delivery silent.
    caplog.set_level(logging.WARNING, logger=sealing.log.name)
    monkeypatch.setattr(sealing, "ROW_REPORTED_BYTES", 40)
    shelf: Shelf[State] = Shelf(Follower())
    (draft,) = Judge(Follower(), shelf, "t1").judge(records(("a", "allow x")))

    await sealed_by(Paper(), shelf).seal(draft)

    assert [r.getMessage().split(" bytes")[0] for r in caplog.records] == ["row.grown key=a"]
