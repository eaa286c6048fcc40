"""Files: both layouts of CSV, names matched and never guessed, and what sending would mean."""

from typing import Any

import pytest

from schemas.declaration import WardDeclared
from streams.intake.files.declarations import Sender, event_of
from streams.intake.files.layouts import read_rows
from streams.intake.files.plan import plan
from streams.intake.known import Known
from streams.trouble import Trouble
from tests.intake.conftest import NIGHT, declaration, trumptonshire
from tests.rules.making import ward_id

SENDER = Sender("Kent desk", "Returning officer", 1, "rehearsal")

CANDIDATES = """\
council,ward,candidate,party,votes,elected,declared_at,ballots
Trumptonshire,Chigley,Con Person 1,CON,100,no,2023-05-05T02:10:00Z,225
Trumptonshire,Chigley,lab person 1,Labour Party,120,yes,,
Trumptonshire,Trumpton,con-1,CON,300,yes,2023-05-05 03:10,
Trumptonshire,Trumpton,con-2,CON,290,yes,,
Trumptonshire,Trumpton,lab-1,LAB,100,,,
Trumptonshire,Trumpton,lab-2,LAB,"1,0",,,
Trumptonshire,Trumpton,ld-1,LD,50,,,
"""
WARDS = """\
council,ward,declared_at,ballots,candidate_1,party_1,votes_1,elected_1,candidate_2,party_2,votes_2,elected_2
Trumptonshire,Chigley,2023-05-05T02:10:00Z,225,Con Person 1,CON,100,no,Lab Person 1,LAB,120,yes
"""


@pytest.fixture
def known() -> Known:
    known = Known()
    known.take(trumptonshire(), 0, 0)
    return known


def events(text: str, known: Known, **given: Any) -> list[WardDeclared]:
    return [event_of(written, known, SENDER) for written in read_rows(text.splitlines(keepends=True))]


def test_one_candidate_a_line_and_one_ward_a_line_mean_the_same(known: Known) -> None:
    chigley, trumpton = events(CANDIDATES, known)

    assert [chigley] == events(WARDS, known)
    assert (chigley.ward, chigley.ballots, chigley.producer) == (ward_id("Chigley"), 225, "Kent desk")
    assert [(r.candidate, r.votes, r.elected) for r in chigley.results] == [
        ("con-1", 100, False),
        ("lab-1", 120, True),
    ]
    assert trumpton.declared_at.at.isoformat() == "2023-05-05T02:10:00+00:00"  # 03:10 by the clocks of London
    assert [r.votes for r in trumpton.results] == [300, 290, 100, 10, 50]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("Chigley", "Chigly"), "there is no ward of Trumptonshire called 'Chigly'; did you mean Chigley?"),
        (
            ("Trumptonshire", "Trumpton Shire"),
            "no council called 'Trumpton Shire'; did you mean Trumptonshire",
        ),
        (
            ("lab person 1", "Lab Persson 1"),
            "there is no candidate in Chigley called 'Lab Persson 1'; did you mean",
        ),
        (("Labour Party", "Tory"), "there is no party 'Tory' on the map of Trumptonshire"),
        (("Labour Party", "CON"), "Lab Person 1 stands for LAB in Chigley, not for CON (DR-34 g)"),
        (("120,yes", "12O,yes"), "votes of Lab Person 1 is '12O': write a whole number"),
        (("120,yes", "120,ja"), "elected of Lab Person 1 is 'ja': write yes or no"),
        (("120,yes", "90,yes"), "is not elected, one with 90 is (DR-34 e)"),
        (("2023-05-05T02:10:00Z", "02:10"), "declared_at is '02:10': write 2023-05-05T02:10:00Z"),
        (
            ("Trumptonshire,Chigley,lab person 1,Labour Party,120,yes,,\n", ""),
            "not in the file: Lab Person 1 (DR-34 f)",
        ),
    ],
)
def test_what_is_not_plain_is_asked_and_never_guessed(
    known: Known, change: tuple[str, str], said: str
) -> None:
    with pytest.raises(Trouble) as trouble:
        events(CANDIDATES.replace(*change), known)

    assert said in str(trouble.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("council,ward\n", "the column declared_at is missing"),
        (WARDS.replace("ballots", "ballotts"), "nobody knows the column ballotts"),
        (WARDS.replace("candidate_1", "candidate"), "either the column candidate or the columns candidate_1"),
        (CANDIDATES + 'x,"y\n', "this is no CSV"),
        (CANDIDATES + "a,b,c,d,e,f,g,h,i\n", "line 9: more fields than there are columns"),
    ],
)
def test_a_file_of_another_shape_says_what_is_missing(known: Known, text: str, said: str) -> None:
    with pytest.raises(Trouble) as trouble:
        events(text, known)

    assert said in str(trouble.value)


def test_two_of_one_name_are_told_apart_by_party_or_id(known: Known) -> None:
    from tests.rules import making

    ward = making.a_ward("Chigley", 1, {"CON": 1, "LAB": 1})
    for candidate in ward["candidates"]:
        candidate["name"] = "A. Smith"
    twins = Known()
    twins.take(trumptonshire(ward), 0, 0)
    text = WARDS.replace("Con Person 1", "A. Smith").replace("Lab Person 1", "A Smith")

    (event,) = events(text, twins)
    assert [r.candidate for r in event.results] == ["con-1", "lab-1"]
    with pytest.raises(Trouble, match="more than one candidate in Chigley: write which, con-1, lab-1"):
        events(text.replace(",CON,", ",,"), twins)


def test_what_stands_already_and_what_it_corrects(known: Known) -> None:
    (first,) = events(WARDS, known)
    known.take(first, 0, 1)

    (again,) = events(WARDS, known)
    assert (str(plan(first, known, NIGHT)), again.id) == ("Trumptonshire, Chigley: there already", first.id)
    with pytest.raises(Trouble, match="a correction says why: reason is missing"):
        events(WARDS.replace("120", "121"), known)
    text = (
        WARDS.replace("120", "121")
        .replace("ballots,", "ballots,reason,")
        .replace("225,", "225,transcription,")
    )
    (corrected,) = events(text, known)
    assert (corrected.revision, corrected.supersedes) == (2, first.id)
    assert str(plan(corrected, known, NIGHT)) == "Trumptonshire, Chigley, revision 2: corrects"


def test_doubts_are_said_and_do_not_keep_an_event_back(known: Known) -> None:
    odd = declaration("Trumpton", {"CON": 1})

    assert str(plan(odd, known, NIGHT)) == (
        "Trumptonshire, Trumpton: new; Trumpton: 1 elected where 2 are to be (DR-34 a), so it will wait"
    )
    assert "it says it happens in the future" in str(plan(declaration(clock="05:00"), known, NIGHT))
    assert "has not been opened" in str(plan(declaration(), Known(), NIGHT))
