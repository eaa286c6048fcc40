"""Does the board show what was heard, whole lines only, in a terminal of any size?"""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console

from schemas.standing import Control
from streams.commands.board import Board, councils
from tests.commands.evening import a_headline, a_standing

GAIN = Control(
    before="CON", after="LD", outcome="GAIN", lost_for_certain=True, before_poll=False, reported=True
)
LOST = Control(
    before="CON", after=None, outcome=None, lost_for_certain=True, before_poll=False, reported=True
)


def a_board(expected: dict[str, int] | None = None) -> Board:
    board = Board(title="South East, 4 May 2023", expected=expected or {}, note="replay")
    board.clock = datetime(2023, 5, 5, 17, 15, tzinfo=UTC)
    return board


def shown(renderable: object, width: int = 120, height: int = 40) -> str:
    console = Console(file=StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    with console.capture() as capture:
        console.print(renderable)
    return capture.get()


def test_a_row_gives_wards_seats_control_and_outcome() -> None:
    row = shown(councils([a_standing(control=GAIN)])).splitlines()[1]

    assert row.split() == "Horsham 18/22 LD 25 CON 9 GRN 2 12 CON LD GAIN".split()


def test_a_council_lost_for_certain_says_who_lost_it() -> None:
    assert "CON lost" in shown(councils([a_standing(control=LOST)]))


def test_an_older_standing_never_replaces_a_newer_one() -> None:
    board = a_board()

    board.stand(a_standing(version=3, wards=(3, 22)))
    board.stand(a_standing(version=2, wards=(2, 22)))

    assert board.declared == 3


def test_a_headline_said_twice_is_shown_once() -> None:
    board = a_board()

    assert [board.say(a_headline()), board.say(a_headline())] == [True, False]


def test_progress_counts_wards_and_complete_councils() -> None:
    board = a_board(
        {a_standing("Adur").council: 15, a_standing("Horsham").council: 22, "local.dover.2023-05-04": 17}
    )
    board.stand(a_standing("Adur", pending=0, wards=(14, 14)))
    board.stand(a_standing("Horsham", wards=(18, 22)))

    assert "32 of 53 wards declared   1 of 3 councils complete" in shown(board)


def test_the_clock_is_that_of_the_count() -> None:
    assert "Friday 5 May, 18:15" in shown(a_board())


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (120, 50), (200, 50), (240, 70)])
def test_the_board_fits_the_terminal(width: int, height: int) -> None:
    board = a_board()
    for number in range(35):
        board.stand(a_standing(f"Council {number:02}", control=GAIN))
    for number in range(200):
        board.say(a_headline(f"Headline {number} " + "with many words " * 5, id=f"{number:032x}"))

    lines = shown(board, width, height).splitlines()

    assert len(lines) <= height
    assert max(len(line) for line in lines) <= width
    assert "Headline 199" in "\n".join(lines)


@pytest.mark.parametrize("width", [80, 122, 240])
def test_no_column_is_cut_where_the_board_fits(width: int) -> None:
    board = a_board()
    seats = {"THANET IND": 33, "OX & L RES": 22, "ASHF IND": 11, "FARN RES": 10, "CON": 5}
    lost = Control(
        before="CON",
        after="NOC",
        outcome="LOSE TO NOC",
        lost_for_certain=True,
        before_poll=False,
        reported=True,
    )
    board.stand(a_standing("Folkestone and Hythe", seats, control=lost))

    row = next(line for line in shown(board, width, 40).splitlines() if "Folkestone" in line)

    assert "Folkestone and Hythe " in row
    assert "LOSE TO NOC" in row
    assert "…" not in row


def test_where_not_all_councils_fit_those_that_changed_last_are_shown() -> None:
    board = a_board()
    for number in range(35):
        board.stand(a_standing(f"Council {number:02}"))
    board.stand(a_standing("Council 00", version=2))

    text = shown(board, 100, 24)

    assert "Council 00" in text
    assert "Council 01" not in text
