"""The live page of 5 May 2023: the 36 statements that follow from declarations are said, and what it missed."""

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from schemas.headline import HeadlineType
from streams.rehearsal.night import Night
from tests.night.conftest import Outcome, fold
from tests.night.page import MISSED, PAGE, STATEMENTS, Said, Statement, found, render

pytestmark = pytest.mark.night

ROOT = Path(__file__).parents[2]
DERIVABLE = [statement for statement in STATEMENTS if not statement.why_not]


def test_36_of_the_50_statements_are_said_and_14_have_a_reason_why_not() -> None:
    assert [statement.n for statement in STATEMENTS] == list(range(1, 51))
    assert len(DERIVABLE) == 36
    assert all(s.says or s.area or s.missing for s in DERIVABLE)
    assert not [s for s in STATEMENTS if s.why_not and (s.says or s.area or s.missing)]


@pytest.mark.parametrize(
    ("statement", "said"),
    [(s, said) for s in STATEMENTS for said in s.says],
    ids=lambda v: str(getattr(v, "n", v)),
)
def test_the_night_says_it(outcome: Outcome, statement: Statement, said: Said) -> None:
    headlines = found(outcome, said)

    assert headlines, f"{statement.n}: {said}"
    for headline in headlines:
        compared = (
            "compared with" in headline.text or "up from" in headline.text or "down from" in headline.text
        )
        assert not compared or headline.bases, headline.text


@pytest.mark.parametrize("said", [said for _, said in MISSED], ids=str)
def test_the_night_says_what_the_page_missed(outcome: Outcome, said: Said) -> None:
    assert found(outcome, said)


@pytest.mark.parametrize("statement", [s for s in STATEMENTS if s.missing], ids=lambda s: str(s.n))
def test_a_statement_that_lacks_an_input_has_a_test_with_made_up_values(statement: Statement) -> None:
    file, *names = statement.test.split("::")

    source = (ROOT / file).read_text()

    assert f"def {names[-1]}(" in source


def test_areas_have_the_types_that_the_page_needs_of_them() -> None:
    assert {kind for s in STATEMENTS for kind in s.area} <= set(get_args(HeadlineType))


class TestTheFourDefects:
    """I-26 among them."""

    def test_lewes_is_a_wipe_out_and_no_change_of_control(self, outcome: Outcome) -> None:
        assert [h.type for h in outcome.headlines("lewes") if h.fact == "control"][-1] == "CONTROL_NO_CHANGE"
        assert outcome.headlines("lewes", "WIPE_OUT")

    def test_every_headline_names_its_council(self, outcome: Outcome) -> None:
        nameless = [
            h.text for told in outcome.told for h in told.taken.headlines if str(h.council_name) not in h.text
        ]

        assert nameless == []

    @pytest.mark.parametrize(
        ("party", "change", "basis"),
        [
            ("GRN", 9, "last_election"),
            ("GRN", 7, "eve_of_poll"),
            ("LD", 9, "last_election"),
            ("LD", 7, "eve_of_poll"),
        ],
    )
    def test_wealdens_greens_and_liberal_democrats_on_both_bases(
        self, outcome: Outcome, party: str, change: int, basis: str
    ) -> None:
        """I-26: nine more than in 2019, seven more than on the eve."""
        [summary] = [
            h for h in outcome.headlines("wealden", "SEAT_CHANGE_SUMMARY") if h.value["basis"] == basis
        ]

        assert {row[0]: row[3] for row in summary.value["rows"]}[party] == change
        assert list(summary.bases) == [basis]


def test_a_repeat_is_not_said_again(night: Night) -> None:
    """Statement 19; I-07."""
    mine = [e for e in night.arriving("replay") if ".surrey-heath." in e.council]
    once, _ = fold(mine)
    thrice, _ = fold([event for event in mine for _ in range(3)])

    def said(told: list) -> Counter[str]:  # type: ignore[type-arg]
        return Counter(h.id for t in told for h in t.taken.headlines)

    assert said(thrice) == said(once)
    assert set(said(once).values()) == {1}


def test_the_document_is_what_the_night_says(outcome: Outcome) -> None:
    assert PAGE.read_text(encoding="utf-8") == render(outcome), "run python -m tests.night.page"
