"""Parties' colours as four values each, their contrast, and the style sheet made of them. Never colour alone."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LIGHT, DARK = "#FFFFFF", "#12161B"
#: Least contrast of text, and of a shape beside its ground (WCAG 2.2, 1.4.3 and 1.4.11).
TEXT, SHAPE = 4.5, 3.0

OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Colour:
    """``fill`` for shapes, ``ink`` for text on it, ``on_light`` and ``on_dark`` for text on the page's own ground."""

    name: str
    fill: str
    ink: str
    on_light: str
    on_dark: str


@lru_cache(maxsize=1)
def colours() -> Mapping[str, Colour]:
    """The colours by party code; what is not listed is shown as OTHER, with its code."""
    listed = json.loads(Path(__file__).with_name("parties.json").read_text(encoding="utf-8"))
    return {code: Colour(**values) for code, values in listed.items()}


def shown_as(code: str) -> str:
    """The code whose colours a party wears."""
    return code if code in colours() else OTHER


def style(code: str) -> str:
    """The class that gives an element the colours of a party; any text is safe."""
    return "p-" + re.sub(r"[^a-z0-9]+", "-", shown_as(code).lower())


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def style_sheet() -> str:
    """CSS with the colours of all parties, and an edge where a fill hardly differs from the page."""
    rules = []
    for code, colour in colours().items():
        edge = "currentColor" if contrast(colour.fill, LIGHT) < SHAPE else colour.fill
        rules.append(
            f".{style(code)}{{--fill:{colour.fill};--ink:{colour.ink};--text:{colour.on_light};--edge:{_edge(edge)}}}"
        )
    dark = []
    for code, colour in colours().items():
        edge = colour.on_dark if contrast(colour.fill, DARK) < SHAPE else colour.fill
        dark.append(f".{style(code)}{{--text:{colour.on_dark};--edge:{edge}}}")
    return "\n".join(rules) + "\n@media (prefers-color-scheme:dark){\n" + "\n".join(dark) + "\n}\n"


def _edge(colour: str) -> str:
    return "#1B1F24" if colour == "currentColor" else colour


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
