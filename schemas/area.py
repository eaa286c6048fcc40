"""Counties, regions and nations: what a council adds to each, holds on them, and the board that sums them up."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.contract import (
    AreaId,
    Contract,
    CouncilId,
    Count,
    ElectionId,
    EventId,
    Instant,
    Mode,
    Name,
    PartyCode,
    Revision,
    SchemaVersion,
    Sentence,
    Several,
    Slug,
    require,
)
from schemas.council import Area, BasisName
from schemas.event import Moment, ReasonCode
from schemas.headline import AreaSeats, HeadlineType, Seats
from schemas.standing import Changes, Control, Outcome

PartyKind = Literal["party", "local", "residents", "independent", "joint"]


def area_id(slug: str, election: str) -> str:
    """The id of an area in an election, which is also the key of its records."""
    return f"{slug}@{election}"


class Share(Contract):
    """A party in a council's summary: its seats and the words for it."""

    code: PartyCode
    name: Name
    the: Name
    plural: bool
    kind: PartyKind
    family: Name | None
    seats: Count


class FirstDeclared(Contract):
    """The first wards of a council to declare, by the returning officer's own time."""

    wards: tuple[Name, ...]
    at: Moment


class Summary(Contract):
    """A council as its areas see it.

    ``parties``: all that have seats, or are named by control or a figure of change. ``decided_at``: when control became
    certain, where the ward that decided it is known. ``changes``: with rows once the council is final, for wards that
    are out would show as losses. ``times_known``: all declarations so far have the officer's time.
    """

    map_version: Revision
    seats: Seats
    parties: tuple[Share, ...]
    control: Control
    decided_at: Moment | None
    changes: tuple[Changes, ...]
    wards_declared: Count
    wards_expected: Count
    final: bool
    times_known: bool
    first: FirstDeclared | None
    last_declared_at: Instant | None


class Contribution(Contract):
    """What a council adds to an area after an event that changed it; of one council the highest ``version`` counts.

    ``corrective``: the cause replaced or took back something that counted. ``held``: the council is held, and this is
    its last state before. A council that leaves an area has no ``summary`` there.
    """

    schema_version: Literal[1] = 1
    type: Literal["Contribution"] = "Contribution"
    mode: Mode
    election: ElectionId
    area: Area
    action: Literal["join", "change", "leave"]
    council: CouncilId
    council_name: Name
    version: int = Field(ge=1)
    rules_version: int = Field(ge=1)
    cause: EventId
    corrective: bool
    reason: ReasonCode | None
    declared_at: Moment
    reported_at: Instant | None
    held: bool
    summary: Summary | None

    @model_validator(mode="after")
    def _leaving(self) -> Self:
        require(
            (self.action == "leave") == (self.summary is None),
            "summary",
            "a council that leaves an area, and no other, comes without a summary",
        )
        return self

    @property
    def key(self) -> str:
        """The id of the area."""
        return area_id(self.area.id, self.election)


class _Desk(Contract):
    """The fields common to all that the desk says of an area."""

    schema_version: SchemaVersion
    id: EventId
    mode: Mode
    election: ElectionId
    area: Slug
    declared_at: Moment
    reported_at: Instant | None = None
    producer: Name
    by: Name
    reason: Sentence

    @property
    def key(self) -> str:
        """The id of the area."""
        return area_id(self.area, self.election)


class AreaHeld(_Desk):
    """A hold on an area or on headline types there; its own id names it. A release ends it, never a clock."""

    type: Literal["AreaHeld"]
    scope: Literal["area", "types"]
    types: Several[HeadlineType] = Field(default=(), max_length=100)
    until: Instant | None = None

    @model_validator(mode="after")
    def _scoped(self) -> Self:
        require(
            (self.scope == "types") == bool(self.types),
            "hold",
            "a hold on types, and no other, names the types",
        )
        return self


class AreaReleased(_Desk):
    """The end of a hold on an area."""

    type: Literal["AreaReleased"]
    hold: EventId


class AreaReview(_Desk):
    """Derive again what holds of an area, with the rules of now."""

    type: Literal["AreaReview"]


AreaEvent = Annotated[
    Contribution | AreaHeld | AreaReleased | AreaReview,
    Field(discriminator="type"),
]


class PartyTotal(Contract):
    """Seats of a party in an area's councils.

    ``party`` tells parties of different councils apart that share a code: a local party is its code with its name.
    """

    party: str
    code: PartyCode
    name: Name
    family: Name
    seats: Count


class FamilyTotal(Contract):
    """Seats of the parties that are shown together, its members listed (DR-26)."""

    family: Name
    parties: tuple[str, ...]
    seats: Count


class ControlTotal(Contract):
    """Councils whose control is certain, by who has it: a party, or NOC. ``new``: councils without control before."""

    control: str
    name: str
    councils: Count
    gains: Count
    losses: Count
    new: Count


class AreaChange(Contract):
    """A party's change on one basis over the ``councils`` that tell it apart: ``up`` in some, ``down`` in others.

    ``party`` may be OTHERS, VACANT or PENDING, as in the changes of a council.
    """

    party: str
    before: Count
    now: Count
    change: int
    new: bool
    councils: Count
    up: Count
    down: Count


class AreaChanges(Contract):
    """Seat changes on one basis, never mixed with another (DR-16); the rows close to zero (DR-19).

    ``councils`` have figures on this basis, ``comparable`` of them allow a comparison (DR-18), and those ``counted``
    are final as well. ``pending``: seats still out in them. ``families``: the same rows by family.
    """

    basis: BasisName
    scope: Literal["council", "seats_up"]
    year: int
    version: Revision
    councils: Count
    comparable: Count
    counted: Count
    pending: Count
    rows: tuple[AreaChange, ...]
    families: tuple[AreaChange, ...]


class AreaCouncil(Contract):
    """A council of the area, as far as it counts."""

    council: CouncilId
    name: Name
    version: int = Field(ge=1)
    seats: Seats
    control: PartyCode | Literal["NOC"] | None
    outcome: Outcome | None
    wards_declared: Count
    wards_expected: Count
    final: bool
    held: bool


class AreaHold(Contract):
    """What is held back in an area, named for the desk."""

    hold: EventId
    scope: Literal["area", "types"]
    by: Name
    reason: str


class Board(Contract):
    """An area's totals; of two with one ``area``, the higher ``version`` counts.

    ``n`` headlines have been said of it. ``complete``: the feed has every council of the area that polls in this
    election; else the totals are of the feed's councils only. ``begun`` councils have declared a ward, or never will.
    """

    schema_version: Literal[1] = 1
    area: AreaId
    slug: Slug
    name: Name
    kind: Literal["county", "region", "nation", "feed"]
    parent: Slug | None
    version: int = Field(ge=1)
    n: int = Field(ge=0)
    mode: Mode
    election: ElectionId
    rules_version: int
    complete: bool
    seats: AreaSeats
    begun: Count
    wards_declared: Count
    wards_expected: Count
    parties: tuple[PartyTotal, ...]
    families: tuple[FamilyTotal, ...]
    control: tuple[ControlTotal, ...]
    changes: tuple[AreaChanges, ...]
    councils: tuple[AreaCouncil, ...]
    final: bool
    holds: tuple[AreaHold, ...]
    held: bool
    last_declared_at: Instant | None
