"""What a language is: tables of templates and words, and the few rules of lists and numbers. English is one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

#: Slots that are grammar and no content: the forms of verbs and pronouns that go with a party. A language may leave
#: them out; all others it must say.
GRAMMAR = frozenset(
    "have are they their need s were form are_filled before_have before_are before_they before_their before_need "
    "before_s".split()
)


@dataclass(frozen=True, slots=True)
class PartyWords:
    """A party in the middle of a sentence, as an adjective, and whether it is spoken of as many."""

    the: str
    adjective: str
    plural: bool


@dataclass(frozen=True, slots=True)
class Language:
    """A language as data.

    ``templates``: by headline type, its version and text with {slots}. ``phrases``: parts of sentences by name.
    ``since`` and ``then``: how a basis is spoken after a figure of change and of a state, with {year}.
    ``numbers``: words for small counts, from none upwards. ``reasons``: reason codes in words. ``parties``: its own
    words for parties, by code, in place of the map's. ``otherwise``: the language that says what this one cannot.
    """

    code: str
    templates: Mapping[str, tuple[int, str]]
    phrases: Mapping[str, str]
    since: Mapping[str, str]
    then: Mapping[str, str]
    numbers: Sequence[str]
    reasons: Mapping[str, str]
    parties: Mapping[str, PartyWords] = field(default_factory=dict)
    otherwise: "Language | None" = None

    def number(self, count: int) -> str:
        """A count in a sentence: in words while small."""
        return self.numbers[count] if 0 <= count < len(self.numbers) else f"{count:,}"

    def listed(self, items: Sequence[str]) -> str:
        """Items as a list in a sentence; items that have commas of their own are parted more clearly."""
        if len(items) < 2:
            return "".join(items)
        if any(", " in item for item in items):
            return "; ".join(items[:-1]) + self.phrases["and_after_many"] + items[-1]
        return ", ".join(items[:-1]) + self.phrases["and"] + items[-1]

    def phrase(self, name: str, /, **slots: object) -> str:
        """A part of a sentence."""
        return self.phrases[name].format(**slots)
