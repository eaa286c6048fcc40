"""The arithmetic behind a call, and the check of it that any reader can run (DR-07 to DR-14)."""

from collections.abc import Collection, Iterator
from typing import Literal, Self

from pydantic import model_validator

from schemas.contract import Contract, Count, PartyCode, Revision, WardId, require
from schemas.council import CouncilOpened, Ward


class Bounds(Contract):
    """Seats that a party has for certain and can have at most: ``held`` + ``won`` + what the wards out still give."""

    party: PartyCode
    may_control: bool
    held: Count
    won: Count
    floor: Count
    ceiling: Count


class Out(Contract):
    """A ward that is still out, with the seats that it fills; ``open`` while it takes nominations (DR-12)."""

    ward: WardId
    seats: Count
    open: bool


class Proof(Contract):
    """Why a call on control is arithmetic. ``claim`` is what it proves, ``party`` of whom.

    ``secured``: the party's floor reaches the majority mark. ``lost``: the party's ceiling is below it.
    ``noc``: no party that may control can reach it.
    """

    claim: Literal["secured", "lost", "noc"]
    party: PartyCode | None
    seats: Count
    majority: Count
    unfilled: Count
    map_version: Revision
    bounds: tuple[Bounds, ...]
    out: tuple[Out, ...]

    @model_validator(mode="after")
    def _named(self) -> Self:
        require(
            (self.claim == "noc") == (self.party is None),
            "proof",
            "a proof names its party, unless there is none",
        )
        return self


def low(ward: Ward, ballots: Collection[str]) -> int:
    """Seats of an undeclared ward that a party is sure of (DR-10). ``ballots``: its codes on the ballot (DR-24)."""
    own = sum(1 for candidate in ward.candidates if candidate.party in ballots)
    return max(0, min(own, ward.seats - (len(ward.candidates) - own)))


def high(ward: Ward, ballots: Collection[str]) -> int:
    """Seats of an undeclared ward that a party can win at most (DR-09)."""
    return min(ward.seats, sum(1 for candidate in ward.candidates if candidate.party in ballots))


def mistakes(proof: Proof, council_map: CouncilOpened | None = None) -> Iterator[str]:
    """What is wrong with a proof, a sentence for each mistake; nothing when it holds.

    From the proof alone: the majority mark, the balance of seats, floors and ceilings within what is out, and the
    claim itself. With the council's map of the same version also each floor and ceiling, ward by ward.
    """
    yield from _own_sums(proof)
    yield from _claim(proof)
    if council_map is not None:
        yield from _against_map(proof, council_map)


def _own_sums(proof: Proof) -> Iterator[str]:
    if proof.majority != proof.seats // 2 + 1:
        yield f"the majority mark of {proof.seats} seats is {proof.seats // 2 + 1}, not {proof.majority} (DR-01)"
    out = sum(ward.seats for ward in proof.out)
    filled = sum(party.held + party.won for party in proof.bounds)
    if filled + out + proof.unfilled != proof.seats:
        yield f"{filled} seats filled, {out} out and {proof.unfilled} unfilled do not make {proof.seats}"
    for party in proof.bounds:
        now = party.held + party.won
        if not now <= party.floor <= party.ceiling <= now + out:
            yield f"{party.party}: {now} seats, floor {party.floor}, ceiling {party.ceiling} with {out} out cannot be"


def _claim(proof: Proof) -> Iterator[str]:
    able = {b.party: b for b in proof.bounds if b.may_control}
    newcomer = sum(ward.seats for ward in proof.out if ward.open)
    if proof.claim == "noc":
        for code, party in able.items():
            if party.ceiling >= proof.majority:
                yield f"{code} can still reach {party.ceiling} seats, so a majority is not out of reach for all"
        if newcomer >= proof.majority:
            yield "wards open to nominations could still give a majority to a party that is not listed"
        return
    named = able.get(proof.party or "")
    if named is None:
        yield f"{proof.party} is not among the parties that may control the council"
    elif proof.claim == "secured" and named.floor < proof.majority:
        yield f"{proof.party} is sure of {named.floor} seats only; a majority needs {proof.majority}"
    elif proof.claim == "lost" and named.ceiling >= proof.majority:
        yield f"{proof.party} can still reach {named.ceiling} seats; a majority needs {proof.majority}"


def _against_map(proof: Proof, council_map: CouncilOpened) -> Iterator[str]:
    if council_map.version != proof.map_version:
        yield f"the proof rests on version {proof.map_version} of the map; this is version {council_map.version}"
        return
    if council_map.seats != proof.seats:
        yield f"the map has {council_map.seats} seats, the proof {proof.seats}"
    wards = {ward.id: ward for ward in council_map.wards}
    for out in proof.out:
        if out.ward not in wards:
            yield f"{out.ward} is not on the map"
            return
        if out.seats != wards[out.ward].seats or not (out.open or wards[out.ward].nominations_closed):
            yield f"{out.ward} fills {wards[out.ward].seats} seats on the map, or is open to nominations there"
    tally = {party.code: party.tally or party.code for party in council_map.parties}
    closed = [wards[out.ward] for out in proof.out if not out.open]
    open_seats = sum(out.seats for out in proof.out if out.open)
    for party in proof.bounds:
        ballots = [code for code, counted in tally.items() if counted == party.party]
        yield from _party_against_map(party, closed, open_seats, ballots, council_map)


def _party_against_map(
    party: Bounds, closed: list[Ward], open_seats: int, ballots: list[str], council_map: CouncilOpened
) -> Iterator[str]:
    held = sum(council_map.held.get(code, 0) for code in ballots)
    if party.held != held:
        yield f"{party.party}: the map has {held} seats not up, the proof {party.held}"
    floor = party.held + party.won + sum(low(ward, ballots) for ward in closed)
    ceiling = party.held + party.won + sum(high(ward, ballots) for ward in closed) + open_seats
    if (party.floor, party.ceiling) != (floor, ceiling):
        yield (
            f"{party.party}: from the map the floor is {floor} and the ceiling {ceiling}, "
            f"the proof has {party.floor} and {party.ceiling}"
        )
    able = any(p.may_control for p in council_map.parties if p.code == party.party)
    if party.may_control != able:
        yield f"{party.party}: whether it may control differs from the map"
