"""The table of bad input, row by row; docs/poison.md is the same table."""

import pytest

from tests.house.modules import ROOT
from tests.intake.conftest import Doors, declaration
from tests.intake.poison import NO_DOOR, POISON, Poison, on_the_topic, page

AT_THE_DOOR = [poison for poison in POISON if poison.door != NO_DOOR]
ON_THE_TOPIC = [poison for poison in POISON if poison.topic != NO_DOOR]


@pytest.mark.parametrize("poison", AT_THE_DOOR, ids=lambda poison: poison.kind)
async def test_at_the_door(doors: Doors, poison: Poison) -> None:
    for event in poison.before:
        assert (await doors.post("declarations", event)).status_code == 202
    before = len(doors.waiting())

    answer = await doors.post("declarations", poison.value or b"", **poison.headers)

    found = str(answer.status_code)
    if answer.status_code != 202:
        told = answer.json()
        found += f" {told['reason']}"
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(told["detail"]) > 15
        assert "Traceback" not in answer.text
        assert len(answer.content) < 2_000
        assert len(doors.waiting()) == before
    assert found == poison.door
    assert (await doors.post("declarations", declaration("Trumpton", {"CON": 2}))).status_code == 202


@pytest.mark.parametrize("poison", ON_THE_TOPIC, ids=lambda poison: poison.kind)
def test_on_the_topic(poison: Poison) -> None:
    assert on_the_topic(poison) == poison.topic


def test_the_page_of_the_docs_is_this_table() -> None:
    assert (ROOT / "docs/poison.md").read_text() == page()


def test_every_kind_stands_once() -> None:
    kinds = [poison.kind for poison in POISON]

    assert len(set(kinds)) == len(kinds)
