"""The published outcome: what a change of control is called, and a table that survives being written and read."""

from datetime import UTC, datetime

import pytest

from streams.rehearsal.outcome import Checkpoint, Expected, outcome_of, read_expected, write_expected

CHECKPOINT = Checkpoint(name="final", until=datetime(2023, 5, 5, tzinfo=UTC))


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    [
        ("CON", "CON", "HOLD"),
        ("CON", "LAB", "GAIN"),
        ("NOC", "LAB", "GAIN"),
        ("CON", "NOC", "LOSE TO NOC"),
        ("NOC", "NOC", "NO CHANGE"),
        ("", "LAB", "NEW COUNCIL"),
        ("CON", "", ""),
    ],
)
def test_what_a_change_of_control_is_called(before: str, after: str, outcome: str) -> None:
    """DR-04."""
    assert outcome_of(before, after) == outcome


def test_what_is_written_is_read() -> None:
    row = Expected(
        "final", "local.anytown.2023-05-04", "NOC", "B & H IND", "GAIN", 1, {"B & H IND": 30, "OTH": 4}
    )

    rows, mistakes = read_expected(write_expected([row]).encode(), [CHECKPOINT])

    assert (rows, mistakes) == ([(2, row)], [])


@pytest.mark.parametrize("raw", [b"\xff", b"", b"checkpoint,council,before,after,outcome,pending,LAB,LAB\n"])
def test_a_table_that_is_none(raw: bytes) -> None:
    rows, mistakes = read_expected(raw, [CHECKPOINT])

    assert rows == []
    assert len(mistakes) == 1


def test_a_quote_that_never_ends_keeps_the_rows_before_it() -> None:
    head = b"checkpoint,council,before,after,outcome,pending,LAB\n"
    good = b"final,local.anytown.2023-05-04,CON,LAB,GAIN,0,3\n"

    rows, mistakes = read_expected(head + good + b'"final,', [CHECKPOINT])

    assert [line for line, _ in rows] == [2]
    assert [str(m).partition(": is not CSV")[0] for m in mistakes] == ["expected.csv:3"]
