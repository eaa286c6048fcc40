"""Seats as shapes: widths and places in hundredths of a bar, for SVG without a word of script or style."""

from collections.abc import Iterable
from dataclasses import dataclass

from schemas.standing import PartyStanding, Standing
from streams.publishers.colours import style

WIDTH = 100
#: Narrower than this, a segment has no room for its code, which then stands in the table beside it alone.
ROOM = 7.5


@dataclass(frozen=True, slots=True)
class Segment:
    """A party's seats in the bar."""

    party: str
    name: str
    seats: int
    x: float
    width: float
    style: str

    @property
    def middle(self) -> float:
        """Where its code stands."""
        return round(self.x + self.width / 2, 3)

    @property
    def roomy(self) -> bool:
        """Whether its code fits."""
        return self.width >= ROOM


@dataclass(frozen=True, slots=True)
class SeatsBar:
    """Seats declared by party, those out, and the majority line at ``mark``."""

    segments: tuple[Segment, ...]
    out_x: float
    out_width: float
    mark: float


@dataclass(frozen=True, slots=True)
class Reach:
    """What a party has, has for certain and can still reach, as lengths."""

    party: str
    name: str
    seats: int
    floor: int
    ceiling: int
    style: str
    has: float
    sure: float
    may: float
    reaches: bool


def seats_bar(standing: Standing) -> SeatsBar:
    """The bar of a council."""
    total = max(1, standing.seats.total)
    x = 0.0
    segments = []
    for party in ranked(standing.parties):
        if party.seats:
            width = round(party.seats * WIDTH / total, 3)
            segments.append(Segment(party.party, party.name, party.seats, x, width, style(party.party)))
            x = round(x + width, 3)
    return SeatsBar(tuple(segments), x, max(0.0, round(WIDTH - x, 3)), _mark(standing))


def reaches(standing: Standing) -> tuple[float, list[Reach]]:
    """The majority line and a bar for each party that has a seat or could have one."""
    total = max(1, standing.seats.total)

    def long(seats: int) -> float:
        return round(seats * WIDTH / total, 3)

    rows = [
        Reach(
            party.party,
            party.name,
            party.seats,
            party.floor,
            party.ceiling,
            style(party.party),
            long(party.seats),
            long(party.floor),
            long(party.ceiling),
            party.ceiling >= standing.seats.majority,
        )
        for party in ranked(standing.parties)
        if party.ceiling
    ]
    return _mark(standing), rows


def ranked(parties: Iterable[PartyStanding]) -> list[PartyStanding]:
    """Parties by seats, then by what they can reach."""
    return sorted(parties, key=lambda p: (-p.seats, -p.ceiling, p.party))


def _mark(standing: Standing) -> float:
    return round(standing.seats.majority * WIDTH / max(1, standing.seats.total), 3)
