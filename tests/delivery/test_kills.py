"""Workers that die: whatever the moment, nothing is lost, nothing is wrong, and copies are the same bytes.

``DELIVERY_KILLS=100`` makes as many of each; the default keeps a test run short.
"""

import os

import pytest

from tests.delivery import lives
from tests.delivery.night import Night
from tests.delivery.oracle import verdict

KILLS = int(os.environ.get("DELIVERY_KILLS", "3"))

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(120 + 20 * KILLS)]


def test_a_kill_at_any_moment_loses_nothing(night: Night) -> None:
    lives.killed_at_random(night, KILLS, seed=KILLS)

    assert verdict(night).clean, verdict(night)


def test_a_worker_told_to_leave_leaves_nothing_half_done(night: Night) -> None:
    codes = lives.terminated_at_random(night, KILLS, seed=100 + KILLS)

    assert (set(codes), verdict(night).clean) == ({0}, True), verdict(night)


@pytest.mark.parametrize("step", ["refuse", "attach", "keep", "say"])
def test_a_crash_at_any_point_of_the_seal_loses_nothing(night: Night, step: str) -> None:
    points = [point for point in lives.POINTS if point.endswith(step)]
    if KILLS < 10:
        points = points[-1:]
    else:
        points *= KILLS // 10

    reached = lives.crashed_at(night, points, seed=200, chance=0.5)

    assert reached == points
    assert verdict(night).clean, verdict(night)


def test_workers_that_come_go_and_freeze_lose_nothing(night: Night) -> None:
    done = lives.joining_and_leaving(night, turns=2 * KILLS, seed=300 + KILLS)

    assert verdict(night).clean, (done, verdict(night))
