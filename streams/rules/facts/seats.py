"""Facts of seats: the final table, changes on each basis, the largest party, parties with no or few seats left."""

from collections.abc import Iterator

from schemas.council import Baseline
from schemas.headline import HeadlineType, Priority
from streams.rules import baseline as bases
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import Ground
from streams.rules.thresholds import FEW, FLASH_SEATS, MANY


def final(count: Count) -> Iterator[Fact]:
    """COUNCIL_FINAL: every seat up is declared, unopposed, unfilled or postponed; postponed wards are named (DR-41)."""
    if not count.final or not count.begun:
        return
    value: Value = {
        "seats": {code: seats for code, seats in sorted(count.seats.items()) if seats},
        "postponed": [ward.id for ward in count.postponed],
        "unfilled": count.unfilled,
    }
    yield Fact("COUNCIL_FINAL", "final", "final", "U", value)


def summaries(count: Count) -> Iterator[Fact]:
    """SEAT_CHANGE_SUMMARY: once a council is final, its changes on each basis; where none compares, that is said."""
    if not count.final or not count.begun:
        return
    for baseline in count.map.baselines:
        changes = bases.changes(count, baseline)
        compares = changes.comparable
        value: Value = {
            "basis": baseline.basis,
            "scope": baseline.scope,
            "comparable": compares,
            "rows": [[row.party, row.before, row.now, row.change, row.new] for row in changes.rows],
        }
        key = f"seat-change:{baseline.basis}:{baseline.scope}"
        priority: Priority = "U" if compares else "B"
        yield Fact("SEAT_CHANGE_SUMMARY", key, "seat-change", priority, value, bases=(_basis(baseline),))


def _basis(baseline: Baseline) -> tuple[str, int]:
    return baseline.basis, baseline.version


def largest(count: Count) -> Iterator[Fact]:
    """LARGEST_PARTY_NEW, _KEPT or _TIED, as soon as it is certain (DR-14); independents are no party (DR-25)."""
    parties = [code for code in count.ground.parties if _is_party(count, code)]
    if not count.begun or not parties:
        return
    leader = max(parties, key=lambda code: (count.floor[code], code))
    rest = [code for code in parties if code != leader]
    ahead_of = max((count.ceiling[code] for code in rest), default=count.open_seats)
    if count.floor[leader] > max(ahead_of, count.open_seats):
        top = [leader]
    elif not count.out:
        top = sorted(code for code in parties if count.floor[code] == count.floor[leader] > 0)
    else:
        top = []
    if not top:
        return
    before = _largest_before(count)
    kind: HeadlineType = "LARGEST_PARTY_TIED"
    if len(top) == 1:
        kind = "LARGEST_PARTY_KEPT" if before is not None and before[1] == top else "LARGEST_PARTY_NEW"
    value: Value = {
        "parties": top,
        "before": before[1] if before else None,
        "basis": before[0].basis if before else None,
    }
    stated = (_basis(before[0]),) if before else ()
    yield Fact(kind, "largest", "largest", "U", value, "arithmetic", bases=stated)


def _is_party(count: Count, code: str) -> bool:
    return count.ground.parties[code].kind != "independent" and count.ground.may_control(code)


def _largest_before(count: Count) -> tuple[Baseline, list[str]] | None:
    baseline = bases.on_the_eve(count.ground)
    if baseline is None:
        return None
    seats = {code: n for code, n in bases.tallied(baseline, count.ground).items() if _is_party(count, code)}
    most = max(seats.values(), default=0)
    return baseline, sorted(code for code, n in seats.items() if n == most)


def wipe_outs(count: Count) -> Iterator[Fact]:
    """WIPE_OUT: a party that had seats, and stood, has none and can have none; on every basis that the map has."""
    if not count.begun:
        return
    for code, seats in _had(count).items():
        stood = count.ground.nominated.get(code, 0) > 0
        if count.ceiling[code] == 0 and stood:
            value: Value = {"party": code, "before": {basis: n for (basis, _), n in seats.items()}}
            priority: Priority = "F" if max(seats.values()) >= FLASH_SEATS else "U"
            key = f"wipe-out:{code}"
            yield Fact("WIPE_OUT", key, key, priority, value, "arithmetic", bases=tuple(seats))


def near_wipe_outs(count: Count) -> Iterator[Fact]:
    """NEAR_WIPE_OUT: of at least ten seats no more than three, or a tenth, are left for certain."""
    if not count.begun:
        return
    for code, seats in _had(count).items():
        left = count.ceiling[code]
        many = {basis: n for basis, n in seats.items() if n >= MANY and left <= max(FEW, n // 10)}
        if 0 < left == count.floor[code] and many:
            value: Value = {
                "party": code,
                "seats": left,
                "before": {basis: n for (basis, _), n in many.items()},
            }
            yield Fact(
                "NEAR_WIPE_OUT",
                f"near-wipe-out:{code}",
                f"wipe-out:{code}",
                "U",
                value,
                "arithmetic",
                bases=tuple(many),
            )


def _had(count: Count) -> dict[str, dict[tuple[str, int], int]]:
    """Seats of the whole council by party and basis, worked out once per map; independents are people, not a party."""
    known = count.ground.worked_out
    if "had" not in known:
        known["had"] = _had_before(count.ground)
    found: dict[str, dict[tuple[str, int], int]] = known["had"]
    return found


def _had_before(ground: Ground) -> dict[str, dict[tuple[str, int], int]]:
    found: dict[str, dict[tuple[str, int], int]] = {}
    for baseline in bases.of_scope(ground, "council"):
        for code, seats in sorted(bases.tallied(baseline, ground).items()):
            if ground.parties[code].kind != "independent":
                found.setdefault(code, {})[_basis(baseline)] = seats
    return found
