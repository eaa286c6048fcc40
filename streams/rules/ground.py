"""A council's map made ready to count with: wards by id, parties by the code they are tallied under, nominations."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from schemas.council import CouncilOpened, Party, Ward
from schemas.proof import high, low

NOC = "NOC"


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What follows from the map alone.

    ``parties`` are those that seats are tallied under, ``named`` all of them, joint descriptions too. ``low`` and
    ``high`` give seats by ward and party (DR-09, DR-10), for wards whose nominations are closed.
    ``worked_out`` keeps what else follows from it: by name, or by the fingerprint of one declaration on it.
    """

    map: CouncilOpened
    majority: int
    wards: dict[str, Ward]
    tally: dict[str, str]
    parties: dict[str, Party]
    named: dict[str, Party]
    held: dict[str, int]
    low: dict[str, dict[str, int]]
    high: dict[str, dict[str, int]]
    nominated: dict[str, int]
    seats_up: int
    worked_out: dict[str, Any] = field(default_factory=dict)

    def may_control(self, code: str) -> bool:
        """Whether a majority of this party's councillors is control (DR-06)."""
        return self.parties[code].may_control


def lay_out(council_map: CouncilOpened) -> Ground:
    """Work out once per map what every count needs."""
    tally = {party.code: party.tally or party.code for party in council_map.parties}
    parties = {party.code: party for party in council_map.parties if party.tally is None}
    ballots: dict[str, list[str]] = {code: [] for code in parties}
    for code, counted in tally.items():
        ballots[counted].append(code)
    nominated: Counter[str] = Counter()
    for ward in council_map.wards:
        nominated.update(tally[candidate.party] for candidate in ward.candidates)
    return Ground(
        map=council_map,
        majority=council_map.seats // 2 + 1,
        wards={ward.id: ward for ward in council_map.wards},
        tally=tally,
        parties=parties,
        named={party.code: party for party in council_map.parties},
        held=_tallied(council_map.held, tally),
        low={w.id: {code: n for code in parties if (n := low(w, ballots[code]))} for w in council_map.wards},
        high={
            w.id: {code: n for code in parties if (n := high(w, ballots[code]))} for w in council_map.wards
        },
        nominated=dict(nominated),
        seats_up=sum(ward.seats for ward in council_map.wards),
    )


def _tallied(seats: dict[str, int], tally: dict[str, str]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for code, count in seats.items():
        total[tally[code]] += count
    return {code: count for code, count in total.items() if count}
