"""Acknowledged rows and their recovery."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.delivery.envelope import Envelope, seal_attachment, seal_mark, seal_row
from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import Output
from streams.delivery.rows import MARK_KEY, Shelf
from tests.delivery.test_drafts import Counter


def row(version: int, judged: int = 0, state: str = "[]", incarnation: str = "t1") -> bytes:
    return seal_row(Envelope(version, judged, incarnation, (Output("said", b"a", b"x"),), state.encode()))


def marked() -> Shelf[tuple[str, ...]]:
    """The shelf of a partition that has been worked on."""
    shelf = Shelf(Counter())
    shelf.recover(MARK_KEY, seal_mark("t1"))
    return shelf


@given(st.permutations([(1, 3), (2, 4), (2, 6), (3, 7), (3, 7)]), st.integers(0, 5))
def test_the_row_of_highest_version_wins_in_any_order(ranks: list[tuple[int, int]], opened: int) -> None:
    shelf = marked()
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
    shelf = marked()
    shelf.recover(b"a", row(2))
    shelf.open_recovered()
    shelf.rows["a"].said = True

    shelf.recover(b"a", row(2))
    shelf.recover(b"a", row(1))
    shelf.open_recovered()

    assert list(shelf.unsaid()) == []


#: A worker froze when it had judged offset 9 of the first incarnation, of which the others knew up to 4; the topic
#: was created anew, and they go on.
BEFORE, ANEW, LATE = row(5, 4), row(6, 2, incarnation="t2"), [row(6, 9), row(9, 9)]
ANEW_RANK = (6, 2)


@pytest.mark.parametrize("late", LATE, ids=["same version, later offset", "later version"])
def test_a_row_of_the_topic_before_it_was_created_anew_counts_for_nothing(late: bytes) -> None:
    shelf = marked()
    for value in (BEFORE, seal_mark("t2"), ANEW, late):
        shelf.recover(MARK_KEY if value[:1] == b"M" else b"a", value)
    shelf.open_recovered()

    assert (shelf.rows["a"].incarnation, shelf.rows["a"].rank) == ("t2", ANEW_RANK)


@pytest.mark.parametrize("late", LATE, ids=["same version, later offset", "later version"])
def test_nor_where_it_is_read_when_rows_are_open(late: bytes) -> None:
    shelf = marked()
    shelf.mark = "t2"
    shelf.recover(b"a", ANEW)
    shelf.open_recovered()

    shelf.recover(b"a", late)
    shelf.open_recovered()

    assert (shelf.rows["a"].incarnation, shelf.rows["a"].rank) == ("t2", ANEW_RANK)


def test_a_mark_that_a_frozen_worker_writes_late_makes_its_rows_no_later() -> None:
    shelf = Shelf(Counter())
    for value in (seal_mark("t2"), ANEW, seal_mark("t1"), *LATE):
        shelf.recover(MARK_KEY if value[:1] == b"M" else b"a", value)
    shelf.mark = "t2"  # as the next worker finds the topic
    shelf.open_recovered()

    assert (shelf.rows["a"].incarnation, shelf.rows["a"].rank) == ("t2", ANEW_RANK)


def test_a_row_from_before_the_topic_was_created_anew_counts_while_there_is_no_later_one() -> None:
    shelf = marked()
    shelf.recover(b"a", BEFORE)
    shelf.mark = "t2"
    shelf.open_recovered()

    assert (shelf.rows["a"].incarnation, shelf.rows["a"].rank) == ("t1", (5, 4))


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
