"""Acknowledged rows and their recovery."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.delivery.envelope import Envelope, seal_attachment, seal_mark, seal_row
from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import Output
from streams.delivery.rows import MARK_KEY, Shelf
from tests.delivery.test_drafts import Counter


def row(version: int, judged: int = 0, state: str = "[]") -> bytes:
    return seal_row(Envelope(version, judged, "t1", (Output("said", b"a", b"x"),), state.encode()))


@given(st.permutations([(1, 3), (2, 4), (2, 6), (3, 7), (3, 7)]), st.integers(0, 5))
def test_the_row_of_highest_version_wins_in_any_order(ranks: list[tuple[int, int]], opened: int) -> None:
    shelf = Shelf(Counter())
    for i, (version, judged) in enumerate(ranks):
        if i == opened:
            shelf.open_recovered()
        shelf.recover(b"a", row(version, judged))
    shelf.open_recovered()

    assert shelf.rows["a"].rank == (3, 7)


def test_a_recovered_row_owes_its_outputs() -> None:
    shelf = Shelf(Counter())
    shelf.recover(b"a", row(1))
    shelf.open_recovered()

    assert [key for key, _ in shelf.unsaid()] == ["a"]
    assert shelf.rows["a"].intents == (Output("said", b"a", b"x"),)


def test_a_row_read_again_owes_nothing_again() -> None:
    shelf = Shelf(Counter())
    shelf.recover(b"a", row(2))
    shelf.open_recovered()
    shelf.rows["a"].said = True

    shelf.recover(b"a", row(2))
    shelf.recover(b"a", row(1))
    shelf.open_recovered()

    assert list(shelf.unsaid()) == []


def test_attachments_and_the_mark_are_no_rows() -> None:
    shelf = Shelf(Counter())
    shelf.recover(b"a#map", seal_attachment(b"wards"))
    shelf.recover(MARK_KEY, seal_mark("t1"))
    shelf.open_recovered()

    assert (shelf.rows, shelf.mark, shelf.attachment("a", "map")) == ({}, "t1", b"wards")


def test_an_attachment_that_is_missing_is_a_broken_assumption() -> None:
    with pytest.raises(BrokenAssumption, match="'map'"):
        Shelf(Counter()).attachment("a", "map")


@pytest.mark.parametrize("value", [None, b"", b"{}"])
def test_a_record_that_delivery_never_wrote_is_a_broken_assumption(value: bytes | None) -> None:
    with pytest.raises(BrokenAssumption, match="never wrote"):
        Shelf(Counter()).recover(b"a", value)
