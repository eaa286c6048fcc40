"""Horsham, where a ward completed a majority: a correction takes the majority away, another gives it back."""

from typing import Any

import pytest

from schemas.declaration import WardDeclared
from schemas.headline import Headline
from schemas.proof import mistakes
from schemas.reading import read
from streams.rehearsal.night import Night, encode
from streams.rules.council import Council
from streams.rules.take import take
from tests.night.conftest import council, fold, ward

pytestmark = pytest.mark.night

ROFFEY_SOUTH = ward("horsham", "roffey-south")

GAIN = (
    "The Liberal Democrats have gained Horsham from the Conservatives, Roffey South completing the majority: "
    "they have 25 of 48 seats (12 seats still out)."
)
LOST = (
    "The Conservatives have lost control of Horsham: they can reach at most 20 of 48 seats, "
    "and a majority takes 25 (12 seats still out)."
)
FIRST = "The Liberal Democrats have their first majority on Horsham council since the one won in 1995."
NEEDS = "The Liberal Democrats need one more seat to control Horsham (12 seats still out)."
PIVOTAL = (
    "Any of Forest; Pulborough, Coldwaltham and Amberley; Storrington and Washington; and West Chiltington, Thakeham "
    "and Ashington, if declared next, can decide control of Horsham (12 seats still out)."
)
GREENS_OUT = (
    "The Greens can no longer win a majority on Horsham council: they can reach at most 15 of 48 seats, "
    "and a majority takes 25 (12 seats still out)."
)
LABOUR_OUT = (
    "Labour can no longer win a majority on Horsham council: it can reach at most 5 of 48 seats, "
    "and a majority takes 25 (12 seats still out)."
)


def a_correction(declared: WardDeclared, revision: int, **fields: Any) -> WardDeclared:
    return declared.model_copy(update={"id": f"{ROFFEY_SOUTH}:r{revision}", "revision": revision, **fields})


def swapped(declared: WardDeclared) -> WardDeclared:
    """The second Liberal Democrat and the first Conservative changed places on the sheet."""
    last, first = declared.results[1], declared.results[2]
    results = (
        declared.results[0],
        first.model_copy(update={"votes": last.votes, "elected": True}),
        last.model_copy(update={"votes": first.votes, "elected": False}),
        *declared.results[3:],
    )
    return a_correction(declared, 2, reason="transcription", results=results)


def heard(found: Council, event: WardDeclared) -> tuple[Council, list[Headline]]:
    taken = take(found, read(encode(event)))
    assert taken.council is not None
    return taken.council, list(taken.headlines)


@pytest.fixture(scope="module")
def story(night: Night) -> tuple[list[Headline], list[Headline]]:
    """What the correction says, and what the correction of the correction says."""
    events = [event for event in night.arriving("replay") if event.council == council("horsham")]
    place = next(n for n, event in enumerate(events) if event.id == f"{ROFFEY_SOUTH}:r1")
    _, councils = fold(events[: place + 1])
    declared = events[place]
    assert isinstance(declared, WardDeclared)
    found, away = heard(councils[council("horsham")], swapped(declared))
    _, back = heard(found, a_correction(declared, 3, reason="source_amended"))
    return away, back


def test_the_majority_is_taken_away(story: tuple[list[Headline], list[Headline]]) -> None:
    why = "Correction (a slip in copying): "
    ward_line = (
        "Roffey South (Horsham) is shared: S. Raby (Liberal Democrat) and A. Britten (Conservative). "
        "Seats, compared with the list of 2022: Conservatives up from none to one, Liberal Democrats down one to one."
    )

    assert [(h.action, h.type, h.text) for h in story[0]] == [
        (
            "corrected",
            "WARD_SPLIT",
            f"{why}{ward_line} This takes the place of: No change of seats in Roffey South (Horsham), compared with "
            "the list of 2022: S. Raby (Liberal Democrat) and J. Mercer (Liberal Democrat).",
        ),
        ("corrected", "CONTROL_LOST_CERTAIN", f"{why}{LOST} This takes the place of: {GAIN}"),
        ("withdrawn", "FIRST_CONTROL_SINCE", f"Withdrawn (a slip in copying): {FIRST}"),
        (
            "corrected",
            "TALLY_UPDATE",
            f"{why}Horsham, with 36 of 48 seats filled: Liberal Democrats 24, Conservatives 8, Greens 3, "
            "independents 1.",
        ),
        (
            "corrected",
            "PARTIAL_TREND",
            f"{why}Horsham, with 36 of the 48 seats up declared, in the same wards compared with the list of 2022: "
            "Liberal Democrats up 13 to 24, Greens up one to three, independents unchanged on one, "
            "Conservatives down 14 to eight.",
        ),
        ("announced", "CANNOT_WIN_OUTRIGHT", GREENS_OUT),
        ("announced", "CANNOT_WIN_OUTRIGHT", LABOUR_OUT),
        ("announced", "NEEDS_N", NEEDS),
        ("announced", "PIVOTAL_WARDS", PIVOTAL),
    ]


