"""Keepers and a consumer known to be bad, which the verdict must notice; `guards` has what is cut out of production."""

from dataclasses import replace

import pytest

from streams.delivery.keeper import Judged, Record
from tests.delivery.toy import Event, Tally, ToyKeeper
from tests.simulation import night
from tests.simulation.night import NAMES, Night
from tests.simulation.process import Consumer
from tests.simulation.world import seeded


class Plus(ToyKeeper):
    """Adds each declaration to what is there, and remembers no event."""

    def _ward(self, key: str, state: Tally, event: Event, record: Record) -> Judged[Tally]:
        once_more = f"{event['ward']}+{len(state.wards)}"
        return super()._ward(key, state, event | {"ward": once_more}, record)


class Clocked(ToyKeeper):
    """Says something else each time that it judges: neither the row nor the headline follow from the log."""

    judged = 0

    def judge(self, key: str, state: Tally | None, event: Event, record: Record) -> Judged[Tally]:
        Clocked.judged += 1
        return super().judge(key, state, event | {"id": f"{event['id']}:{Clocked.judged}"}, record)


def first_dirty(kind: type[ToyKeeper]) -> tuple[int, list[str]]:
    """After how many nights the verdict notices, and what."""

    def bad(seed: int) -> Night:
        return replace(night.toy(seed), keeper=lambda: kind(NAMES))

    for seed in range(1000):
        if dirty := seeded(bad, seed).verdict.dirty:
            return seed + 1, dirty
    raise AssertionError("a thousand nights are clean")


def test_a_keeper_that_adds_up_what_comes_is_noticed() -> None:
    nights, dirty = first_dirty(Plus)

    assert (nights, "independent" in dirty) == (1, True)


def test_a_keeper_that_is_not_pure_is_noticed() -> None:
    nights, dirty = first_dirty(Clocked)

    assert (nights, {"lost", "wrong"} <= set(dirty)) == (1, True)


def test_a_worker_that_asks_after_recovery_where_to_begin_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Frozen in between, it goes on where another one has come, with rows that do not know of it."""
    plain = Consumer.seek

    def late(consumer: Consumer) -> None:
        consumer.look_up_starts(list(consumer.starts))
        plain(consumer)

    monkeypatch.setattr(Consumer, "seek", late)
    nights, _ = first_dirty(ToyKeeper)

    assert nights < 100
