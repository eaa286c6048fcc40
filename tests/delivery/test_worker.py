"""What a worker does with a night, without faults."""

from tests.delivery.night import Night, evening
from tests.delivery.oracle import verdict


def test_a_whole_night_goes_through_without_loss(night: Night) -> None:
    night.produce(evening(1))

    with night.worker() as worker:
        assert worker.ready(), worker.words()
        assert night.drained(), worker.words()
        assert worker.leave() == 0

    assert verdict(night).clean, verdict(night)
