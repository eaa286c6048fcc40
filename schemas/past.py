"""What a council was long before the poll: its creation, who ever controlled it, records of seats, votes last time."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.contract import Contract, Count, PartyCode, Revision, Sentence, Several, require

Year = Annotated[int, Field(strict=True, ge=1800, le=2200)]

#: A share of the votes in percent, as text, so that no figure depends on how a machine divides.
Percent = Annotated[str, Field(pattern=r"^[0-9]{1,3}(?:\.[0-9]{1,2})?$")]


class PartyRecord(Contract):
    """What a party was on this body before, from one source (DR-42). None is not known, and nothing is claimed of it.

    ``controlled``: whether it ever had a majority here; ``last_won``: the year of the election at which it last won
    one; ``last_lost``: the year in which that majority ended. ``seated``: whether it ever had a councillor here;
    ``last_seated``: the year of the last election at which it won a seat. ``most`` and ``fewest``: the most and fewest
    seats that it ever won here, among as many as there are now.
    """

    party: PartyCode
    controlled: bool | None = None
    last_won: Year | None = None
    last_lost: Year | None = None
    seated: bool | None = None
    last_seated: Year | None = None
    most: Count | None = None
    fewest: Count | None = None
    source: Sentence

    @model_validator(mode="after")
    def _agree(self) -> Self:
        years = self.last_won, self.last_lost
        require(
            self.controlled is not False or years == (None, None),
            "history",
            f"{self.party} cannot have won or lost a majority that it never had",
        )
        require(
            None in years or (self.last_won or 0) <= (self.last_lost or 0),
            "history",
            f"{self.party} lost a majority before it won it",
        )
        require(
            self.seated is not False or (self.last_seated is None and self.controlled is not True),
            "history",
            f"{self.party} cannot have won a seat or a majority here and never have had a seat",
        )
        return self


class Past(Contract):
    """The council as a lasting body. ``controlled_by``: every party that ever had a majority, where that is known."""

    created: Year | None = None
    controlled_by: tuple[PartyCode, ...] | None = Field(default=None, max_length=50)
    parties: Several[PartyRecord] = Field(default=(), max_length=100)
    source: Sentence

    @model_validator(mode="after")
    def _once(self) -> Self:
        codes = [record.party for record in self.parties]
        require(len(set(codes)) == len(codes), "history", "a party has two records")
        return self


class VotesBefore(Contract):
    """Votes at the last election: the votes of all candidates of a party, added up (as for the shares of now)."""

    basis: Literal["last_election", "notional_last_election"]
    version: Revision
    year: Year
    votes: dict[PartyCode, Count] = Field(default_factory=dict)
    turnout_percent: Percent | None = None
    source: Sentence