def test_the_majority_is_given_back(story: tuple[list[Headline], list[Headline]]) -> None:
    why, gone = "Correction (amended by the source): ", "Withdrawn (amended by the source): "

    told = [(h.action, h.type, h.text) for h in story[1]]

    assert [(action, kind) for action, kind, _ in told] == [
        ("corrected", "WARD_HOLD"),
        ("corrected", "CONTROL_GAIN"),
        ("withdrawn", "CANNOT_WIN_OUTRIGHT"),
        ("withdrawn", "CANNOT_WIN_OUTRIGHT"),
        ("withdrawn", "NEEDS_N"),
        ("withdrawn", "PIVOTAL_WARDS"),
        ("corrected", "TALLY_UPDATE"),
        ("corrected", "PARTIAL_TREND"),
        ("announced", "FIRST_CONTROL_SINCE"),
    ]
    assert told[1][2] == f"{why}{GAIN} This takes the place of: {LOST}"
    assert [text for action, _, text in told if action == "withdrawn"] == [
        gone + text for text in (GREENS_OUT, LABOUR_OUT, NEEDS, PIVOTAL)
    ]
    assert told[-1][2] == FIRST


def test_each_names_its_reason_its_cause_and_what_it_replaces(
    story: tuple[list[Headline], list[Headline]],
) -> None:
    """Old and new value, reason and successor ride along (DR-33)."""
    away, back = story
    control = {h.type: h for h in (*away, *back) if h.fact == "control"}
    lost, gain = control["CONTROL_LOST_CERTAIN"], control["CONTROL_GAIN"]

    assert (lost.reason, lost.causes) == ("transcription", (f"{ROFFEY_SOUTH}:r2",))
    assert (lost.was or {})["after"] == "LD"
    assert lost.value["after"] is None
    assert gain.supersedes == (lost.id,)
    assert gain.reason == "source_amended"
    for call in (lost, gain):
        assert call.proof is not None
        assert not list(mistakes(call.proof))


def test_corrections_come_before_news(story: tuple[list[Headline], list[Headline]]) -> None:
    for headlines in story:
        actions = [h.action in ("corrected", "withdrawn") for h in headlines]
        assert actions == sorted(actions, reverse=True)


def test_everything_is_in_the_end_as_it_was(
    night: Night, story: tuple[list[Headline], list[Headline]]
) -> None:
    """I-18: what is unchanged is not said again; what is given back is what was there."""
    events = [event for event in night.arriving("replay") if event.council == council("horsham")]
    place = next(n for n, event in enumerate(events) if event.id == f"{ROFFEY_SOUTH}:r1")
    declared = events[place]
    assert isinstance(declared, WardDeclared)
    _, plain = fold(events[: place + 1])
    corrected = [swapped(declared), a_correction(declared, 3, reason="source_amended")]
    _, there_and_back = fold([*events[: place + 1], *corrected])

    def claims(found: Council) -> dict[str, Any]:
        return {key: (said.type, said.value) for key, said in found.ledger.items()}

    one, other = plain[council("horsham")], there_and_back[council("horsham")]
    # What lapsed into the first call is not said again, nor are wards that the correction does not touch.
    assert claims(other) == claims(one)
    touched = {h.fact for headlines in story for h in headlines}
    assert not [fact for fact in touched if fact.startswith("ward:") and "roffey-south" not in fact]
