"""Can a headline be read at a glance, and never be mistaken for something else?"""

from datetime import UTC, datetime

import pytest

from schemas.event import Moment
from streams.commands.look import columns, party, spoken
from tests.commands.evening import a_headline


def test_a_headline_shows_the_clock_at_the_count() -> None:
    assert spoken(a_headline("A.")).plain == "  5 May 18:15  FLASH   A."


def test_an_assumed_time_does_not_look_like_a_known_one() -> None:
    assumed = Moment(at=datetime(2023, 5, 5, 17, 15, tzinfo=UTC), basis="assumed")

    assert spoken(a_headline(declared_at=assumed)).plain.startswith(" ~5 May 18:15")


@pytest.mark.parametrize("action", ["corrected", "withdrawn"])
def test_what_is_taken_back_stands_out(action: str) -> None:
    assert columns(a_headline(action=action))[2].style == "bold yellow"


@pytest.mark.parametrize("code", ["LAB", "CON", "LD", "REF", "GRN", "GREEN", "SNP", "PC", "NOC", "R4U"])
def test_a_partys_code_can_be_read_on_its_colour(code: str) -> None:
    style = party(code).style
    assert not isinstance(style, str)
    assert style.color
    assert style.bgcolor

    contrast = _contrast(style.color.get_truecolor(), style.bgcolor.get_truecolor())

    assert contrast >= 4.5  # WCAG 2, level AA


def _contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    linear = [c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
