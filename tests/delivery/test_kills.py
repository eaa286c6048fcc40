"""Workers that die: whatever the moment, nothing is lost, nothing is wrong, and copies are the same bytes.

``DELIVERY_KILLS=100`` makes as many of each; the default keeps a test run short.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.delivery import lives
from tests.delivery.night import Night, loads
from tests.delivery.oracle import Verdict, verdict

KILLS = int(os.environ.get("DELIVERY_KILLS", "2"))

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120 + 20 * KILLS)]


def test_a_kill_at_any_moment_loses_nothing(night: Night) -> None:
    lives.killed_at_random(night, KILLS, seed=KILLS)

    assert verdict(night).clean, verdict(night)


def test_a_worker_told_to_leave_leaves_nothing_half_done(night: Night) -> None:
    codes = lives.terminated_at_random(night, KILLS, seed=100 + KILLS)

    assert (set(codes), verdict(night).clean) == ({0}, True), verdict(night)


def test_a_crash_at_any_point_of_the_seal_loses_nothing(new_night: Callable[[], Night]) -> None:
    """Four nights side by side, one for each step; each worker ends itself at the next point of its step."""

    def crashed(step: str) -> tuple[list[str], list[str], Verdict]:
        night, points = new_night(), lives.points(step, KILLS)
        return points, lives.crashed_at(night, points, seed=200, chance=0.5), verdict(night)

    with ThreadPoolExecutor() as side_by_side:
        found = list(side_by_side.map(crashed, lives.STEPS))

    for points, reached, result in found:
        assert (reached, result.clean) == (points, True), result


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


def test_workers_that_come_go_and_freeze_lose_nothing(night: Night) -> None:
    done = lives.joining_and_leaving(night, turns=2 * KILLS, seed=300 + KILLS)

    assert verdict(night).clean, (done, verdict(night))
