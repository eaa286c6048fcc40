"""The check of pages: the defects of the page of 5 May come out, and our own headlines of the whole night are clean."""

from collections.abc import Iterator

import pytest

from schemas.headline import Headline
from schemas.standing import Standing
from streams.rehearsal.night import Night
from streams.rules.council import Council
from streams.rules.lint.check import lint
from tests.night.conftest import Outcome, fold

pytestmark = pytest.mark.night


def findings(outcome: Outcome, text: str) -> list[tuple[str, str]]:
    return [(finding.kind, finding.sentence) for finding in lint(text, outcome.at_close.values())]


class TestTheFourDefects:
    """Statements of that page in our words."""

    def test_leaving_suggests_a_change_of_control(self, outcome: Outcome) -> None:
        found = findings(outcome, "In Lewes the Conservatives shed 19 seats, leaving no overall control.")

        assert [kind for kind, _ in found] == ["word", "basis", "control"]
        assert "under no overall control before as well" in found[2][1]

    def test_a_sentence_without_its_council(self, outcome: Outcome) -> None:
        assert [
            kind for kind, _ in findings(outcome, "The Conservatives have 29 seats and keep control.")
        ] == ["name"]

    def test_seven_more_than_in_2019_is_the_change_on_the_eve(self, outcome: Outcome) -> None:
        """I-26."""
        found = findings(outcome, "The Greens have seven more seats in Wealden than in 2019.")

        assert found == [
            (
                "number",
                "Greens in Wealden: +9 compared with the last election of 2019, not +7; "
                "+7 is the change on eve of poll",
            )
        ]

    def test_six_in_2019_is_the_eves(self, outcome: Outcome) -> None:
        found = findings(outcome, "In Wealden the Liberal Democrats went from six in 2019 to 13.")

        assert found == [
            ("number", "Liberal Democrats in Wealden: 4 seats on the basis last election of 2019, not 6")
        ]


@pytest.mark.parametrize(
    "text",
    [
        "The Greens have nine more seats in Wealden than in 2019.",
        "In Wealden the Liberal Democrats went from four in 2019 to 13.",
        "The Conservatives have held Dartford with 29 of 42 seats.",
        "Lewes remains under no overall control.",
        "",
    ],
)
def test_what_is_right_is_clean(outcome: Outcome, text: str) -> None:
    assert findings(outcome, text) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The Conservatives have eight seats in Wealden.", "number"),  # I-27
        ("In Horsham the Liberal Democrats have 28 of 47 seats.", "number"),
        ("The Conservatives keep control of Medway.", "control"),
        ("The Conservatives lost control of Canterbury.", "control"),  # I-24
        ("The Conservatives lost 15 seats in Canterbury.", "basis"),
        ("Labour took control of Swale.", "control"),
        ("A humiliating night for Labour in Wealden.", "word"),
    ],
)
def test_what_is_wrong_is_found(outcome: Outcome, text: str, kind: str) -> None:
    assert kind in [found for found, _ in findings(outcome, text)]


def headlines_beside_standings(night: Night) -> Iterator[tuple[Headline, Standing]]:
    councils: dict[str, Council] = {}
    told, _ = fold(night.arriving("replay"))
    for step in told:
        if step.taken.council is not None:
            councils[step.event.council] = step.taken.council
        if step.taken.headlines:
            standing = councils[step.event.council].standing(1)
            for headline in step.taken.headlines:
                yield headline, standing


def test_our_own_headlines_of_the_whole_night_are_clean(night: Night) -> None:
    """Each beside the standing of its moment; retractions repeat what no longer holds."""
    checked, found = 0, []
    for headline, standing in headlines_beside_standings(night):
        if headline.action in ("announced", "updated"):
            checked += 1
            found += [(finding.sentence, headline.text) for finding in lint(headline.text, [standing])]

    assert found == []
    assert checked > 1_200


def test_most_figures_of_our_own_tables_are_looked_at(night: Night) -> None:
    """A check that skips everything would be clean as well: one seat more in any table must be found."""
    caught = missed = 0
    for headline, standing in headlines_beside_standings(night):
        if headline.type in ("COUNCIL_FINAL", "SEAT_CHANGE_SUMMARY", "MAJOR_GAIN") and standing.final:
            wrong = standing.model_copy(
                update={
                    "parties": tuple(p.model_copy(update={"seats": p.seats + 1}) for p in standing.parties)
                }
            )
            if headline.type == "SEAT_CHANGE_SUMMARY" and not (
                headline.value["comparable"] and headline.value["scope"] == "council"
            ):
                continue
            caught += bool(lint(headline.text, [wrong]))
            missed += not lint(headline.text, [wrong])

    assert missed == 0
    assert caught > 70
