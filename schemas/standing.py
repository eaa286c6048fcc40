"""Where a council stands after its latest event: the full picture, for pages and scoreboards."""

from typing import Literal

from pydantic import Field

from schemas.contract import (
    Contract,
    CouncilId,
    Count,
    Day,
    ElectionId,
    EventId,
    Instant,
    Mode,
    Name,
    PartyCode,
    Revision,
    WardId,
)
from schemas.council import BasisName, WardState
from schemas.headline import Seats

Outcome = Literal["GAIN", "HOLD", "LOSE TO NOC", "NO CHANGE", "NEW COUNCIL"]
WardStatus = Literal["declared", "unopposed", "out", "postponed", "parked", "held"]


class PartyStanding(Contract):
    """Seats of a party: ``seats`` = ``held`` + ``won``; between ``floor`` and ``ceiling`` when all is in."""

    party: PartyCode
    name: Name
    held: Count
    won: Count
    seats: Count
    floor: Count
    ceiling: Count


class Change(Contract):
    """A party's change on a basis; ``now`` None is a bundle of others. ``new``: did not exist on that basis (DR-27)."""

    party: PartyCode | Literal["OTHERS", "VACANT", "PENDING"]
    before: Count
    now: Count
    change: int
    new: bool


class Changes(Contract):
    """Seat changes on one stated basis; the rows add up to zero (DR-19). Empty rows: it does not compare (DR-18).

    ``named``: where a row of OTHERS bundles some parties, those that are told apart, with and without a row.
    """

    basis: BasisName
    scope: Literal["council", "seats_up"]
    version: Revision
    as_of: Day
    comparable: bool
    rows: tuple[Change, ...]
    named: tuple[PartyCode, ...] = ()


class Control(Contract):
    """Control before and after; ``outcome`` is None while it is open. NOC: no overall control."""

    before: PartyCode | Literal["NOC"] | None
    after: PartyCode | Literal["NOC"] | None
    outcome: Outcome | None
    lost_for_certain: bool
    before_poll: bool
    reported: bool


class Elected(Contract):
    """A councillor elected in a ward."""

    name: Name
    party: PartyCode
    votes: Count | None


class WardStanding(Contract):
    """A ward as it stands: ``declared``, ``unopposed``, ``out``, ``postponed``, ``parked`` or ``held``."""

    ward: WardId
    name: Name
    seats: Count
    poll: WardState
    status: WardStatus
    polls_on: Day | None
    revision: Revision | None
    declared_at: Instant | None
    elected: tuple[Elected, ...]


class Reported(Contract):
    """Totals that a source reports, without wards; ``agrees`` is None until all wards are in."""

    source: Name
    revision: Revision
    seats: dict[PartyCode, Count]
    others: Count | None
    control: PartyCode | Literal["NOC"] | None
    agrees: bool | None


class Call(Contract):
    """An editorial call; never arithmetic."""

    by: Name
    source: Name
    outcome: PartyCode | Literal["NOC"]


class Hold(Contract):
    """What is held back, named for the desk."""

    hold: EventId
    scope: Literal["council", "ward", "types"]
    by: Name
    reason: str


class SeatMove(Contract):
    """A seat that changed hands between elections."""

    seat: str
    cause: str
    party_from: PartyCode | None
    party_to: PartyCode | None


class Standing(Contract):
    """A council's standing; of two with one ``council``, the higher ``version`` counts."""

    schema_version: Literal[1] = 1
    council: CouncilId
    version: int = Field(ge=1)
    n: int = Field(ge=0)
    mode: Mode
    election: ElectionId
    name: Name
    map_version: Revision
    rules_version: int
    seats: Seats
    parties: tuple[PartyStanding, ...]
    changes: tuple[Changes, ...]
    control: Control
    final: bool
    wards_declared: Count
    wards_expected: Count
    wards: tuple[WardStanding, ...]
    reported: tuple[Reported, ...]
    calls: tuple[Call, ...]
    moves: tuple[SeatMove, ...]
    holds: tuple[Hold, ...]
    held: bool
    last_declared_at: Instant | None
