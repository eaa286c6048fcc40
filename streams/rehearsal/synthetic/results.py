"""Results drawn from a seed: a mood of the night, a lean of the council, and the luck of each candidate."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from schemas.council import CouncilOpened, Ward
from schemas.declaration import Lot, Result, WardDeclared
from schemas.event import Moment, Source
from streams.rehearsal.synthetic.maps import PRODUCER


def declared(maps: Iterable[CouncilOpened], seed: int) -> list[WardDeclared]:
    """One declaration for each polled ward, in the order of the night."""
    found = []
    for opened in maps:
        # Each council has a lot of its own, so that one council more changes no other.
        lot = random.Random(f"results {seed} {opened.council}")  # noqa: S311 - a draw that comes out the same again
        lean = {party.code: lot.uniform(0.4, 1.6) for party in opened.parties}
        starts = opened.poll.closes + timedelta(minutes=lot.uniform(60, 780))
        for ward in opened.wards:
            if ward.state == "contested":
                at = starts + timedelta(minutes=lot.uniform(0, 240))
                found.append(_declaration(opened, ward, lean, lot, at.replace(second=0, microsecond=0)))
    return sorted(found, key=lambda event: (event.declared_at.at, event.id))


def _declaration(
    opened: CouncilOpened, ward: Ward, lean: dict[str, float], lot: random.Random, at: datetime
) -> WardDeclared:
    electorate = ward.electorate or 2_000 * ward.seats
    ballots = int(electorate * lot.uniform(0.24, 0.46))
    weights = {c.id: lean[c.party] * lot.uniform(0.6, 1.4) for c in ward.candidates}
    share = ballots * ward.seats * 0.92 / sum(weights.values())
    votes = {id: min(ballots, int(weight * share)) for id, weight in weights.items()}
    ranked = sorted(votes, key=lambda id: -votes[id])
    last, next_one = ranked[ward.seats - 1], ranked[ward.seats]
    tie = Lot(winner=last, loser=next_one) if votes[last] == votes[next_one] else None
    elected = set(ranked[: ward.seats])
    return WardDeclared(
        schema_version=1, type="WardDeclared", id=f"{ward.id}:r1", mode="rehearsal", election=opened.election,
        council=opened.council, declared_at=Moment(at=at, basis="officer"), producer=PRODUCER, ward=ward.id,
        revision=1, source=Source(name="Rehearsal officer", tier=1), electorate=electorate, ballots=ballots,
        rejected=lot.randint(0, 30), lot=tie,
        results=tuple(
            Result(candidate=c.id, party=c.party, votes=votes[c.id], elected=c.id in elected) for c in ward.candidates
        ),
    )  # fmt: skip
