"""The book of one council: every event that may count, by subject and revision, and which of them count (DR-40)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from schemas.council import CouncilOpened
from schemas.declaration import (
    CouncilReported,
    MayorDeclared,
    PollChanged,
    StageDeclared,
    WardDeclared,
    WardWithdrawn,
)
from schemas.desk import AdministrationFormed, EditorialCall, Held, Released, Review, SeatChanged
from schemas.reading import InputEvent
from streams.rules.admission import Refusal
from streams.rules.anomaly import SUFFIX, anomaly, hold_of
from streams.rules.fit import misfit
from streams.rules.ground import Ground, lay_out

#: Most events of one council that may wait for a map that fits them.
PARKED_AT_MOST = 200

#: States of a poll that speak of its count; the others speak of its day. Each has the latest of its own.
COUNTING = frozenset({"recount", "recount_over", "delayed"})

WardEvent = WardDeclared | WardWithdrawn
Subject = tuple[str, str]
Verdict = Literal["new", "duplicate", "stale", "conflict", "full"]


@dataclass(frozen=True, slots=True)
class Book:
    """All that was accepted about a council. ``latest`` holds one event per subject, ``wards`` every ward revision.

    ``fingerprints`` remembers the content of each accepted event id, so that an id never stands for two contents.
    ``parked`` are those that do not fit the map now, or that a rule holds, with the reason;
    ``counted`` the ward events that count.
    """

    ground: Ground
    wards: dict[str, dict[int, WardEvent]] = field(default_factory=dict)
    latest: dict[Subject, InputEvent] = field(default_factory=dict)
    fingerprints: dict[str, str] = field(default_factory=dict)
    parked: dict[str, Refusal] = field(default_factory=dict)
    counted: dict[str, WardEvent] = field(default_factory=dict)

    @property
    def map(self) -> CouncilOpened:
        """The map that counts: the one with the highest version."""
        return self.ground.map

    def holds(self) -> tuple[Held, ...]:
        """Holds that are not released and fit the map, in the order of their ids."""
        found = (event for (kind, _), event in sorted(self.latest.items()) if kind == "hold")
        return tuple(
            hold
            for hold in found
            if isinstance(hold, Held)
            and ("release", hold.id) not in self.latest
            and hold.id not in self.parked
        )

    def of_kind(self, kind: str) -> tuple[InputEvent, ...]:
        """The latest events of a kind of subject that fit the map, ordered by subject."""
        return tuple(
            event
            for (k, _), event in sorted(self.latest.items())
            if k == kind and event.id not in self.parked
        )

    def poll(self, ward: str) -> PollChanged | None:
        """What was last said of the day of a ward's poll."""
        return self._of_poll("poll", ward)

    def counting(self, ward: str) -> PollChanged | None:
        """What was last said of a ward's count: recounts and delays."""
        return self._of_poll("counting", ward)

    def _of_poll(self, about: str, ward: str) -> PollChanged | None:
        event = self.latest.get((about, ward))
        return event if isinstance(event, PollChanged) and event.id not in self.parked else None

    def find(self, id: str) -> InputEvent | None:
        """The event of an id, where the book still holds it."""
        of_wards = (event for revisions in self.wards.values() for event in revisions.values())
        return next((event for event in (*of_wards, *self.latest.values()) if event.id == id), None)

    @property
    def off(self) -> frozenset[str]:
        """Wards whose poll was called off and has no new date (DR-29)."""
        return frozenset(
            event.ward
            for event in self.latest.values()
            if isinstance(event, PollChanged) and event.state in ("countermanded", "abandoned", "postponed")
        )


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of an event: the verdict, the book after it, and why it was refused if it was."""

    verdict: Verdict
    book: Book
    refusal: Refusal | None = None


def fingerprint(event: InputEvent) -> str:
    """A short hash of an event's content."""
    return hashlib.blake2b(event.model_dump_json().encode(), digest_size=10).hexdigest()


def subject(event: InputEvent) -> tuple[Subject, int]:
    """What an event is about, and its revision among the events about it."""
    match event:
        case CouncilOpened():
            return ("map", ""), event.version
        case WardDeclared() | WardWithdrawn():
            return ("ward", event.ward), event.revision
        case PollChanged():
            about = "counting" if event.state in COUNTING else "poll"
            return (about, event.ward), event.revision
        case StageDeclared():
            return ("stage", f"{event.ward} {event.stage:03}"), event.revision
        case MayorDeclared():
            return ("mayor", ""), event.revision
        case AdministrationFormed():
            return ("administration", ""), event.revision
        case CouncilReported():
            return ("report", event.source.name), event.revision
        case EditorialCall():
            return ("call", event.by), event.revision
        case SeatChanged():
            return ("seat", event.seat), event.revision
        case Held():
            return ("hold", event.id), 1
        case Released():
            return ("release", event.hold), 1
        case Review():
            return ("review", event.id), 1


def open_book(first: CouncilOpened) -> Book:
    """A book that holds nothing but a map."""
    return Book(
        ground=lay_out(first), fingerprints={first.id: fingerprint(first)}, latest={("map", ""): first}
    )


