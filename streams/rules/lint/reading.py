"""A page read as sentences: which council each speaks of, which parties it names, and on which bases it compares."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from schemas.standing import Standing
from streams.rules.lint.words import BASES, PARTIES

#: The end of a sentence: a stop that is not behind an initial, and a capital after it.
_END = re.compile(r"(?<=[^\W\d_]{2}[.!?])(?<!\bSt\.)\s+(?=[\"“']?[A-Z])|(?<=[)%\d][.!?])\s+(?=[\"“']?[A-Z])")

#: What is told of seats that are out is no figure of a party.
_STILL_OUT = re.compile(r"\s*\([^()]*still out[^()]*\)|, with [^,;.]* still out")


@dataclass(frozen=True, slots=True)
class Mention:
    """A party named in a sentence, and the words up to the next party."""

    party: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, its line, the councils that it names, and whether it speaks of one ward of a council."""

    line: int
    text: str
    councils: tuple[Standing, ...]
    of_ward: bool


def sentences(text: str, standings: Mapping[str, Standing]) -> Iterator[Sentence]:
    """The sentences of a text, line by line; ``standings`` by the council's name.

    Within a line a sentence that names no council goes on about that of the sentence before.
    """
    names = sorted(standings, key=len, reverse=True)
    parties = sorted(
        {p.name for s in standings.values() for p in s.parties if set(p.name.split()) & _first(names)}
    )
    for line, row in enumerate(text.splitlines(), start=1):
        before: Sentence | None = None
        for part in _END.split(row.strip()):
            if part:
                found = _sentence(line, part, names, parties, standings)
                if not found.councils and before is not None:
                    found = replace(found, councils=before.councils, of_ward=before.of_ward)
                yield found
                before = found


def _first(names: list[str]) -> set[str]:
    return {name.split()[0] for name in names}


def _sentence(
    line: int, text: str, names: list[str], parties: list[str], standings: Mapping[str, Standing]
) -> Sentence:
    left = text
    for party in parties:
        # The Ashford Independents name no council.
        left = left.replace(party, " ")
    found: list[str] = []
    for name in names:
        if name in left and (pattern := re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")).search(left):
            found.append(name)
            left = pattern.sub(" ", left)
    of_ward = any(f"({name})" in text for name in found)
    return Sentence(line, _STILL_OUT.sub("", text), tuple(standings[name] for name in sorted(found)), of_ward)


def mentions(sentence: Sentence) -> list[Mention]:
    """Parties in the order in which the sentence names them, each with the words that follow it."""
    names = _party_names(sentence)
    pattern = re.compile(
        r"(?<![\w-])("
        + "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        + r")(?![\w-])",
        re.IGNORECASE,
    )
    found = list(pattern.finditer(sentence.text))
    ends = [*(match.start() for match in found[1:]), len(sentence.text)][: len(found)]
    return [
        Mention(names[match.group(1).lower()], match.group(1), sentence.text[match.end() : end])
        for match, end in zip(found, ends, strict=True)
    ]


def _party_names(sentence: Sentence) -> dict[str, str]:
    names = dict(PARTIES)
    for standing in sentence.councils:
        for party in standing.parties:
            name = party.name.lower().removeprefix("the ")
            names[name] = names[name.removesuffix(" party")] = party.party
    return names


def bases(text: str) -> list[tuple[str, int | None, int, int]]:
    """Bases that a text speaks of, with the year where one is said and where in the text they stand."""
    found: list[tuple[str, int | None, int, int]] = []
    taken: list[tuple[int, int]] = []
    for basis, pattern in BASES:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            year = next((int(group) for group in match.groups() if group), None)
            found.append((basis, year, match.start(), match.end()))
    return sorted(found, key=lambda row: row[2])
