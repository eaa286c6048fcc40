"""What the feed says: one certainty, once, with its proof, its basis and what it replaces."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from schemas.contract import Contract, CouncilId, Count, ElectionId, EventId, Instant, Mode, Revision
from schemas.council import BasisName
from schemas.event import Moment, ReasonCode
from schemas.proof import Proof

Action = Literal["announced", "updated", "corrected", "withdrawn"]
#: Flash, urgent, routine, background.
Priority = Literal["F", "U", "R", "B"]
HeadlineId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]

HeadlineType = Literal[
    "WARD_DECLARED",
    "WARD_GAIN",
    "WARD_HOLD",
    "WARD_SPLIT",
    "FIRST_DECLARATION",
    "CONTROL_LOST_CERTAIN",
    "CONTROL_GAIN",
    "CONTROL_HOLD",
    "CONTROL_LOSS_TO_NOC",
    "CONTROL_NO_CHANGE",
    "NEW_COUNCIL_WON",
    "CONTROL_DECIDED_BEFORE_POLL",
    "CANNOT_WIN_OUTRIGHT",
    "NEEDS_N",
    "EXACT_HALF",
    "COUNCIL_FINAL",
    "COUNCIL_REOPENED",
    "SEAT_CHANGE_SUMMARY",
    "LARGEST_PARTY_NEW",
    "LARGEST_PARTY_KEPT",
    "LARGEST_PARTY_TIED",
    "WIPE_OUT",
    "NEAR_WIPE_OUT",
    "TIE_BY_LOT",
    "CLOSE_RESULT",
    "POLL_POSTPONED",
    "POLL_COUNTERMANDED",
    "POLL_ABANDONED",
    "POLL_RESCHEDULED",
    "UNOPPOSED_RETURNS",
    "EDITORIAL_CALL",
]


class Seats(Contract):
    """Seats of the council at the moment of speaking."""

    total: Count
    majority: Count
    declared: Count
    pending: Count
    postponed: Count
    unfilled: Count


class Headline(Contract):
    """One headline.

    ``n`` counts the headlines of its council (or area) without gaps. ``fact`` names what is claimed, ``story`` what it
    belongs to. ``value`` is the claim, the only part that is compared; ``was`` the claim it replaces. A figure of
    change names its ``bases`` with their versions. The same id always comes with the same bytes.
    """

    schema_version: Literal[1] = 1
    id: HeadlineId
    n: int = Field(ge=1)
    action: Action
    type: HeadlineType
    priority: Priority
    fact: str
    story: str
    council: CouncilId
    council_name: str
    election: ElectionId
    mode: Mode
    bases: dict[BasisName, Revision]
    seats: Seats
    causes: tuple[EventId, ...]
    supersedes: tuple[HeadlineId, ...]
    reason: ReasonCode | None
    value: dict[str, Any]
    was: dict[str, Any] | None
    confidence: Literal["declared", "arithmetic", "editorial"]
    proof: Proof | None
    text: str
    language: str
    template: str
    rules_version: int
    declared_at: Moment
    reported_at: Instant | None
