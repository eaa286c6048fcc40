"""Who controls the council: what arithmetic makes certain, which wards made it so, and the proof (DR-01 to DR-15)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from schemas.event import Moment
from schemas.proof import Bounds, Out, Proof
from streams.rules.count import Count
from streams.rules.ground import NOC, Ground

_NEVER = datetime.min.replace(tzinfo=UTC)
_ALWAYS = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is certain: ``after`` is a party, NOC or None while control is open; ``lost``: by the holder already."""

    before: str | None
    after: str | None
    lost: bool


@dataclass(frozen=True, slots=True)
class Deciding:
    """The wards that completed a majority, or put it out of reach; empty when the map alone did (``before_poll``).

    ``wards`` is None when the order of the declarations that decide it is not known (DR-40).
    """

    wards: tuple[str, ...] | None
    before_poll: bool


def eligible(ground: Ground) -> list[str]:
    """Parties whose majority would be control (DR-06)."""
    return [code for code, party in ground.parties.items() if party.may_control]


def judge(count: Count) -> Verdict:
    """What is certain now, worked out once. Certain means arithmetic, never probability (DR-15)."""
    if "verdict" not in count.worked_out:
        count.worked_out["verdict"] = _judge(count)
    found: Verdict = count.worked_out["verdict"]
    return found


def _judge(count: Count) -> Verdict:
    before = count.map.control_before
    holder = before.control if before is not None else None
    after = _after(count.ground, count.floor, count.ceiling, count.open_seats)
    lost = holder in count.ceiling and after is None and count.ceiling[str(holder)] < count.ground.majority
    return Verdict(holder, after, lost)


def before_poll(ground: Ground) -> str | None:
    """What nominations and seats not up make certain before a vote is cast (DR-10, DR-13), worked out once per map."""
    known = ground.worked_out
    if "before-poll" not in known:
        floor, ceiling = nomination_bounds(ground)
        open_seats = sum(ward.seats for ward in ground.map.wards if not ward.nominations_closed)
        known["before-poll"] = _after(ground, floor, ceiling, open_seats)
    found: str | None = known["before-poll"]
    return found


def nomination_bounds(ground: Ground) -> tuple[dict[str, int], dict[str, int]]:
    """Floors and ceilings from the map alone, worked out once; unopposed returns are in both."""
    if "nomination-bounds" not in ground.worked_out:
        ground.worked_out["nomination-bounds"] = _nomination_bounds(ground)
    found: tuple[dict[str, int], dict[str, int]] = ground.worked_out["nomination-bounds"]
    return found


def _nomination_bounds(ground: Ground) -> tuple[dict[str, int], dict[str, int]]:
    floor = {code: ground.held.get(code, 0) for code in ground.parties}
    ceiling = dict(floor)
    for ward in ground.map.wards:
        for code in ground.parties:
            floor[code] += ground.low[ward.id].get(code, 0) if ward.nominations_closed else 0
            ceiling[code] += ground.high[ward.id].get(code, 0) if ward.nominations_closed else ward.seats
    return floor, ceiling


def _after(ground: Ground, floor: dict[str, int], ceiling: dict[str, int], open_seats: int) -> str | None:
    able = eligible(ground)
    secured = next((code for code in able if floor[code] >= ground.majority), None)
    if secured is not None:
        return secured
    nobody = all(ceiling[code] < ground.majority for code in able) and open_seats < ground.majority
    return NOC if nobody else None


def prove(count: Count, claim: Literal["secured", "lost", "noc"], party: str | None) -> Proof:
    """The arithmetic of a claim, for a reader to check."""
    ground = count.ground
    return Proof(
        claim=claim,
        party=party,
        seats=count.map.seats,
        majority=ground.majority,
        unfilled=count.unfilled,
        map_version=count.map.version,
        bounds=tuple(
            Bounds(
                party=code,
                may_control=ground.may_control(code),
                held=ground.held.get(code, 0),
                won=count.won.get(code, 0),
                floor=count.floor[code],
                ceiling=count.ceiling[code],
            )
            for code in sorted(ground.parties)
        ),
        out=tuple(Out(ward=w.id, seats=w.seats, open=w.id in count.open) for w in count.out),
    )


