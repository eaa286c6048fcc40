"""The bytes of a changelog record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.delivery.envelope import (
    Envelope,
    open_attachment,
    open_mark,
    open_row,
    rank,
    seal_attachment,
    seal_mark,
    seal_row,
)
from streams.delivery.keeper import Output

outputs = st.builds(
    Output,
    topic=st.text(min_size=1),
    key=st.none() | st.binary(),
    value=st.binary(),
    headers=st.lists(st.tuples(st.text(), st.binary())).map(tuple),
)
rows = st.builds(
    Envelope,
    version=st.integers(0, 2**63),
    judged=st.integers(-1, 2**63 - 1),
    incarnation=st.text(),
    intents=st.lists(outputs, max_size=3).map(tuple),
    state=st.binary(),
)


@given(rows)
def test_a_row_comes_out_of_its_envelope_as_it_went_in(row: Envelope) -> None:
    assert open_row(seal_row(row)) == row


@given(rows)
def test_a_row_shows_its_rank_unopened(row: Envelope) -> None:
    assert rank(seal_row(row)) == (row.version, row.judged)


@given(st.binary(), st.text())
def test_attachments_and_marks_come_out_as_they_went_in(data: bytes, incarnation: str) -> None:
    assert open_attachment(seal_attachment(data)) == data
    assert open_mark(seal_mark(incarnation)) == incarnation


def test_the_same_row_has_the_same_bytes() -> None:
    row = Envelope(3, 17, "t1", (Output("headlines", b"c", b"{}"),), b'{"seats":{}}')

    assert seal_row(row) == seal_row(row)


def test_damage_is_a_fault_and_not_another_row() -> None:
    whole = seal_row(Envelope(1, 0, "t1", (), b"state" * 50))

    with pytest.raises(ValueError, match="does not decompress"):
        open_row(whole[:-5])
