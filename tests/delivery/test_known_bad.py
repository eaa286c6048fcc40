"""The verdict is worth something: it finds what stock Faust loses under the same kills."""

import time

import pytest

from tests.delivery.night import Night, evening
from tests.delivery.oracle import Verdict, verdict


@pytest.mark.chaos
@pytest.mark.timeout(120)
@pytest.mark.parametrize("kind", ["edge", "plus"])
def test_the_verdict_catches(kind: str, night: Night) -> None:
    """Three kills between a row and its headline: a worker that keeps no intents loses or falsifies some."""
    found = killed(night, kind, lives=3)

    assert found.lost or found.wrong


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
        night.drained(25)
    return verdict(night)
