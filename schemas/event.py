"""What every input event says about itself: identity, the four times and where it comes from (DR-39)."""

from datetime import datetime, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.contract import (
    Contract,
    CouncilId,
    ElectionId,
    EventId,
    Instant,
    Mode,
    Name,
    SchemaVersion,
    Sentence,
    belongs,
    require,
)

#: Why a correction, withdrawal or amendment was sent (DR-33).
ReasonCode = Literal[
    "transcription",
    "wrong_ward",
    "wrong_party_mapping",
    "duplicate",
    "source_amended",
    "oral_slip",
    "recount_before_declaration_withdrawn",
    "baseline_amended",
    "nomination_amended",
    "court_order",
    "test_leak",
]


class Moment(Contract):
    """When something happened, and how well that is known.

    ``officer``: the returning officer's own time. ``reported``: the time of a report of it, which it cannot be later
    than. ``assumed``: a stand-in; only ``not_before`` and ``not_after``, where given, are known.
    """

    at: Instant
    basis: Literal["officer", "reported", "assumed"]
    precision_seconds: int = Field(default=60, ge=1, le=86_400)
    not_before: Instant | None = None
    not_after: Instant | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        require(
            self.not_before is None or self.not_before <= self.at,
            "time",
            "not_before lies after the time itself",
        )
        require(
            self.not_after is None or self.at <= self.not_after,
            "time",
            "not_after lies before the time itself",
        )
        return self

    @property
    def earliest(self) -> datetime | None:
        """The first instant at which it can have happened; None: not known."""
        return self.not_before if self.basis == "assumed" else self.at

    @property
    def latest(self) -> datetime | None:
        """The last instant at which it can have happened; None: not known."""
        if self.basis == "assumed":
            return self.not_after
        return self.at + timedelta(seconds=self.precision_seconds - 1)


class Source(Contract):
    """Who says so. Tier 1: the returning officer or the council; 2: a reporter at the count; 3: anyone else (I-28)."""

    name: Name
    tier: int = Field(ge=1, le=3)
    link: Sentence | None = None


class Event(Contract):
    """The fields common to all input events."""

    schema_version: SchemaVersion
    id: EventId
    mode: Mode
    election: ElectionId
    council: CouncilId
    declared_at: Moment
    reported_at: Instant | None = None
    producer: Name

    def _require_own(self, ward: str | None) -> None:
        """A ward of another council is no question of the map: no map of this council will ever have it (DR-34 h)."""
        require(
            ward is None or belongs(ward, self.council),
            "ward-not-in-council",
            f"ward {ward} does not belong to {self.council}",
        )
