"""Workers that die: whatever the moment, nothing is lost, nothing is wrong, and copies are the same bytes.

All nights run side by side, because most of their time is waiting.  ``DELIVERY_KILLS=100`` makes as many
kills of each kind; the default keeps a test run short.
"""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from tests.delivery import lives
from tests.delivery.night import Night, loads
from tests.delivery.oracle import Verdict, verdict
from tests.delivery.stock import KINDS, ended

KILLS = int(os.environ.get("DELIVERY_KILLS", "2"))

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120 + 20 * KILLS)]

Outcome = tuple[Any, Verdict]


@pytest.fixture(scope="module")
def nights(new_night: Callable[[], Night]) -> Iterator[dict[str, Future[Outcome]]]:
    """What became of each night, by name: what its workers report, and the verdict."""

    def run(way: Callable[[Night], Any]) -> Outcome:
        night = new_night()
        return way(night), verdict(night)

    ways: dict[str, Callable[[Night], Any]] = {
        "killed": lambda night: lives.killed_at_random(night, KILLS, seed=KILLS),
        "told": lambda night: lives.terminated_at_random(night, KILLS, seed=100 + KILLS),
        "refuse": lambda night: lives.crashed_at(night, lives.points("refuse", KILLS), seed=200),
        "attach": lambda night: lives.crashed_at(night, lives.points("attach", KILLS), seed=201),
        "keep": lambda night: lives.crashed_at(night, lives.points("keep", KILLS), seed=202),
        "say": lambda night: lives.crashed_at(night, lives.points("say", KILLS), seed=203),
        "several": lambda night: lives.joining_and_leaving(night, turns=2 * KILLS, seed=300 + KILLS),
        "edge": lambda night: ended(night, "edge", lives=2, seed=5),
        "level": lambda night: ended(night, "level", lives=2, seed=5),
        "plus": lambda night: ended(night, "plus", lives=2, seed=5),
    }
    with ThreadPoolExecutor(len(ways)) as side_by_side:
        yield {name: side_by_side.submit(run, way) for name, way in ways.items()}


def test_a_kill_at_any_moment_loses_nothing(nights: dict[str, Future[Outcome]]) -> None:
    _, found = nights["killed"].result()

    assert found.clean, found


def test_a_worker_told_to_leave_leaves_nothing_half_done(nights: dict[str, Future[Outcome]]) -> None:
    codes, found = nights["told"].result()

    assert (set(codes), found.clean) == ({0}, True), found


@pytest.mark.parametrize("step", lives.STEPS)
def test_a_crash_at_any_point_of_the_seal_loses_nothing(
    nights: dict[str, Future[Outcome]], step: str
) -> None:
    reached, found = nights[step].result()

    assert (reached, found.clean) == (lives.points(step, KILLS), True), found


def test_workers_that_come_go_and_freeze_lose_nothing(nights: dict[str, Future[Outcome]]) -> None:
    _, found = nights["several"].result()

    assert found.clean, found


@pytest.mark.parametrize("kind", KINDS)
def test_the_verdict_catches_what_stock_faust_loses(nights: dict[str, Future[Outcome]], kind: str) -> None:
    """Killed between a row and its headline, a worker that keeps no intents loses or falsifies some."""
    _, found = nights[kind].result()

    assert found.lost or found.wrong or found.conflicting


def test_what_was_kept_and_not_said_is_said_before_any_input(night: Night) -> None:
    """The last word of a night: nothing follows that would carry it along."""
    night.produce([{"id": "c:m", "kind": "map", "council": "c", "version": 1, "wards": {"w": 1}}])
    with night.worker(point="before-say", chance=1.0) as worker:
        worker.process.wait(30)
    before = night.read(night.names.headlines)

    with night.worker() as worker:
        assert worker.ready(), worker.words()
        after = night.read(night.names.headlines)

    assert (before, [loads(value)["id"] for *_, value in after]) == ([], ["c:m:map"])
