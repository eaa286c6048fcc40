"""What comes from the desk: holds, releases, calls by a named person, reviews, and seats changing between elections."""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.contract import (
    Count,
    EventId,
    Instant,
    Name,
    PartyCode,
    Revision,
    Sentence,
    Several,
    Slug,
    WardId,
    require,
)
from schemas.event import Event, ReasonCode, Source
from schemas.headline import HeadlineType


class Held(Event):
    """A hold on a council, a ward or headline types; its own id names it. A release ends it, never a clock."""

    type: Literal["Held"]
    scope: Literal["council", "ward", "types"]
    ward: WardId | None = None
    types: Several[HeadlineType] = Field(default=(), max_length=100)
    by: Name
    reason: Sentence
    until: Instant | None = None

    @model_validator(mode="after")
    def _scoped(self) -> Self:
        require(
            (self.scope == "ward") == (self.ward is not None),
            "hold",
            "a hold on a ward, and no other, names the ward",
        )
        require(
            (self.scope == "types") == bool(self.types),
            "hold",
            "a hold on types, and no other, names the types",
        )
        self._require_own(self.ward)
        return self


class Released(Event):
    """The end of a hold."""

    type: Literal["Released"]
    hold: EventId
    by: Name
    reason: Sentence


class EditorialCall(Event):
    """A call by a named person with a source; never marked as arithmetic (DR-15). ``outcome`` None takes it back."""

    type: Literal["EditorialCall"]
    revision: Revision
    by: Name
    source: Source
    outcome: PartyCode | Literal["NOC"] | None


class Review(Event):
    """Derive again what holds, with the rules of now."""

    type: Literal["Review"]
    by: Name
    reason: Sentence


class SeatChanged(Event):
    """A seat that changes hands between elections (DR-22, DR-32); ``to`` None leaves it vacant."""

    type: Literal["SeatChanged"]
    seat: Slug
    revision: Revision
    ward: WardId | None = None
    person: Name | None = None
    cause: Literal["defection", "death", "resignation", "by_election", "court_order"]
    party_from: PartyCode | None
    party_to: PartyCode | None
    source: Source
    reason: ReasonCode | None = None

    @model_validator(mode="after")
    def _own_ward(self) -> Self:
        self._require_own(self.ward)
        return self


class AdministrationFormed(Event):
    """Who runs the council, by its own vote after the election; never a rewrite of the result (DR-02).

    ``parties`` form the administration; without them a leader alone is told. ``casting``: the chair's casting vote
    decided.
    """

    type: Literal["AdministrationFormed"]
    revision: Revision
    parties: Several[PartyCode] = Field(default=(), max_length=20)
    leader: Name | None = None
    leader_party: PartyCode | None = None
    votes_for: Count | None = None
    votes_against: Count | None = None
    casting: bool = False
    source: Source
    reason: ReasonCode | None = None

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        require(
            bool(self.parties) or self.leader is not None, "party", "neither parties nor a leader are named"
        )
        return self
