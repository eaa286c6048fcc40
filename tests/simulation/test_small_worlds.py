"""Worlds so small that every schedule is played: no seed decides what is seen."""

import pytest

from tests.delivery.toy import Event, canonical
from tests.simulation import night
from tests.simulation.exploring import Explored, explore
from tests.simulation.world import Troubles

pytestmark = pytest.mark.timeout(300)

#: A ward declared before its council's map, which is refused; the map; the ward again, accepted and with control.
WARD: Event = {"id": "w:1", "kind": "ward", "council": "c", "ward": "w", "rev": 1, "seats": {"A": 1}}
MAP: Event = {"id": "m:1", "kind": "map", "council": "c", "version": 1, "wards": {"w": 1}}


def explored(*events: Event, **troubles: int) -> Explored:
    """Every schedule of one council's records, with a second worker when the first has gone."""
    nothing = {"starts": 0, "crashes": 0, "freezes": 0, "leaves": 0, "failures": 0, "together": 2}
    records = [(b"c", canonical(event)) for event in events]
    return explore(night.of_toy([records], 1), Troubles(**{**nothing, **troubles}, whole=True))


def test_a_crash_at_any_turn_between_three_batches() -> None:
    found = explored(WARD, MAP, WARD, batch=1, crashes=1)

    assert (found.dirty, found.nights > 1_500, found.schedules > 15_000) == ([], True, True), found
    assert found.happened["crashed-in-recovery"] > 0
    assert found.happened["vanish"] > 0


def test_a_worker_frozen_at_any_turn_that_wakes_at_any_later_one() -> None:
    found = explored(WARD, MAP, WARD, batch=3, freezes=1)

    assert (found.dirty, found.nights > 3_000, found.schedules > 100_000_000) == ([], True, True), found
    assert found.happened["zombie-wrote"] > 100
    assert found.happened["froze-in-recovery"] > 100


def test_a_refusal_with_a_crash_and_a_frozen_worker() -> None:
    found = explored(WARD, batch=1, crashes=1, freezes=1)

    assert (found.dirty, found.nights > 10_000, found.schedules > 20_000_000) == ([], True, True), found
    assert found.happened["zombie-wrote"] > 100
    assert found.happened["crashed-in-recovery"] > 100
