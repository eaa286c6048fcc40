"""A sheet's life: who may do what next, as a table."""

import json
from typing import Any

import pytest

from streams.intake.desk.keying import Agreed, Form, RuleBroken, Sheet, confirm, differences, key, resolve
from tests.rules.making import ward_id


def a_form(**figures: Any) -> Form:
    given = {
        "ward": ward_id("Chigley"), "revision": 1, "votes": {"con-1": 100, "lab-1": 120}, "elected": ["lab-1"],
        "ballots": 225, "rejected": 5, "declared_at": "2023-05-05T02:10:00Z", "source": "Returning officer", "tier": 1,
    }  # fmt: skip
    return Form.model_validate_json(json.dumps(given | figures))


FORM, OTHER = a_form(), a_form(votes={"con-1": 100, "lab-1": 102})
KEYED = Sheet(first=FORM, first_by="Ann")
DIFFERS = Sheet(first=FORM, first_by="Ann", second=OTHER, second_by="Ben")


@pytest.mark.parametrize(
    ("sheet", "form", "by", "after"),
    [
        (None, FORM, "Ann", KEYED),
        (KEYED, OTHER, "Ann", Sheet(first=OTHER, first_by="Ann")),
        (KEYED, FORM, "Ben", Agreed(FORM, ("Ann", "Ben"))),
        (KEYED, a_form(declared_at="2023-05-05T02:11:00Z", source="RO"), "Ben", Agreed(FORM, ("Ann", "Ben"))),
        (KEYED, OTHER, "Ben", DIFFERS),
        (DIFFERS, FORM, "Cat", "AwaitsResolver"),
        (DIFFERS, FORM, "Ann", "AwaitsResolver"),
    ],
)
def test_keying(sheet: Sheet | None, form: Form, by: str, after: Any) -> None:
    try:
        found: Any = key(sheet, form, by)
    except RuleBroken as broken:
        found = broken.rule

    assert found == after


@pytest.mark.parametrize(
    ("sheet", "by", "keying", "after"),
    [
        (KEYED, "Ben", "confirm", Agreed(FORM, ("Ann", "Ben"))),
        (KEYED, "Ann", "confirm", "SecondPersonNeeded"),
        (KEYED, "Ben", "blind", "BlindKeying"),
        (DIFFERS, "Cat", "confirm", "AwaitsResolver"),
        (None, "Ben", "confirm", "NothingKeyed"),
    ],
)
def test_confirming(sheet: Sheet | None, by: str, keying: Any, after: Any) -> None:
    try:
        found: Any = confirm(sheet, by, keying)
    except RuleBroken as broken:
        found = broken.rule

    assert found == after


@pytest.mark.parametrize(
    ("sheet", "chosen", "by", "after"),
    [
        (DIFFERS, "first", "Cat", Agreed(FORM, ("Ann", "Ben", "Cat"))),
        (DIFFERS, "second", "Cat", Agreed(OTHER, ("Ann", "Ben", "Cat"))),
        (DIFFERS, "first", "Ben", "ThirdPersonNeeded"),
        (KEYED, "first", "Cat", "NothingDiffers"),
    ],
)
def test_resolving(sheet: Sheet | None, chosen: Any, by: str, after: Any) -> None:
    try:
        found: Any = resolve(sheet, chosen, by)
    except RuleBroken as broken:
        found = broken.rule

    assert found == after


def test_what_differs_is_named() -> None:
    other = a_form(
        votes={"con-1": 100, "lab-1": 102}, elected=["con-1"], rejected=None, reason="transcription"
    )

    assert differences(FORM, other) == {"con-1", "lab-1", "rejected", "reason"}
