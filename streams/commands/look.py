"""How headlines, councils and parties look in a terminal; values in, renderables out."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from rich.style import Style
from rich.text import Text

from schemas.headline import Headline

#: What the clocks at the count show (DR-39).
LOCAL = ZoneInfo("Europe/London")

#: Fill, and the ink that stays readable on it. The code is always shown too, for several are hard to tell apart.
_PARTY_COLOURS: Mapping[str, tuple[str, str]] = {
    "LAB": ("#E4003B", "#FFFFFF"),
    "CON": ("#0087DC", "#000000"),
    "LD": ("#FAA61A", "#000000"),
    "REF": ("#12B6CF", "#000000"),
    "GRN": ("#02A95B", "#000000"),
    "GREEN": ("#02A95B", "#000000"),
    "SNP": ("#FDF38E", "#000000"),
    "PC": ("#005B54", "#FFFFFF"),
    "NOC": ("#3A3A3A", "#FFFFFF"),
}
_ANY_OTHER = ("#777777", "#000000")

_PRIORITY: Mapping[str, tuple[str, str]] = {
    "F": ("FLASH", "bold white on #B00020"),
    "U": ("urgent", "bold"),
    "R": ("", ""),
    "B": ("", "dim"),
}
_TAKEN_BACK = ("corrected", "withdrawn")  # their sentences say so in words


def party(code: str) -> Text:
    """Return a party's code on its colour."""
    fill, ink = _PARTY_COLOURS.get(code, _ANY_OTHER)
    return Text(f" {code} ", Style(color=ink, bgcolor=fill))


def spoken(headline: Headline) -> Text:
    """Return a headline as one line: local time, how urgent, what is said."""
    return Text(" ").join(columns(headline))


def columns(headline: Headline) -> tuple[Text, Text, Text]:
    """Return the three parts of that line, the first two of one width each."""
    word, style = _PRIORITY[headline.priority]
    clock = headline.declared_at.at.astimezone(LOCAL).strftime("%-d %b %H:%M")
    # A stand-in time must not look like a known one.
    about = "~" if headline.declared_at.basis == "assumed" else ""
    weight = {"F": "bold", "B": "dim"}.get(headline.priority, "")
    colour = "yellow" if headline.action in _TAKEN_BACK else ""
    return (
        Text(f"{about}{clock}".rjust(13), "dim"),
        Text(word.center(8), style),
        Text(headline.text, f"{weight} {colour}".strip()),
    )