@dataclass(frozen=True, slots=True)
class _Condition:
    """Seats that must still have been won (or lost) by ward, beyond what the map alone gives."""

    needed: int
    by_ward: dict[str, int]


def deciding(count: Count, after: str | None, lost: str | None = None) -> Deciding:
    """The wards whose declaration made ``after`` certain, or the loss of control by ``lost`` (DR-40)."""
    if after is not None and after != NOC:
        conditions = [_majority(count, after)]
    else:
        conditions = [_out_of_reach(count, code) for code in ([lost] if lost else eligible(count.ground))]
    unmet = [condition for condition in conditions if condition.needed > 0]
    if not unmet:
        return Deciding((), before_poll=True)
    return Deciding(_completing(count, unmet), before_poll=False)


def _majority(count: Count, party: str) -> _Condition:
    ground, floor = count.ground, count.floor[party]
    gained = {
        ward: more
        for ward, won in count.won_in.items()
        if (more := won.get(party, 0) - ground.low[ward].get(party, 0))
    }
    return _Condition(ground.majority - (floor - sum(gained.values())), gained)


def _out_of_reach(count: Count, party: str) -> _Condition:
    ground, ceiling = count.ground, count.ceiling[party]
    missed = {
        ward: less
        for ward, won in count.won_in.items()
        if (less := ground.high[ward].get(party, 0) - won.get(party, 0))
    }
    return _Condition(ceiling + sum(missed.values()) - ground.majority + 1, missed)


Span = tuple[datetime, datetime]


def _span(moment: Moment) -> Span:
    return moment.earliest or _NEVER, moment.latest or _ALWAYS


def _completing(count: Count, conditions: list[_Condition]) -> tuple[str, ...] | None:
    """The wards of one known moment that meet all conditions in every order that the known times allow.

    They complete them when what was surely declared before, together with them, meets them all, and what may have
    been declared before, without them, does not. Of several in one minute no other ward may lie between them.
    """
    spans = {ward: _span(event.declared_at) for ward, event in count.declared.items()}
    groups: dict[Span, list[str]] = {}
    for ward in sorted({ward for condition in conditions for ward in condition.by_ward}):
        if count.declared[ward].declared_at.basis != "assumed":
            groups.setdefault(spans[ward], []).append(ward)
    sums = [_Sums(condition, spans) for condition in conditions]
    for span, wards in groups.items():
        inside = [sum(condition.by_ward.get(ward, 0) for ward in wards) for condition in conditions]
        surely = all(s.surely_before(span) + i >= s.needed for s, i in zip(sums, inside, strict=True))
        possibly = all(s.possibly_by(span) - i >= s.needed for s, i in zip(sums, inside, strict=True))
        apart = all(
            s.surely_before(span) == s.possibly_by(span) - i for s, i in zip(sums, inside, strict=True)
        )
        if surely and not possibly and (len(wards) == 1 or apart):
            return tuple(wards)
    return None


class _Sums:
    """Running sums of one condition over the wards' times."""

    def __init__(self, condition: _Condition, spans: dict[str, Span]) -> None:
        self.needed = condition.needed
        self._latest, self._by_latest = _running(condition.by_ward, lambda ward: spans[ward][1])
        self._earliest, self._by_earliest = _running(condition.by_ward, lambda ward: spans[ward][0])

    def surely_before(self, span: Span) -> int:
        """From wards that were over before the span began."""
        return self._by_latest[bisect_left(self._latest, span[0])]

    def possibly_by(self, span: Span) -> int:
        """From wards that may have been declared by the end of the span."""
        return self._by_earliest[bisect_right(self._earliest, span[1])]


def _running(by_ward: dict[str, int], when: Callable[[str], datetime]) -> tuple[list[datetime], list[int]]:
    ordered = sorted((when(ward), seats) for ward, seats in by_ward.items())
    total, sums = 0, [0]
    for _, seats in ordered:
        total += seats
        sums.append(total)
    return [moment for moment, _ in ordered], sums
