"""The map of a council: seats, wards, nominations, holdovers, baselines and control before the poll."""

from typing import Literal, Self

from pydantic import Field, model_validator

from schemas.contract import (
    CandidateId,
    Contract,
    Count,
    Day,
    GssCode,
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
from schemas.event import Event, ReasonCode
from schemas.past import Past, VotesBefore

#: What a figure of change is measured against (DR-16).
BasisName = Literal["eve_of_poll", "last_election", "notional_last_election", "notional_eve", "snapshot"]

WardState = Literal["contested", "unopposed", "under-contested", "postponed"]

#: How votes become seats: the most votes win, or the single transferable vote (DR-36).
Counting = Literal["plurality", "stv"]

#: Codes that stand in a party's place: no overall control, and the rows of a table of changes that are no party.
RESERVED_CODES = frozenset({"NOC", "OTHERS", "VACANT", "PENDING"})


class Area(Contract):
    """A county, region or nation that the council counts towards.

    ``councils``: how many councils of the area poll in this election, where known; else totals of the area are spoken
    of as those of the feed's councils.
    """

    id: Slug
    name: Name
    kind: Literal["county", "region", "nation", "feed"]
    parent: Slug | None = None
    councils: Count | None = None


class Party(Contract):
    """A party as candidates of this council stand for it (DR-23 to DR-27).

    ``tally``: the code under which a joint description is counted (DR-24). ``may_control``: whether a majority of its
    councillors is control of the council (DR-06). ``new_since``: bases on which it did not exist yet (DR-27).
    """

    code: PartyCode
    name: Name
    the: Name
    adjective: Name
    plural: bool
    kind: Literal["party", "local", "residents", "independent", "joint"]
    may_control: bool
    tally: PartyCode | None = None
    register_id: Name | None = None
    family: Name | None = None
    new_since: Several[BasisName] = Field(default=(), max_length=10)

    @model_validator(mode="after")
    def _joint(self) -> Self:
        require(
            (self.kind == "joint") == (self.tally is not None),
            "party",
            "a joint description names its tally party",
        )
        require(
            self.code not in RESERVED_CODES,
            "party",
            f"{self.code} has a meaning of its own and cannot be the code of a party",
        )
        return self


class Candidate(Contract):
    """A validly nominated person; ``id`` is unique in the ward, for names are not."""

    id: CandidateId
    name: Name
    party: PartyCode


class WardBaseline(Contract):
    """Seats of the same ward on a basis; only given where ward and seats compare like with like (DR-18)."""

    basis: BasisName
    seats: dict[PartyCode, Count]


class Ward(Contract):
    """A ward or division and what is known of it before the count.

    ``seats`` are those to be filled at this poll. A postponed ward (DR-12, DR-29) is open to new nominations until
    ``nominations_closed``. ``polls_on`` is set where its poll is on another day than the council's.
    """

    id: WardId
    name: Name
    seats: int = Field(ge=1, le=100)
    state: WardState
    candidates: Several[Candidate] = Field(max_length=2_000)
    nominations_closed: bool = True
    electorate: Count | None = None
    expected_at: Instant | None = None
    polls_on: Day | None = None
    replaces: WardId | None = None
    counted_by: Counting = "plurality"
    baselines: Several[WardBaseline] = Field(default=(), max_length=10)

    @model_validator(mode="after")
    def _nominations(self) -> Self:
        standing, seats = len(self.candidates), self.seats
        require(len({c.id for c in self.candidates}) == standing, "candidate", "two candidates share one id")
        require(
            self.state != "contested" or standing > seats,
            "nominations",
            "a contested ward needs more candidates than seats",
        )
        require(
            self.state != "unopposed" or standing == seats,
            "nominations",
            "an unopposed ward has as many candidates as seats",
        )
        require(
            self.state != "under-contested" or standing < seats,
            "nominations",
            "an under-contested ward has fewer candidates than seats",
        )
        require(
            self.state == "postponed" or self.nominations_closed,
            "nominations",
            "only a postponed ward can be open to nominations",
        )
        return self


class Baseline(Contract):
    """Seats by party at an earlier moment.

    ``scope``: the whole council, or the seats up at this poll (DR-21). ``others``: seats that the source only gives
    together; then ``named`` lists the parties that it tells apart. ``comparable`` is false where the number of seats
    or the boundaries have changed so that no figure of change may be spoken (DR-18). ``as_of``: the day that it shows;
    readers hear its year, or "the eve of poll".
    """

    basis: BasisName
    scope: Literal["council", "seats_up"]
    version: Revision
    seats: dict[PartyCode, Count]
    vacant: Count = 0
    others: Count | None = None
    named: Several[PartyCode] = Field(default=(), max_length=300)
    comparable: bool
    as_of: Day
    source: Sentence

    @model_validator(mode="after")
    def _bundle(self) -> Self:
        require(
            (self.others is None) == (not self.named),
            "baseline",
            "a bundle of others needs the parties told apart, and they a bundle",
        )
        require(
            not self.named or set(self.seats) <= set(self.named),
            "baseline",
            "a party with seats is not among those told apart",
        )
        return self

    @property
    def total(self) -> int:
        """Seats filled and vacant on this basis."""
        return sum(self.seats.values()) + self.vacant + (self.others or 0)


class ControlBefore(Contract):
    """Who controlled the council on the eve of poll: a party's code, or NOC (DR-05)."""

    control: PartyCode | Literal["NOC"]
    as_of: Day
    basis: Literal["eve_of_poll", "snapshot"]
    source: Sentence


class ControlSpell(Contract):
    """A stretch of control in the council's history (DR-42); an open end is None."""

    control: PartyCode | Literal["NOC"]
    since: Day | None
    until: Day | None
    source: Sentence


class Watched(Contract):
    """A person whose fortune is news (DR-28). Without ``ward`` the person does not stand.

    ``incumbent``: a councillor on the eve of poll, for the ward ``represents`` where that is known. ``elected_as``:
    the label under which the person was last elected, where it is another than now (DR-22). ``suspended``: the party
    has suspended the person, who is still its candidate on the ballot. ``flash``: the fortune of this person is a
    flash, as that of a council's leader may be.
    """

    id: Slug
    name: Name
    role: Name
    as_of: Day
    incumbent: bool
    ward: WardId | None = None
    candidate: CandidateId | None = None
    represents: Name | None = None
    elected_as: PartyCode | None = None
    suspended: bool = False
    flash: bool = False
    source: Sentence | None = None

    @model_validator(mode="after")
    def _placed(self) -> Self:
        require(
            self.ward is not None or self.candidate is None,
            "watch",
            f"{self.name}: a person who stands has a ward",
        )
        return self


class MayorContest(Contract):
    """The election of a mayor by the voters of the whole council, apart from that of the councillors (DR-37)."""

    title: Name
    candidates: Several[Candidate] = Field(min_length=1, max_length=100)
    before: PartyCode | None = None


class PollHours(Contract):
    """When polls open and close; nothing derived from nominations goes out between the two."""

    opens: Instant
    closes: Instant

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        require(self.opens < self.closes, "time", "polls close before they open")
        return self


class CouncilOpened(Event):
    """The map of a council. A higher ``version`` amends it; then ``reason`` says why."""

    type: Literal["CouncilOpened"]
    version: Revision
    reason: ReasonCode | None = None
    name: Name
    official_name: Name
    style: Literal[
        "borough", "district", "city", "county", "unitary", "metropolitan", "parliament", "assembly"
    ]
    gss_code: GssCode | None = None
    areas: Several[Area] = Field(default=(), max_length=100)
    seats: int = Field(ge=1, le=2_000)
    held: dict[PartyCode, Count]
    vacant: Count = 0
    parties: Several[Party] = Field(min_length=1, max_length=300)
    wards: Several[Ward] = Field(max_length=2_000)
    poll: PollHours
    control_before: ControlBefore | None
    control_reported: bool
    times: Literal["known", "partly"]
    baselines: Several[Baseline] = Field(default=(), max_length=20)
    history: Several[ControlSpell] = Field(default=(), max_length=500)
    watch: Several[Watched] = Field(default=(), max_length=500)
    past: Past | None = None
    votes_before: VotesBefore | None = None
    mayor: MayorContest | None = None

    @model_validator(mode="after")
    def _sums(self) -> Self:
        up = sum(ward.seats for ward in self.wards)
        require(len({w.id for w in self.wards}) == len(self.wards), "ward", "two wards share one id")
        require(
            up + sum(self.held.values()) + self.vacant == self.seats,
            "seats-sum",
            f"seats up ({up}), seats not up ({sum(self.held.values())}) and vacant seats ({self.vacant}) "
            f"do not add up to the {self.seats} seats of the council",
        )
        require(
            self.version == 1 or self.reason is not None,
            "reason",
            "an amended map says why: reason is missing",
        )
        require(len({area.id for area in self.areas}) == len(self.areas), "area", "two areas share one id")
        keys = [(b.basis, b.scope) for b in self.baselines]
        require(len(set(keys)) == len(keys), "baseline", "two baselines share one basis and scope")
        return self

    @model_validator(mode="after")
    def _parties_listed(self) -> Self:
        codes = {party.code for party in self.parties}
        require(len(codes) == len(self.parties), "party", "two parties share one code")
        counted = {party.code for party in self.parties if party.tally is None}
        for party in self.parties:
            require(
                party.tally is None or party.tally in counted,
                "party",
                f"{party.code} is tallied under {party.tally}, which is not a listed party of its own",
            )
        for ward in self.wards:
            for candidate in ward.candidates:
                require(
                    candidate.party in codes,
                    "party",
                    f"{ward.name}: party {candidate.party} is not among the parties",
                )
        named = set(self.held) | {code for b in self.baselines for code in (*b.seats, *b.named)}
        named |= {code for w in self.wards for b in w.baselines for code in b.seats}
        require(
            named <= codes,
            "party",
            f"seats for parties that are not listed: {', '.join(sorted(named - codes))}",
        )
        require(
            self._told_of() <= codes,
            "party",
            f"told of, but not listed: {', '.join(sorted(self._told_of() - codes))}",
        )
        before = self.control_before.control if self.control_before is not None else "NOC"
        require(
            before == "NOC" or before in counted,
            "party",
            f"{before} controlled the council before, but is not a listed party that seats are tallied under",
        )
        return self

    def _told_of(self) -> set[str]:
        """Parties that records, votes before, people watched and the mayor's contest name."""
        named = {person.elected_as for person in self.watch} - {None}
        if self.past is not None:
            named |= {record.party for record in self.past.parties} | set(self.past.controlled_by or ())
        if self.votes_before is not None:
            named |= set(self.votes_before.votes)
        if self.mayor is not None:
            named |= {c.party for c in self.mayor.candidates} | ({self.mayor.before} - {None})
        return {str(code) for code in named}

    @model_validator(mode="after")
    def _wards_belong(self) -> Self:
        for ward in self.wards:
            self._require_own(ward.id)
        return self

    @model_validator(mode="after")
    def _people_stand(self) -> Self:
        require(
            len({p.id for p in self.watch}) == len(self.watch), "watch", "two people watched share one id"
        )
        standing = {(w.id, c.id) for w in self.wards for c in w.candidates} if self.watch else set()
        open_wards = {ward.id for ward in self.wards if not ward.nominations_closed}
        for person in self.watch:
            require(
                person.ward is None
                or person.ward in open_wards
                or (person.ward, str(person.candidate)) in standing,
                "watch",
                f"{person.name} is not among the candidates of {person.ward}",
            )
        return self
