"""The verdict is worth something: it finds what stock Faust loses under the same kills."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.delivery.evening import evening
from tests.delivery.night import Night
from tests.delivery.oracle import Verdict, verdict


@pytest.mark.chaos
@pytest.mark.timeout(120)
def test_the_verdict_catches_stock_faust(new_night: Callable[[], Night]) -> None:
    """Killed between a row and its headline, a worker that keeps no intents loses or falsifies some."""
    with ThreadPoolExecutor() as side_by_side:
        found = list(side_by_side.map(lambda kind: killed(new_night(), kind, lives=2), ["edge", "plus"]))

    assert [bool(v.lost or v.wrong) for v in found] == [True, True], found


def killed(night: Night, kind: str, lives: int) -> Verdict:
    night.produce(evening(5))
    for _ in range(lives):
        said = len(night.read(night.names.headlines))
        with night.worker(script="tests.delivery.stock_worker", kind=kind, delay=0.3) as worker:
            deadline = time.monotonic() + 25
            while len(night.read(night.names.headlines)) < said + 5:
                assert worker.running(), worker.words()
                assert time.monotonic() < deadline, worker.words()
                time.sleep(0.1)
    with night.worker(script="tests.delivery.stock_worker", kind=kind):
        night.drained(6)  # or never: stock Faust also leaves holes that it does not commit over
    return verdict(night)
