"""Facts of a count under way: seats by party and changes ward by ward when a quarter, half, three quarters are in.

Both speak of the shortest run of wards, by time of declaration, that reaches the step: what comes later changes
nothing of it, and a correction within it corrects it (DR-40).
"""

from collections import Counter
from collections.abc import Iterator

from schemas.declaration import WardDeclared
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.facts.wards import basis_version, ward_result
from streams.rules.thresholds import STEP_SEATS, STEPS


def progress(count: Count) -> Iterator[Fact]:
    """TALLY_UPDATE and PARTIAL_TREND; the final result takes their place."""
    if count.final or not count.declared:
        return
    seats = count.ground.seats_up
    in_hand = sum(count.ground.wards[ward].seats for ward in count.declared)
    told = [step for step in STEPS if in_hand * 100 >= step * seats >= STEP_SEATS * 100]
    step = max(told, default=None)
    if step is None:
        return
    first = _first(count, step * seats)
    yield _tally(count, first, step)
    yield from _trend(count, first, step)


def _first(count: Count, hundredths: int) -> list[WardDeclared]:
    """The declarations, in order of time, that reach the step."""
    ordered = sorted(
        count.declared.values(),
        key=lambda event: (event.declared_at.at, event.sequence is None, event.sequence or 0, event.ward),
    )
    found: list[WardDeclared] = []
    seats = 0
    for event in ordered:
        found.append(event)
        seats += count.ground.wards[event.ward].seats
        if seats * 100 >= hundredths:
            break
    return found


def _tally(count: Count, first: list[WardDeclared], step: int) -> Fact:
    ground = count.ground
    seats = Counter(ground.held)
    for ward in count.map.wards:
        if ward.state in ("unopposed", "under-contested"):
            seats.update(ground.tally[candidate.party] for candidate in ward.candidates)
    for event in first:
        seats.update(count.won_in[event.ward])
    value: Value = {"step": step, "declared": seats.total(), "seats": dict(sorted(seats.items()))}
    return Fact("TALLY_UPDATE", "tally", "final", "R", value, lapses=True)


def _trend(count: Count, first: list[WardDeclared], step: int) -> Iterator[Fact]:
    """Only where every ward in hand compares with itself, on one basis (DR-18)."""
    wards = [ward_result(count, event).value for event in first]
    bases = {ward.get("basis") for ward in wards}
    basis = bases.pop()
    if bases or basis is None:
        return
    now: Counter[str] = Counter()
    before: Counter[str] = Counter()
    for ward in wards:
        now.update(ward["seats"])
        before.update(ward["before"])
    value: Value = {
        "step": step,
        "basis": basis,
        "declared": now.total(),
        "of": count.ground.seats_up,
        "rows": [[code, before[code], now[code]] for code in sorted({*now, *before})],
    }
    stated = ((basis, basis_version(count.ground, basis)),)
    yield Fact("PARTIAL_TREND", "partial-trend", "final", "R", value, bases=stated, lapses=True)
