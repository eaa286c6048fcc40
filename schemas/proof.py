"""The arithmetic behind a call, and the check of it that any reader can run (DR-07 to DR-14)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple, Self

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
    claim itself. With the council's map of the same version also who is counted, seats not up, unfilled and won within
    what nominations allow, and each floor and ceiling, ward by ward.
    """
    yield from _own_sums(proof)
    yield from _claim(proof)
    if council_map is not None:
        yield from _against_map(proof, council_map)


def _own_sums(proof: Proof) -> Iterator[str]:
    if proof.majority != proof.seats // 2 + 1:
        yield f"the majority mark of {proof.seats} seats is {proof.seats // 2 + 1}, not {proof.majority} (DR-01)"
    for name in _twice(ward.ward for ward in proof.out):
        yield f"the ward {name} is out twice"
    for name in _twice(party.party for party in proof.bounds):
        yield f"{name} has bounds twice"
    out = sum(ward.seats for ward in proof.out)
    filled = sum(party.held + party.won for party in proof.bounds)
    if filled + out + proof.unfilled != proof.seats:
        yield f"{filled} seats filled, {out} out and {proof.unfilled} unfilled do not make {proof.seats}"
    for party in proof.bounds:
        now = party.held + party.won
        if not now <= party.floor <= party.ceiling <= now + out:
            yield f"{party.party}: {now} seats, floor {party.floor}, ceiling {party.ceiling} with {out} out cannot be"


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


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
    strangers = [out.ward for out in proof.out if out.ward not in wards]
    if strangers:
        yield f"not on the map: {', '.join(strangers)}"
        return
    for out in proof.out:
        yield from _ward_against_map(out, wards[out.ward])
    vacant = council_map.vacant + sum(
        ward.seats - len(ward.candidates) for ward in council_map.wards if ward.state == "under-contested"
    )
    if proof.unfilled != vacant:
        yield f"the map leaves {vacant} seats unfilled, the proof {proof.unfilled} (DR-11)"
    counted = {party.code for party in council_map.parties if party.tally is None}
    bound = {party.party for party in proof.bounds}
    if bound != counted:
        yield f"parties on the map and in the proof differ by {', '.join(sorted(bound ^ counted))}"
    tally = {party.code: party.tally or party.code for party in council_map.parties}
    ground = _Ground(
        council_map,
        closed=[wards[out.ward] for out in proof.out if not out.open],
        open_seats=sum(out.seats for out in proof.out if out.open),
        filled=[ward for id, ward in wards.items() if id not in {out.ward for out in proof.out}],
    )
    for party in proof.bounds:
        ballots = [code for code, under in tally.items() if under == party.party]
        yield from _party_against_map(party, ballots, ground)


def _ward_against_map(out: Out, ward: Ward) -> Iterator[str]:
    if out.seats != ward.seats:
        yield f"{out.ward} fills {ward.seats} seats on the map, {out.seats} in the proof"
    if not out.open and not ward.nominations_closed:
        yield f"{out.ward} is open to nominations on the map, and not in the proof (DR-12)"
    if ward.state in ("unopposed", "under-contested"):
        yield f"{out.ward} is filled without a poll on the map, and out in the proof (DR-10)"


class _Ground(NamedTuple):
    """What the map says of the wards of a proof: out with closed nominations, seats out with open ones, filled."""

    map: CouncilOpened
    closed: list[Ward]
    open_seats: int
    filled: list[Ward]


def _party_against_map(party: Bounds, ballots: list[str], ground: _Ground) -> Iterator[str]:
    held = sum(ground.map.held.get(code, 0) for code in ballots)
    if party.held != held:
        yield f"{party.party}: the map has {held} seats not up, the proof {party.held}"
    least = sum(low(ward, ballots) for ward in ground.filled)
    most = sum(high(ward, ballots) for ward in ground.filled)
    if not least <= party.won <= most:
        yield f"{party.party}: nominations allow {least} to {most} seats in the wards that are in, not {party.won}"
    floor = party.held + party.won + sum(low(ward, ballots) for ward in ground.closed)
    ceiling = party.held + party.won + sum(high(ward, ballots) for ward in ground.closed) + ground.open_seats
    if (party.floor, party.ceiling) != (floor, ceiling):
        yield (
            f"{party.party}: from the map the floor is {floor} and the ceiling {ceiling}, "
            f"the proof has {party.floor} and {party.ceiling}"
        )
    able = any(p.may_control for p in ground.map.parties if p.code == party.party)
    if party.may_control != able:
        yield f"{party.party}: whether it may control differs from the map"
