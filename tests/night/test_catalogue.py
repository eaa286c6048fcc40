"""Every type exists whole: a rule, slots, a template and a test; and the night says most of them."""

import pytest

from tests.night.catalogue import CATALOGUE, missing_parts, of_councils, render, said_in, tests_of
from tests.night.conftest import Outcome

pytestmark = pytest.mark.night


def test_every_type_of_a_council_has_slots_and_a_template() -> None:
    assert missing_parts() == []


def test_every_type_of_a_council_has_a_test() -> None:
    assert sorted(set(of_councils()) - set(tests_of())) == []


def test_most_types_are_said_in_the_night(outcome: Outcome) -> None:
    said = said_in(outcome)

    assert set(said) <= set(of_councils())
    assert len(said) >= 49


def test_the_document_is_what_the_code_says(outcome: Outcome) -> None:
    assert CATALOGUE.read_text(encoding="utf-8") == render(outcome), "run python -m tests.night.catalogue"
