"""What is wrong with a text, held against standings: names, bases, numbers, control, words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from schemas.standing import Change, Changes, Standing
from streams.rules.lint.reading import Mention, Sentence, bases, mentions, sentences
from streams.rules.lint.words import (
    CHANGE,
    KEPT_CONTROL,
    LEFT_CONTROL,
    LOADED,
    NUMBER,
    TOOK_CONTROL,
    number,
)

Kind = Literal["name", "basis", "number", "control", "word"]

#: Speaks of wards in hand, of votes, or of sums: none of them is a party's seats on the council.
_OTHER_FIGURES = re.compile(r"in the same wards|votes|%|\btogether\b|\bseats up\b|Seats up")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a line: what kind of thing, and a sentence for people."""

    line: int
    kind: Kind
    sentence: str


def lint(text: str, standings: Iterable[Standing]) -> list[Finding]:
    """All findings of a text, by line; of one council the standing with the highest version counts."""
    latest: dict[str, Standing] = {}
    for standing in standings:
        if standing.name not in latest or standing.version >= latest[standing.name].version:
            latest[standing.name] = standing
    found: list[Finding] = []
    for sentence in sentences(text, latest):
        for kind, told in _findings(sentence):
            found.append(Finding(sentence.line, kind, told))
    return found


def _findings(sentence: Sentence) -> Iterator[tuple[Kind, str]]:
    yield from _loaded(sentence)
    if not sentence.councils:
        yield from _nameless(sentence)
        return
    yield from _without_basis(sentence)
    if len(sentence.councils) == 1:
        yield from _control(sentence, sentence.councils[0])
        if not sentence.of_ward and not _OTHER_FIGURES.search(sentence.text):
            yield from _numbers(sentence, sentence.councils[0])


def _loaded(sentence: Sentence) -> Iterator[tuple[Kind, str]]:
    for word in re.findall(r"[A-Za-z]+", sentence.text):
        if word.lower() in LOADED and word.islower():
            yield "word", f"“{word}” judges; neutral are gain, hold, lose, keep, remain, be elected (DR-43)"


def _nameless(sentence: Sentence) -> Iterator[tuple[Kind, str]]:
    control = any(p.search(sentence.text) for p in (LEFT_CONTROL, TOOK_CONTROL, KEPT_CONTROL))
    seats = re.search(rf"\b{NUMBER}\s+(?:of\s+{NUMBER}\s+)?seats?\b", sentence.text, re.IGNORECASE)
    if (control or seats or CHANGE.search(sentence.text)) and mentions(sentence):
        yield "name", "it speaks of seats or control, and names no council: it cannot stand alone"


def _without_basis(sentence: Sentence) -> Iterator[tuple[Kind, str]]:
    change = CHANGE.search(sentence.text)
    if change is not None and mentions(sentence) and not bases(sentence.text):
        yield (
            "basis",
            f"“{change.group(0).strip()}” is a figure of change, and says not compared with what (DR-16)",
        )


def _control(sentence: Sentence, standing: Standing) -> Iterator[tuple[Kind, str]]:
    control = standing.control
    text = sentence.text
    if "lost it before this election" in text:
        text = text.partition(" won a majority")[0]
    if LEFT_CONTROL.search(text) and control.before == "NOC":
        yield (
            "control",
            f"it says that control was lost, but {standing.name} was under no overall control before as well (DR-05)",
        )
    if KEPT_CONTROL.search(text) and control.outcome not in (None, "HOLD"):
        yield "control", f"it says that control was kept; the outcome in {standing.name} is {control.outcome}"
    if TOOK_CONTROL.search(text) and control.outcome not in (None, "GAIN", "NEW COUNCIL"):
        yield (
            "control",
            f"it says that control was taken; the outcome in {standing.name} is {control.outcome}",
        )


def _numbers(sentence: Sentence, standing: Standing) -> Iterator[tuple[Kind, str]]:
    total = standing.seats.total
    for match in re.finditer(r"\b(\d+) of (?:the )?(\d+) seats\b", sentence.text):
        if int(match.group(2)) != total:
            yield "number", f"{standing.name} has {total} seats, not {match.group(2)}"
    stated = bases(sentence.text)
    for mention in mentions(sentence):
        yield from _mentioned(mention, sentence, standing, stated)


