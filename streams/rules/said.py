"""What holds against what was said: the difference is the news (announced, updated, corrected, withdrawn)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import get_args

from schemas.headline import Action, HeadlineType
from streams.rules.facts.fact import Fact, Value

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
    """The news in the order of reading, and the keys of facts that lapsed without a word."""

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
    lapsed = [key for key, said in ledger.items() if key not in facts and said.lapses and not corrective]
    found = [_withdrawn(key, said) for key, said in ledger.items() if key not in facts and key not in lapsed]
    for key, fact in facts.items():
        said = ledger.get(key)
        if said is None:
            if not held(fact.type):
                found.append(_told("announced", key, fact, None))
        elif said.value is not fact.value and (said.value != fact.value or said.type != fact.type):
            action: Action = "corrected" if corrective else "updated"
            if not held(fact.type) or (corrective and _unchanged_until_now(key, said, before())):
                found.append(_told(action, key, fact, said))
    found.sort(
        key=lambda news: (news.action not in ("corrected", "withdrawn"), _READING_ORDER[news.type], news.key)
    )
    return Difference(tuple(_take_over(found, [ledger[key] for key in lapsed])), tuple(lapsed))


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
