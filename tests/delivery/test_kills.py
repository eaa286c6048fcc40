"""A worker that dies between a row and what it says; `tests/chaos` kills in every other place."""

import pytest

from tests.delivery.night import Night, loads

pytestmark = pytest.mark.chaos


def test_what_was_kept_and_not_said_is_said_before_any_input(night: Night) -> None:
    """The last word of a night: nothing follows that would carry it along."""
    night.produce([{"id": "c:m", "kind": "map", "council": "c", "version": 1, "wards": {"w": 1}}])
    with night.worker(point="before-say", chance=1.0) as worker:
        worker.process.wait(90)
    before = night.read(night.names.headlines)

    with night.worker() as worker:
        assert worker.ready(), worker.words()
        after = night.read(night.names.headlines)

    assert (before, [loads(value)["id"] for *_, value in after]) == ([], ["c:m:map"])
