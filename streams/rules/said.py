"""What holds against what was said: the difference is the news (announced, updated, corrected, withdrawn)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import get_args

from schemas.headline import Action, HeadlineType
from streams.rules.facts.fact import Fact, Value

#: Retractions come before news, so that nobody reads what follows from a mistake first.
_FIRST = ("corrected", "withdrawn")

_READING_ORDER = {kind: place for place, kind in enumerate(get_args(HeadlineType))}


@dataclass(frozen=True, slots=True)
class Said:
    """The last headline of a fact that readers have: its id, what it claimed and in what words."""

    id: str
    type: HeadlineType
    story: str
    value: Value
    text: str
    priority: str
    lapses: bool
    confidence: str
    bases: tuple[tuple[str, int], ...]


Ledger = Mapping[str, Said]


@dataclass(frozen=True, slots=True)
class News:
    """One thing to say of a fact: ``fact`` is None when it no longer holds, ``was`` None when it is new.

    ``supersedes``: the headlines that this one takes the place of.
    """

    action: Action
    key: str
    type: HeadlineType
    story: str
    fact: Fact | None
    was: Said | None
    supersedes: tuple[str, ...] = ()


def _withdrawn(key: str, was: Said) -> News:
    """A final result that no longer holds reopens the council; anything else is withdrawn as what it was."""
    kind: HeadlineType = "COUNCIL_REOPENED" if was.type == "COUNCIL_FINAL" else was.type
    return News("withdrawn", key, kind, was.story, None, was, (was.id,))


def _told(action: Action, key: str, fact: Fact, was: Said | None) -> News:
    return News(action, key, fact.type, fact.story, fact, was, (was.id,) if was is not None else ())


@dataclass(frozen=True, slots=True)
class Difference:
    """The news in the order of reading, and the keys of facts that the news of their story took over."""

    news: tuple[News, ...]
    lapsed: tuple[str, ...]


def difference(
    ledger: Ledger,
    facts: Mapping[str, Fact],
    *,
    corrective: bool,
    held: Callable[[HeadlineType], bool],
    before: Callable[[], Mapping[str, Fact]],
) -> Difference:
    """What must be said so that what was said equals what holds.

    ``corrective``: the event replaced or took back something that counted, so that another value is a correction.
    ``held`` keeps announcements and updates of a type back, never a retraction. ``before``: what held before the event,
    asked for only under a hold: a held-back update is not let out by a correction that comes on top of it.
    """
    found = [
        news for key, fact in facts.items() if (news := _compare(key, fact, ledger, corrective, held, before))
    ]
    gone = {key: said for key, said in ledger.items() if key not in facts}
    stories = {news.story for news in found}
    lapsed = {
        key: said for key, said in gone.items() if said.lapses and not corrective and said.story in stories
    }
    # What would lapse into news that is held stays as it is: to withdraw it would tell of the news.
    waiting = {fact.story for fact in facts.values() if held(fact.type)}
    kept = {
        key
        for key, said in gone.items()
        if said.lapses and not corrective and (held(said.type) or said.story in waiting)
    } - set(lapsed)
    found += [_withdrawn(key, said) for key, said in gone.items() if key not in lapsed and key not in kept]
    found.sort(key=lambda news: (news.action not in _FIRST, _READING_ORDER[news.type], news.key))
    return Difference(tuple(_take_over(found, list(lapsed.values()))), tuple(lapsed))


def _compare(
    key: str,
    fact: Fact,
    ledger: Ledger,
    corrective: bool,
    held: Callable[[HeadlineType], bool],
    before: Callable[[], Mapping[str, Fact]],
) -> News | None:
    said = ledger.get(key)
    if said is None:
        return None if held(fact.type) else _told("announced", key, fact, None)
    if said.value is fact.value or (said.value == fact.value and said.type == fact.type):
        return None
    if held(fact.type) and not (corrective and _unchanged_until_now(key, said, before())):
        return None
    return _told("corrected" if corrective else "updated", key, fact, said)


def _unchanged_until_now(key: str, said: Said, before: Mapping[str, Fact]) -> bool:
    return key in before and before[key].value == said.value


def _take_over(found: list[News], lapsed: list[Said]) -> list[News]:
    """Let the first news of a story supersede what lapsed in it."""
    result = []
    for news in found:
        gone = [said for said in lapsed if said.story == news.story]
        lapsed = [said for said in lapsed if said.story != news.story]
        supersedes = news.supersedes + tuple(said.id for said in gone)
        result.append(replace(news, supersedes=supersedes))
    return result
