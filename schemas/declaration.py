"""What comes from the count: wards declared, withdrawn, polls changed, totals reported."""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.contract import (
    CandidateId,
    Contract,
    Count,
    Day,
    EventId,
    Name,
    PartyCode,
    Revision,
    Sentence,
    Several,
    WardId,
    require,
)
from schemas.council import Counting
from schemas.event import Event, ReasonCode, Source


class Result(Contract):
    """A candidate's result. ``votes`` is None where the source gives none; real votes, without the lot's (DR-30)."""

    candidate: CandidateId
    party: PartyCode
    votes: Count | None
    elected: bool


class Lot(Contract):
    """The last seat was a tie and decided by lot (DR-30)."""

    winner: CandidateId
    loser: CandidateId


class WardDeclared(Event):
    """The returning officer's declaration for a ward; a revision above 1 corrects it.

    Where votes are transferred (``counted_by`` stv), ``votes`` are first preferences, and the elected need not have
    the most of them (DR-36).
    """

    type: Literal["WardDeclared"]
    ward: WardId
    revision: Revision
    results: Several[Result] = Field(min_length=1, max_length=2_000)
    source: Source
    electorate: Count | None = None
    ballots: Count | None = None
    rejected: Count | None = None
    turnout_percent: str | None = Field(default=None, pattern=r"^[0-9]{1,3}(?:\.[0-9]{1,2})?$")
    lot: Lot | None = None
    counted_by: Counting = "plurality"
    declared_by: Name | None = None
    sequence: Count | None = None
    reason: ReasonCode | None = None
    supersedes: EventId | None = None

    @model_validator(mode="after")
    def _arithmetic(self) -> Self:
        self._require_own(self.ward)
        results = self.results
        by_id = {r.candidate: r for r in results}
        require(len(by_id) == len(results), "candidate", "a candidate is listed twice")
        require(any(r.elected for r in results), "seats-sum", "nobody is elected")
        self._check_papers()
        self._check_order(by_id)
        require(
            self.revision == 1 or self.reason is not None,
            "reason",
            "a correction says why: reason is missing",
        )
        require(self.source.tier < 3, "tier", "a source of tier 3 cannot declare a ward (I-28)")
        return self

    def _check_papers(self) -> None:
        """DR-34 b, d."""
        if self.ballots is not None:
            for r in self.results:
                require(
                    r.votes is None or r.votes <= self.ballots,
                    "votes-sum",
                    f"candidate {r.candidate} has {r.votes} votes on {self.ballots} ballot papers (DR-34 b)",
                )
            require(
                self.electorate is None or self.ballots <= self.electorate,
                "votes-sum",
                f"{self.ballots} ballot papers from an electorate of {self.electorate} (DR-34 d)",
            )
            require(
                self.rejected is None or self.rejected <= self.ballots,
                "votes-sum",
                f"{self.rejected} rejected of {self.ballots} ballot papers",
            )

    def _check_order(self, by_id: dict[str, Result]) -> None:
        """DR-34 e: the elected are those with most votes, unless a lot decided the last seat."""
        with_votes = [r for r in self.results if r.votes is not None]
        require(
            len(with_votes) in (0, len(self.results)), "votes-sum", "votes are given for some candidates only"
        )
        lot = self.lot
        if lot is not None:
            require(
                lot.winner in by_id and lot.loser in by_id,
                "candidate",
                "the lot names a candidate who is not listed",
            )
            winner, loser = by_id[lot.winner], by_id[lot.loser]
            require(
                winner.elected and not loser.elected,
                "lot",
                "the lot's winner is not elected, or its loser is",
            )
            require(
                winner.votes == loser.votes,
                "lot",
                "a lot needs equal votes (store the votes without the lot's extra vote)",
            )
        if with_votes and self.counted_by == "plurality":
            last_in = min(r.votes or 0 for r in with_votes if r.elected)
            first_out = max((r.votes or 0 for r in with_votes if not r.elected), default=-1)
            require(
                first_out <= last_in,
                "votes-order",
                f"a candidate with {first_out} votes is not elected, one with {last_in} is (DR-34 e)",
            )
            require(
                first_out < last_in or lot is not None,
                "votes-order",
                f"two candidates have {last_in} votes at the last seat and no lot is stated (DR-30)",
            )


class WardWithdrawn(Event):
    """A declaration that should not stand. Its revision counts among those of the ward's declarations."""

    type: Literal["WardWithdrawn"]
    ward: WardId
    revision: Revision
    reason: ReasonCode
    supersedes: EventId | None = None
    note: Sentence | None = None

    @model_validator(mode="after")
    def _own_ward(self) -> Self:
        self._require_own(self.ward)
        return self


class PollChanged(Event):
    """What happened to a ward's poll or its count (DR-29, DR-31).

    ``ballot``: the id of a new ballot that replaces the old. ``delayed``: the hour at which the ward was expected has
    passed, as intake found; ``cause`` is the last word of it.
    """

    type: Literal["PollChanged"]
    ward: WardId
    revision: Revision
    state: Literal[
        "countermanded", "abandoned", "postponed", "rescheduled", "recount", "recount_over", "delayed"
    ]
    source: Source
    cause: Sentence | None = None
    new_date: Day | None = None
    ballot: WardId | None = None

    @model_validator(mode="after")
    def _own_ward(self) -> Self:
        self._require_own(self.ward)
        return self


class StageDeclared(Event):
    """A stage of a count by single transferable vote (DR-36); ``elected`` are those deemed elected at it."""

    type: Literal["StageDeclared"]
    ward: WardId
    stage: int = Field(strict=True, ge=1, le=200)
    revision: Revision
    quota: Count
    elected: Several[CandidateId] = Field(default=(), max_length=100)
    excluded: Several[CandidateId] = Field(default=(), max_length=100)
    source: Source
    reason: ReasonCode | None = None

    @model_validator(mode="after")
    def _own_ward(self) -> Self:
        self._require_own(self.ward)
        require(
            not set(self.elected) & set(self.excluded),
            "candidate",
            "a candidate is both elected and excluded",
        )
        return self


class MayorDeclared(Event):
    """The result of a mayor's election (DR-37). A revision without ``results`` takes the declaration before it back."""

    type: Literal["MayorDeclared"]
    revision: Revision
    results: Several[Result] = Field(max_length=100)
    source: Source
    reason: ReasonCode | None = None

    @model_validator(mode="after")
    def _one_mayor(self) -> Self:
        elected = [r for r in self.results if r.elected]
        require(
            not self.results or len(elected) == 1,
            "seats-sum",
            f"{len(elected)} are elected where there is one mayor",
        )
        require(
            len({r.candidate for r in self.results}) == len(self.results),
            "candidate",
            "a candidate is listed twice",
        )
        require(
            self.revision == 1 or self.reason is not None,
            "reason",
            "a correction says why: reason is missing",
        )
        require(bool(self.results) or self.revision > 1, "seats-sum", "nobody is elected")
        require(self.source.tier < 3, "tier", "a source of tier 3 cannot declare a mayor (I-28)")
        return self


class CouncilReported(Event):
    """A council's totals from a source, without wards: shown as reported, never as arithmetic."""

    type: Literal["CouncilReported"]
    revision: Revision
    source: Source
    seats: dict[PartyCode, Count]
    others: Count | None = None
    control: PartyCode | Literal["NOC"] | None = None
