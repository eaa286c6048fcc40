"""What the feed says: one certainty, once, with its proof, its basis and what it replaces."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from schemas.contract import (
    AreaId,
    Contract,
    CouncilId,
    Count,
    ElectionId,
    EventId,
    Instant,
    Mode,
    Revision,
    require,
)
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
    "POSTPONED_RESULT",
    "FIRST_DECLARATION",
    "STV_STAGE",
    "STV_FIRST_ELECTED",
    "CONTROL_LOST_CERTAIN",
    "CONTROL_GAIN",
    "CONTROL_HOLD",
    "CONTROL_LOSS_TO_NOC",
    "CONTROL_NO_CHANGE",
    "NEW_COUNCIL_WON",
    "CONTROL_DECIDED_BEFORE_POLL",
    "FIRST_EVER_CONTROL",
    "FIRST_CONTROL_SINCE",
    "END_OF_LONG_RULE",
    "CONTROL_UNCALLABLE",
    "CANNOT_WIN_OUTRIGHT",
    "NEEDS_N",
    "PIVOTAL_WARDS",
    "EXACT_HALF",
    "ONE_SEAT_SHORT",
    "TALLY_UPDATE",
    "PARTIAL_TREND",
    "COUNCIL_FINAL",
    "COUNCIL_REOPENED",
    "SEAT_CHANGE_SUMMARY",
    "SEAT_TRANSFER",
    "LARGEST_PARTY_NEW",
    "LARGEST_PARTY_KEPT",
    "LARGEST_PARTY_TIED",
    "RANK_DROP",
    "WIPE_OUT",
    "NEAR_WIPE_OUT",
    "CLEAN_SWEEP",
    "MAJOR_LOSS",
    "MAJOR_GAIN",
    "LAST_SEAT_HELD",
    "FIRST_EVER_SEATS",
    "FIRST_SEATS_SINCE",
    "NEW_PARTY_SEATS",
    "RECORD_SEATS",
    "NOTABLE_DEFEAT",
    "NOTABLE_NOT_ELECTED",
    "NOTABLE_ELECTED",
    "NOTABLE_RE_ELECTED",
    "NOTABLE_PENDING",
    "NOTABLE_NOT_STANDING",
    "DEFECTOR_OUTCOME",
    "SUSPENDED_CANDIDATE_ELECTED",
    "TIE_BY_LOT",
    "ONE_VOTE",
    "CLOSE_RESULT",
    "RECOUNT",
    "DECLARATION_DELAYED",
    "POLL_POSTPONED",
    "POLL_COUNTERMANDED",
    "POLL_ABANDONED",
    "POLL_RESCHEDULED",
    "UNOPPOSED_RETURNS",
    "UNFILLED_SEATS",
    "TURNOUT_HIGH",
    "TURNOUT_LOW",
    "VOTE_SHARE",
    "SWING",
    "VOTES_SEATS_GAP",
    "COALITION_ARITHMETIC",
    "MAYOR_ELECTED",
    "MAYOR_GAIN",
    "MAYOR_COUNCIL_SPLIT",
    "ADMINISTRATION_FORMED",
    "LEADER_ELECTED",
    "BY_ELECTION_CONTROL_CHANGE",
    "DEFECTION_CONTROL_CHANGE",
    "COURT_SUBSTITUTION",
    "HISTORY_CONTEXT",
    "EDITORIAL_CALL",
    "NTH_GAIN",
    "STREAK",
    "COUNCILS_CONTROLLED",
    "COUNTY_ROLLUP",
    "REGION_ROLLUP",
    "NATION_ROLLUP",
    "FEED_ROLLUP",
    "ROLLUP_BY_FAMILY",
    "NET_CHANGE",
    "NET_CHANGE_LEADER",
    "MILESTONE",
    "COVERAGE_STATUS",
]


class Seats(Contract):
    """Seats of the council at the moment of speaking."""

    total: Count
    majority: Count
    declared: Count
    pending: Count
    postponed: Count
    unfilled: Count


class AreaSeats(Contract):
    """Seats of an area's councils at the moment of speaking, and how many of its councils are final."""

    total: Count
    declared: Count
    pending: Count
    postponed: Count
    unfilled: Count
    councils: Count
    councils_final: Count


class Headline(Contract):
    """One headline, of a council or of an area, never of both.

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
    council: CouncilId | None = None
    council_name: str | None = None
    area: AreaId | None = None
    area_name: str | None = None
    election: ElectionId
    mode: Mode
    bases: dict[BasisName, Revision]
    seats: Seats | AreaSeats
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

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        require(
            (self.council is None) != (self.area is None)
            and (self.council is None) == (self.council_name is None)
            and (self.area is None) == (self.area_name is None)
            and (self.area is None) == isinstance(self.seats, Seats),
            "subject",
            "a headline speaks of a council or of an area: it has the id, the name and the seats of one of them",
        )
        return self

    @property
    def key(self) -> str:
        """The id of the council or area that it speaks of: the key of its record."""
        return self.council or self.area or ""

    @property
    def name(self) -> str:
        """The name of that council or area."""
        return self.council_name or self.area_name or ""
