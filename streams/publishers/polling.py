"""Headlines by question and answer: a first call, then only what is new, by the position that each answer ends with."""

from collections.abc import Iterable
from dataclasses import dataclass

from results_client.position import NoPosition, Position, position
from streams.publishers.archive import Archive, Entry
from streams.publishers.filters import Filter
from streams.publishers.problem import Problem

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """Headlines of an answer; ``word`` is where the next question goes on. ``truncated``: there are more already."""

    entries: list[Entry]
    word: str
    truncated: bool


def run_after(archive: Archive, word: str, filter: Filter, limit: int, *, complete: bool) -> Run:
    """Up to ``limit`` headlines after a position (all from the first on when empty); raises :class:`Problem`."""
    if not word or word == "start":
        return _ours(archive, 0, filter, limit)
    known = archive.index_of(word)
    if known is not None:
        return _ours(archive, known, filter, limit)
    try:
        given = position(word)
    except NoPosition as why:
        raise Problem(
            "position",
            f"after: {why}; use the `next` of an answer, unchanged, or leave it out to begin at the start",
            "after",
        ) from None
    if not archive.knows(given) or (complete and archive.beyond(given)):
        raise Problem(
            "other-log",
            "after: the headlines were written anew since this position was given; begin again without it",
            "after",
        )
    return _theirs(archive, given, filter, limit)


def newest(archive: Archive, filter: Filter, count: int) -> Run:
    """The newest ``count`` headlines that pass, oldest first, and the position after all."""
    found: list[Entry] = []
    for entry in reversed(archive.entries):
        if len(found) == count:
            break
        if filter.passes(entry.headline):
            found.append(entry)
    return Run(found[::-1], archive.word(), False)


def _ours(archive: Archive, start: int, filter: Filter, limit: int) -> Run:
    found: list[Entry] = []
    reached = start
    for entry in archive.entries[start:]:
        if filter.passes(entry.headline):
            if len(found) == limit:
                return Run(found, archive.word(reached), True)
            found.append(entry)
        reached = entry.index + 1
    return Run(found, archive.word(), False)


def _theirs(archive: Archive, given: Position, filter: Filter, limit: int) -> Run:
    found: list[Entry] = []
    wanted: Iterable[Entry] = archive.after(given)
    for entry in wanted:
        if filter.passes(entry.headline):
            if len(found) == limit:
                return Run(found, given.word(), True)
            found.append(entry)
        given = given.joined(entry.partition, entry.reach)
    return Run(found, given.word(), False)