def _mentioned(
    mention: Mention, sentence: Sentence, standing: Standing, stated: list[tuple[str, int | None, int, int]]
) -> Iterator[tuple[Kind, str]]:
    words = mention.words
    now = next((p.seats for p in standing.parties if p.party == mention.party), 0)
    told = _now(words)
    if told is not None and told != now and mention.party != "OTHERS":
        yield "number", f"{mention.name} in {standing.name}: {now} seats, not {told}"
    yield from _befores(mention, standing)
    change = _change(words)
    if change is None or not stated:
        return
    own = bases(words) or stated
    rows = [
        (basis, year, row) for basis, year, *_ in own for row in _rows(standing, basis, year, mention.party)
    ]
    if rows and all(row.change != change for _, _, row in rows):
        basis, year, row = rows[0]
        yield "number", _differs(mention, standing, change, basis, year, row)


def _differs(
    mention: Mention, standing: Standing, change: int, basis: str, year: int | None, row: Change
) -> str:
    others = [
        changes.basis.replace("_", " ")
        for changes in standing.changes
        for other in changes.rows
        if other.party == mention.party and other.change == change and changes.basis != basis
    ]
    which = f"{basis.replace('_', ' ')}{f' of {year}' if year else ''}"
    hint = f"; {change:+d} is the change on {', '.join(sorted(set(others)))}" if others else ""
    return (
        f"{mention.name} in {standing.name}: {row.change:+d} compared with the {which}, not {change:+d}{hint}"
    )


def _befores(mention: Mention, standing: Standing) -> Iterator[tuple[Kind, str]]:
    """Numbers directly before a basis: six in 2019, 28 on the eve of poll."""
    for basis, year, start, _ in bases(mention.words):
        match = re.search(
            rf"\b{NUMBER}\s+(?:seats?\s+)?(?:at the |on the |on |at |in )?$",
            mention.words[:start],
            re.IGNORECASE,
        )
        if match is None or re.search(r"\b(?:up|down|more|fewer)\s+\w+\s*$", mention.words[: match.end(1)]):
            continue
        then = number(match.group(1))
        rows = list(_rows(standing, basis, year, mention.party))
        if rows and all(row.before != then for row in rows):
            yield (
                "number",
                f"{mention.name} in {standing.name}: {rows[0].before} seats on the basis {basis.replace('_', ' ')}"
                f"{f' of {year}' if year else ''}, not {then}",
            )


def _rows(standing: Standing, basis: str, year: int | None, party: str) -> Iterator[Change]:
    for changes in standing.changes:
        if changes.basis == basis and _of_year(changes, year):
            yield from (row for row in changes.rows if row.party == party)


def _of_year(changes: Changes, year: int | None) -> bool:
    return year is None or changes.as_of.year == year


def _now(words: str) -> int | None:
    """Seats that the words say a party has now."""
    for pattern in (
        rf"^\s*(?:have|has|hold|holds|on|with|are on|is on)\s+(?:now\s+)?{NUMBER}(?:\s+of\s+\d+)?\s+seats?\b",
        rf"^[^,;:]*?\b(?:with|to)\s+{NUMBER}\s+of\s+\d+\s+seats?\b",
        rf"^\s*(?:are |is )?(?:up|down)\s+(?:from\s+)?{NUMBER}\s+to\s+{NUMBER}\b",
        rf"^\s*unchanged on\s+{NUMBER}\b",
        r"^\s+(\d+)(?=[,.;]|$| \()",
    ):
        match = re.search(pattern, words, re.IGNORECASE)
        if match is not None:
            return number(match.groups()[-1])
    return None


def _change(words: str) -> int | None:
    """The change that the words give a party."""
    for pattern, sign in (
        (rf"^\s*(?:are |is )?up\s+{NUMBER}\b", 1),
        (rf"^\s*(?:are |is )?down\s+{NUMBER}\b", -1),
        (rf"\b{NUMBER}\s+more\s+seats?\b", 1),
        (rf"\b{NUMBER}\s+fewer\s+seats?\b", -1),
        (rf"^\s*(?:have |has )?(?:gained|gain|gains)\s+{NUMBER}\b", 1),
        (rf"^\s*(?:have |has )?(?:lost|lose|loses|shed|sheds)\s+{NUMBER}\b", -1),
    ):
        match = re.search(pattern, words, re.IGNORECASE)
        if match is not None:
            return sign * number(match.group(1))
    return None