def restore(council_map: CouncilOpened, events: Iterable[InputEvent], fingerprints: dict[str, str]) -> Book:
    """A book from the events that it once held; which of them count follows from them."""
    wards: dict[str, dict[int, WardEvent]] = {}
    latest: dict[Subject, InputEvent] = {("map", ""): council_map}
    for event in events:
        if isinstance(event, (WardDeclared, WardWithdrawn)):
            wards.setdefault(event.ward, {})[event.revision] = event
        else:
            latest[subject(event)[0]] = event
    return _recount(Book(lay_out(council_map), wards=wards, latest=latest, fingerprints=fingerprints))


def enter(book: Book, event: InputEvent) -> Entered:
    """Enter an event: the result depends on the set of events entered, not on their order (DR-40).

    Two limits: of two contents for one subject and revision the first stands, and at most ``PARKED_AT_MOST`` wait.
    """
    mark = fingerprint(event)
    known = book.fingerprints.get(event.id)
    if known is not None:
        if known == mark:
            return Entered("duplicate", book)
        return Entered(
            "conflict",
            book,
            Refusal("conflict", f"the id {event.id} already stands for another content", "id"),
        )
    about, revision = subject(event)
    standing = _at_revision(book, about, revision)
    if standing is not None:
        what = (
            f"revision {revision} of {about[1] or about[0]} already stands as {standing.id}; the first stands"
        )
        return Entered("conflict", book, Refusal("conflict", what, "revision"))
    marks = {**book.fingerprints, event.id: mark}
    if isinstance(event, CouncilOpened):
        return _enter_map(book, event, marks)
    if isinstance(event, (WardDeclared, WardWithdrawn)):
        return _enter_ward(book, event, marks)
    before = book.latest.get(about)
    if before is not None and revision < subject(before)[1]:
        return Entered("stale", book)
    after = _judge(replace(book, latest={**book.latest, about: event}, fingerprints=marks), event, before)
    return _bounded(book, after, event)


def _at_revision(book: Book, about: Subject, revision: int) -> InputEvent | None:
    if about[0] == "ward":
        return book.wards.get(about[1], {}).get(revision)
    latest = book.latest.get(about)
    return latest if latest is not None and subject(latest)[1] == revision else None


def _enter_map(book: Book, event: CouncilOpened, marks: dict[str, str]) -> Entered:
    if event.version < book.map.version:
        return Entered("stale", book)
    ground = lay_out(event)
    latest = {**book.latest, ("map", ""): event}
    after = _recount(replace(book, ground=ground, latest=latest, fingerprints=marks))
    return Entered("new", after)


def _enter_ward(book: Book, event: WardEvent, marks: dict[str, str]) -> Entered:
    revisions = {**book.wards.get(event.ward, {}), event.revision: event}
    after = replace(book, wards={**book.wards, event.ward: revisions}, fingerprints=marks)
    after = _count_ward(after, event.ward)
    return _bounded(book, after, event)


def _bounded(book: Book, after: Book, event: InputEvent) -> Entered:
    if event.id in after.parked and len(after.parked) > PARKED_AT_MOST:
        sentence = (
            f"{len(book.parked)} events of {book.map.name} wait for a map that fits them; no more are kept"
        )
        return Entered("full", book, Refusal("parked-full", sentence))
    return Entered("new", after)


def _judge(book: Book, event: InputEvent, before: InputEvent | None) -> Book:
    parked = {id: why for id, why in book.parked.items() if before is None or id != before.id}
    why = misfit(event, book.ground, ())
    if why is not None:
        parked[event.id] = why
    book = replace(book, parked=parked)
    ward = event.ward if isinstance(event, PollChanged) else None
    if isinstance(event, Released) and event.hold.endswith(SUFFIX):
        held = book.find(event.hold.removesuffix(SUFFIX))
        ward = held.ward if isinstance(held, WardDeclared) else None
    return _count_ward(book, ward) if ward in book.wards else book


def _count_ward(book: Book, ward: str) -> Book:
    """Let the highest revision that fits count; what lies above it waits, what lies below is superseded."""
    revisions = book.wards[ward]
    parked = {
        id: why for id, why in book.parked.items() if all(id != event.id for event in revisions.values())
    }
    counted = {w: event for w, event in book.counted.items() if w != ward}
    off = book.off
    for revision in sorted(revisions, reverse=True):
        event = revisions[revision]
        why = misfit(event, book.ground, off) or _suspect(event, book)
        if why is None:
            counted[ward] = event
            break
        parked[event.id] = why
    return replace(book, parked=parked, counted=counted)


def _suspect(event: WardEvent, book: Book) -> Refusal | None:
    """What a rule finds odd about a declaration, as long as nobody has released its hold."""
    if not isinstance(event, WardDeclared) or ("release", hold_of(event.id)) in book.latest:
        return None
    return anomaly(event, book.ground)


def _recount(book: Book) -> Book:
    """Judge everything anew, as each map demands."""
    parked = {
        event.id: why
        for about, event in book.latest.items()
        if about[0] != "map" and (why := misfit(event, book.ground, ()))
    }
    book = replace(book, parked=parked, counted={})
    for ward in sorted(book.wards):
        book = _count_ward(book, ward)
    return book
