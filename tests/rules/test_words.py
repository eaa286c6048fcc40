"""Languages as tables: both have the same slots, English says everything, and in neutral words (DR-43)."""

import re
from string import Formatter
from typing import get_args

import pytest

from schemas.event import ReasonCode
from streams.rules.english import ENGLISH
from streams.rules.language import GRAMMAR, Language
from streams.rules.lint.words import LOADED
from streams.rules.take import take
from streams.rules.welsh import WELSH
from streams.rules.wording.table import SLOTS
from tests.rules.making import Night, a_declaration, a_map, a_postponed_ward, a_ward, an_event


def slots(template: str) -> set[str]:
    """Slots that a template or phrase names, grammar left out."""
    return {name for _, name, _, _ in Formatter().parse(template) if name} - GRAMMAR


#: One slot in two cases: the beginning and the middle of a sentence.
_CASE = {"Party": "party", "Before": "before", "Parties": "parties", "The": "the"}


def content(template: str) -> set[str]:
    return {_CASE.get(name, name) for name in slots(template)}


@pytest.mark.parametrize("kind", sorted(WELSH.templates))
def test_both_tables_have_the_same_slots(kind: str) -> None:
    assert content(WELSH.templates[kind][1]) == content(ENGLISH.templates[kind][1])


@pytest.mark.parametrize("name", sorted(WELSH.phrases))
def test_phrases_have_the_same_slots(name: str) -> None:
    assert content(WELSH.phrases[name]) <= content(ENGLISH.phrases[name])


@pytest.mark.parametrize("language", [ENGLISH, WELSH], ids=lambda language: language.code)
def test_every_reason_and_basis_has_words(language: Language) -> None:
    assert set(language.reasons) == set(get_args(ReasonCode))
    assert set(language.since) == set(language.then) == set(ENGLISH.since)


def test_english_says_everything() -> None:
    assert set(SLOTS) | {"COUNCIL_REOPENED"} <= set(ENGLISH.templates)
    assert all(version >= 1 for version, _ in ENGLISH.templates.values())


def test_english_has_no_loaded_word() -> None:
    words = {word for _, text in ENGLISH.templates.values() for word in re.findall(r"[a-z]+", text.lower())}
    words |= {word for text in ENGLISH.phrases.values() for word in re.findall(r"[a-z]+", text.lower())}

    assert words & LOADED == set()


def a_night(language: Language, *winners: str) -> list[tuple[str, str, str]]:
    wards = [a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1, "IND": 1}) for n in range(1, len(winners) + 1)]
    council_map = a_map(*wards, a_postponed_ward("Later", 1))
    council = None
    found = []
    for event in (
        council_map,
        *(a_declaration(council_map, f"Ward {n}", {w: 1}, f"02:0{n}") for n, w in enumerate(winners, 1)),
    ):
        taken = take(council, event, language)
        council = taken.council
        found += [(h.type, h.language, h.text) for h in taken.headlines]
    return found


def test_control_and_the_final_result_in_welsh_and_the_rest_in_english() -> None:
    told = a_night(WELSH, "LAB", "LAB", "LAB", "CON")

    assert [text for kind, language, text in told if language == "cy"] == [
        "Trumptonshire: rheolaeth newydd. Mwyafrif: Llafur, 3 o 5 sedd (heb eu datgan: 2 sedd). "
        "Cyn yr etholiad: y Ceidwadwyr; cwblhawyd y mwyafrif yma: Ward 3.",
        "Trumptonshire, canlyniad terfynol: Llafur 3, y Ceidwadwyr 1 (4 o 5; i ddilyn: Later).",
    ]
    assert {kind for kind, language, _ in told if language == "en-GB"} >= {
        "WARD_DECLARED",
        "LARGEST_PARTY_NEW",
    }


@pytest.mark.parametrize(
    ("winners", "text"),
    [
        (
            ("CON", "CON", "CON"),
            "Trumptonshire: dim newid. Mwyafrif, fel cyn yr etholiad: y Ceidwadwyr, 3 o 4 sedd "
            "(heb eu datgan: 1 sedd); cwblhawyd y mwyafrif yma: Ward 3.",
        ),
        (
            ("IND", "LAB", "IND"),
            "Trumptonshire: dim rheolaeth gyffredinol; ni all yr un blaid gyrraedd mwyafrif (3 o 4 sedd) "
            "(heb eu datgan: 1 sedd). Cyn yr etholiad: y Ceidwadwyr; penderfynwyd hyn yma: Ward 3.",
        ),
    ],
)
def test_other_outcomes_in_welsh(winners: tuple[str, ...], text: str) -> None:
    assert text in [told for _, _, told in a_night(WELSH, *winners)]


def test_the_claims_are_the_same_in_every_language() -> None:
    assert [kind for kind, _, _ in a_night(WELSH, "LAB", "LAB", "CON")] == [
        kind for kind, _, _ in a_night(ENGLISH, "LAB", "LAB", "CON")
    ]


def test_a_correction_is_marked_in_its_language() -> None:
    council_map = a_map(*(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1}) for n in (1, 2, 3)))
    council = None
    told = []
    for event in (
        council_map,
        a_declaration(council_map, "Ward 1", {"LAB": 1}),
        a_declaration(council_map, "Ward 2", {"LAB": 1}),
        an_event("WardWithdrawn", "w", ward=council_map.wards[1].id, revision=2, reason="wrong_ward"),
    ):
        taken = take(council, event, WELSH)
        council = taken.council
        told += [h.text for h in taken.headlines if h.type == "CONTROL_GAIN"]

    assert told[-1] == f"Tynnwyd yn ôl (ward anghywir): {told[0]}"


def test_a_list_whose_items_have_commas_is_parted_by_semicolons() -> None:
    assert ENGLISH.listed(["Alder", "Beech", "Cedar"]) == "Alder, Beech and Cedar"
    assert ENGLISH.listed(["Alder, Ash and Aspen", "Beech"]) == "Alder, Ash and Aspen; and Beech"
    assert ENGLISH.listed(["Alder"]) == "Alder"
    assert (ENGLISH.number(9), ENGLISH.number(10), ENGLISH.number(1000)) == ("nine", "10", "1,000")
    assert Night(a_map(a_ward("Alder", 1, {"CON": 1}))).headlines
