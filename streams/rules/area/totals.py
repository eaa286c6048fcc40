"""The one fold of an area: from its councils' summaries to seats, control and changes, by party and by family."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from schemas.area import Contribution, Summary
from schemas.council import Area
from schemas.headline import AreaSeats
from streams.rules.area.changes import Shift, shifts
from streams.rules.area.parties import AreaParty, area_party, party_key
from streams.rules.area.roll import Roll
from streams.rules.ground import NOC


@dataclass(frozen=True, slots=True)
class Member:
    """A council of the area: what it gave, and its parties' keys by code."""

    given: Contribution
    summary: Summary
    keys: dict[str, str]

    def key(self, control: str | None) -> str | None:
        """Who controls it, as the area knows them."""
        return control if control in (None, NOC) else self.keys[control]

    @property
    def begun(self) -> bool:
        """A ward has been declared, or none ever will be."""
        return self.summary.wards_declared > 0 or self.summary.final


@dataclass(frozen=True, slots=True)
class Controlled:
    """Councils of certain control by who has it, with those gained, lost, and new to control."""

    councils: Counter[str]
    gains: Counter[str]
    losses: Counter[str]
    new: Counter[str]


@dataclass(frozen=True, eq=False)
class Totals:
    """An area's totals as its roll has them; a pure function of it."""

    roll: Roll

    @property
    def area(self) -> Area:
        """The area in the words that count."""
        return self.roll.named_by.area

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The area's councils by id."""
        return tuple(
            Member(given, given.summary, {share.code: party_key(share) for share in given.summary.parties})
            for given in self.roll.members
            if given.summary is not None
        )

    @cached_property
    def final(self) -> tuple[Member, ...]:
        """Those whose count is over."""
        return tuple(member for member in self.members if member.summary.final)

    @cached_property
    def parties(self) -> dict[str, AreaParty]:
        """All parties that appear in any figure, in the words of the first council that has them."""
        found: dict[str, AreaParty] = {}
        for member in self.members:
            for share in member.summary.parties:
                key = member.keys[share.code]
                if key not in found:
                    found[key] = area_party(share)
        return found

    @cached_property
    def seats(self) -> dict[str, int]:
        """Seats by party now, in all councils."""
        return seats_in(self.members)

    @cached_property
    def families(self) -> dict[str, tuple[str, ...]]:
        """Parties by family, both in the order of their names."""
        found: dict[str, list[str]] = {}
        for key, party in sorted(self.parties.items()):
            found.setdefault(party.family, []).append(key)
        return {family: tuple(keys) for family, keys in sorted(found.items())}

    @cached_property
    def sums(self) -> AreaSeats:
        """Seats by their state; they add up to the total."""
        seats = [member.summary.seats for member in self.members]
        return AreaSeats(
            total=sum(s.total for s in seats),
            declared=sum(s.declared for s in seats),
            pending=sum(s.pending for s in seats),
            postponed=sum(s.postponed for s in seats),
            unfilled=sum(s.unfilled for s in seats),
            councils=len(self.members),
            councils_final=len(self.final),
        )

    @property
    def complete(self) -> bool:
        """Whether the feed has every council of the area that polls in this election."""
        return self.area.councils is not None and len(self.members) >= self.area.councils

    @cached_property
    def decided(self) -> tuple[Member, ...]:
        """Councils whose control is certain."""
        return tuple(m for m in self.members if m.summary.control.outcome is not None)

    @cached_property
    def controlled(self) -> Controlled:
        """The scoreboard of councils (DR-04)."""
        found = Controlled(Counter(), Counter(), Counter(), Counter())
        for member in self.decided:
            control = member.summary.control
            before, after = member.key(control.before), member.key(control.after) or NOC
            found.councils[after] += 1
            if before is None:
                found.new[after] += 1
            elif before != after:
                found.gains[after] += 1
                found.losses[before] += 1
        return found

    @cached_property
    def shifts(self) -> tuple[Shift, ...]:
        """Changes of seats, one for each basis."""
        given = ((m.given.council, m.summary.changes, m.summary.final, m.keys) for m in self.members)
        return shifts(given, {key: party.family for key, party in self.parties.items()})


def seats_in(members: Iterable[Member]) -> dict[str, int]:
    """Seats by party in some of the councils."""
    found: Counter[str] = Counter()
    for member in members:
        for share in member.summary.parties:
            if share.seats:
                found[member.keys[share.code]] += share.seats
    return dict(sorted(found.items()))
