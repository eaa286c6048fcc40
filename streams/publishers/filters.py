"""Which headlines a reader asked for: the same words for the API, the stream, the feeds and the webhooks."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import get_args

from schemas.headline import Action, Headline, HeadlineType, Priority

#: All councils of a night, and more; a longer address would not get through.
MOST_WORDS = 400
#: What any id of a council or area is written with.
ID = r"[A-Za-z0-9.@_-]{1,128}"

NAMES = ("council", "area", "type", "priority", "action")

_KNOWN: Mapping[str, frozenset[str]] = {
    "type": frozenset(get_args(HeadlineType)),
    "priority": frozenset(get_args(Priority)),
    "action": frozenset(get_args(Action)),
}


class NoSuchFilter(ValueError):
    """A filter names something that cannot be; ``field`` says which filter."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Filter:
    """An empty part lets everything through; the parts are joined by *and*, the words of one part by *or*.

    ``area`` lets the area's own headlines through; with the ``councils_of`` it, theirs as well.
    """

    council: frozenset[str] = frozenset()
    area: frozenset[str] = frozenset()
    type: frozenset[str] = frozenset()
    priority: frozenset[str] = frozenset()
    action: frozenset[str] = frozenset()

    def passes(self, headline: Headline) -> bool:
        """Whether the reader wants a headline."""
        return (
            (not (self.council or self.area) or headline.key in self.council or headline.key in self.area)
            and (not self.type or headline.type in self.type)
            and (not self.priority or headline.priority in self.priority)
            and (not self.action or headline.action in self.action)
        )

    @property
    def empty(self) -> bool:
        """Whether it lets everything through."""
        return not (self.council or self.area or self.type or self.priority or self.action)

    def words(self) -> dict[str, list[str]]:
        """The filter as it is kept and shown."""
        return {name: sorted(getattr(self, name)) for name in NAMES if getattr(self, name)}


def read_filter(given: Mapping[str, Collection[str]]) -> Filter:
    """Read a filter from words that may hold several, parted by commas; raises :class:`NoSuchFilter`."""
    parts: dict[str, frozenset[str]] = {}
    for name in NAMES:
        words = frozenset(w.strip() for value in given.get(name, ()) for w in value.split(",") if w.strip())
        if given.get(name) and not words:
            raise NoSuchFilter(name, f"{name}: names nothing; leave it out to have all")
        if len(words) > MOST_WORDS:
            raise NoSuchFilter(name, f"{name}: at most {MOST_WORDS} values")
        if name in ("type", "priority"):
            words = frozenset(word.upper() for word in words)
        unknown = sorted(words - _KNOWN.get(name, words))
        if unknown:
            raise NoSuchFilter(
                name, f"{name}: there is no {unknown[0][:60]!r}; known: {', '.join(sorted(_KNOWN[name]))}"
            )
        strange = sorted(word for word in words if not re.fullmatch(ID, word))
        if strange:
            raise NoSuchFilter(name, f"{name}: {strange[0][:60]!r} is no id")
        parts[name] = words
    return Filter(**parts)
