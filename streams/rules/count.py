"""The one fold: from the book of a council to seats, floors and ceilings by party (DR-07 to DR-14)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from schemas.council import CouncilOpened, Ward
from schemas.declaration import WardDeclared
from schemas.headline import Seats
from streams.rules.book import Book
from streams.rules.ground import Ground


@dataclass(frozen=True, eq=False)
class Count:
    """A council's count as the book has it. Party figures are by tally code, joint candidates merged (DR-24).

    ``declared``: the declarations that count, by ward, held wards left out, and ``won_in`` the seats that each of them
    gives. ``out``: wards still to come, with postponed ones; ``open``: those of them that take new nominations, where
    anybody may win any seat (DR-12). ``unfilled``: seats for which nobody stood (DR-11), and seats vacant without a
    poll. ``worked_out`` keeps what else follows from it, by name.
    """

    book: Book
    declared: dict[str, WardDeclared]
    won_in: dict[str, Mapping[str, int]]
    held_wards: frozenset[str]
    out: tuple[Ward, ...]
    open: frozenset[str]
    won: dict[str, int]
    floor: dict[str, int]
    ceiling: dict[str, int]
    unfilled: int
    worked_out: dict[str, Any] = field(default_factory=dict)

    @property
    def ground(self) -> Ground:
        """The map, ready to count with."""
        return self.book.ground

    @property
    def map(self) -> CouncilOpened:
        """The map."""
        return self.book.ground.map

    @cached_property
    def seats(self) -> dict[str, int]:
        """Seats by party now: not up and won."""
        return {code: self.ground.held.get(code, 0) + self.won.get(code, 0) for code in self.ground.parties}

    @cached_property
    def postponed(self) -> tuple[Ward, ...]:
        """Wards out that are not expected with the rest of the count."""
        return tuple(ward for ward in self.out if is_postponed(ward, self.book))

    @cached_property
    def pending(self) -> tuple[Ward, ...]:
        """Wards still expected in this count."""
        late = {ward.id for ward in self.postponed}
        return tuple(ward for ward in self.out if ward.id not in late)

    @cached_property
    def open_seats(self) -> int:
        """Seats out that anybody may win."""
        return sum(ward.seats for ward in self.out if ward.id in self.open)

    @property
    def final(self) -> bool:
        """Every seat up is declared, unopposed, unfilled or postponed (DR-41)."""
        return not self.pending

    @property
    def begun(self) -> bool:
        """A ward has been declared, or none ever will be."""
        return bool(self.declared) or not self.out

    def sums(self) -> Seats:
        """Seats of the council by their state; they add up to the total."""
        return self._sums

    @cached_property
    def _sums(self) -> Seats:
        return Seats(
            total=self.map.seats,
            majority=self.ground.majority,
            declared=sum(self.seats.values()),
            pending=sum(ward.seats for ward in self.pending),
            postponed=sum(ward.seats for ward in self.postponed),
            unfilled=self.unfilled,
        )


def is_postponed(ward: Ward, book: Book) -> bool:
    """Whether a ward polls on another day than its council (DR-12, DR-29)."""
    poll = book.poll(ward.id)
    called_off = poll is not None and poll.state in ("countermanded", "abandoned", "postponed", "rescheduled")
    return ward.state == "postponed" or called_off


def count(book: Book) -> Count:
    """Count what the book holds; a pure function of it."""
    ground = book.ground
    held_wards = frozenset(hold.ward for hold in book.holds() if hold.ward is not None)
    off = book.off
    won: Counter[str] = Counter()
    unfilled = book.map.vacant
    declared: dict[str, WardDeclared] = {}
    won_in: dict[str, Mapping[str, int]] = {}
    out: list[Ward] = []
    for ward in book.map.wards:
        event = book.counted.get(ward.id)
        if ward.state in ("unopposed", "under-contested"):
            won.update(ground.tally[candidate.party] for candidate in ward.candidates)
            unfilled += ward.seats - len(ward.candidates)
        elif isinstance(event, WardDeclared) and ward.id not in held_wards:
            declared[ward.id] = event
            won_in[ward.id] = _won(event, book)
        else:
            out.append(ward)
    for seats in won_in.values():
        for code, number in seats.items():
            won[code] += number
    is_open = frozenset(ward.id for ward in out if not ward.nominations_closed or ward.id in off)
    floor, ceiling = _bounds(ground, won, out, is_open)
    return Count(book, declared, won_in, held_wards, tuple(out), is_open, dict(won), floor, ceiling, unfilled)


def _won(event: WardDeclared, book: Book) -> Mapping[str, int]:
    """Seats by party of one declaration, worked out once on each map."""
    known, mark = book.ground.worked_out, "won:" + book.fingerprints[event.id]
    if mark not in known:
        known[mark] = dict(Counter(book.ground.tally[r.party] for r in event.results if r.elected))
    found: Mapping[str, int] = known[mark]
    return found


def _bounds(
    ground: Ground, won: dict[str, int], out: list[Ward], is_open: frozenset[str]
) -> tuple[dict[str, int], dict[str, int]]:
    floor = {code: ground.held.get(code, 0) + won.get(code, 0) for code in ground.parties}
    open_seats = sum(ward.seats for ward in out if ward.id in is_open)
    ceiling = {code: seats + open_seats for code, seats in floor.items()}
    for ward in out:
        if ward.id in is_open:
            continue
        for code, seats in ground.low[ward.id].items():
            floor[code] += seats
        for code, seats in ground.high[ward.id].items():
            ceiling[code] += seats
    return floor, ceiling
