"""Facts of a single ward: who was elected, gain, hold or split, who declared first, lots and close results."""

from collections import Counter
from collections.abc import Iterator

from schemas.council import Ward, WardBaseline
from schemas.declaration import Result, WardDeclared
from schemas.headline import HeadlineType
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import Ground
from streams.rules.thresholds import CLOSE_VOTES

#: The basis that is spoken for a ward, the first that the map has for it.
WARD_BASES = ("eve_of_poll", "last_election", "notional_eve", "notional_last_election", "snapshot")


def ward_results(count: Count) -> Iterator[Fact]:
    """WARD_DECLARED, or WARD_GAIN, WARD_HOLD, WARD_SPLIT where the ward compares like with like (DR-18)."""
    for event in count.declared.values():
        yield ward_result(count, event)


def ward_result(count: Count, event: WardDeclared) -> Fact:
    """The fact of one declaration, worked out once."""
    known = count.ground.worked_out
    mark = "result:" + count.book.fingerprints[event.id]
    if mark not in known:
        known[mark] = _result(event, count.ground.wards[event.ward], count.ground)
    found: Fact = known[mark]
    return found


def _result(event: WardDeclared, ward: Ward, ground: Ground) -> Fact:
    seats = Counter(ground.tally[r.party] for r in event.results if r.elected)
    value: Value = {
        "ward": ward.id,
        "seats": dict(sorted(seats.items())),
        "results": [[r.candidate, r.party, r.votes, r.elected] for r in event.results],
        "ballots": event.ballots,
        "turnout_percent": event.turnout_percent,
    }
    baseline = _baseline(ward)
    kind: HeadlineType = "WARD_DECLARED"
    bases: tuple[tuple[str, int], ...] = ()
    if baseline is not None:
        before = _tallied(baseline, ground)
        kind = _kind(dict(seats), before)
        value |= {"basis": baseline.basis, "before": before}
        bases = ((baseline.basis, basis_version(ground, baseline.basis)),)
    return Fact(kind, f"ward:{ward.id}", f"ward:{ward.id}", "R", value, bases=bases)


def basis_version(ground: Ground, basis: str) -> int:
    """The version of a basis on this map."""
    return max((b.version for b in ground.map.baselines if b.basis == basis), default=1)


def _baseline(ward: Ward) -> WardBaseline | None:
    found = {baseline.basis: baseline for baseline in ward.baselines}
    first = next((found[basis] for basis in WARD_BASES if basis in found), None)
    return first if first is not None and sum(first.seats.values()) == ward.seats else None


def _tallied(baseline: WardBaseline, ground: Ground) -> dict[str, int]:
    total: Counter[str] = Counter()
    for code, seats in baseline.seats.items():
        total[ground.tally[code]] += seats
    return dict(sorted((code, seats) for code, seats in total.items() if seats))


def _kind(now: dict[str, int], before: dict[str, int]) -> HeadlineType:
    if now == before:
        return "WARD_HOLD"
    return "WARD_GAIN" if len(now) == 1 else "WARD_SPLIT"


def first_declarations(count: Count) -> Iterator[Fact]:
    """FIRST_DECLARATION, by the returning officers' times and only where all of them are known (DR-40)."""
    if count.map.times != "known" or not count.declared:
        return
    times = {ward: event.declared_at for ward, event in count.declared.items()}
    if any(moment.basis == "assumed" for moment in times.values()):
        return
    earliest_end = min(moment.latest or moment.at for moment in times.values())
    first = sorted(ward for ward, moment in times.items() if moment.at <= earliest_end)
    yield Fact("FIRST_DECLARATION", "first-declaration", "first-declaration", "U", {"wards": first})


def lots(count: Count) -> Iterator[Fact]:
    """TIE_BY_LOT: the last seat decided by lot; real votes, a majority of 0 (DR-30)."""
    for ward, event in count.declared.items():
        if event.lot is not None:
            votes = next(r.votes for r in event.results if r.candidate == event.lot.winner)
            value = {"ward": ward, "winner": event.lot.winner, "loser": event.lot.loser, "votes": votes}
            yield Fact("TIE_BY_LOT", f"lot:{ward}", f"ward:{ward}", "U", value)


def close_results(count: Count) -> Iterator[Fact]:
    """CLOSE_RESULT: the last seat was won by at most ``CLOSE_VOTES`` votes; ONE_VOTE by a single one."""
    known = count.ground.worked_out
    for ward, event in count.declared.items():
        mark = "close:" + count.book.fingerprints[event.id]
        if mark not in known:
            known[mark] = _close(event, ward)
        if known[mark] is not None:
            yield known[mark]


def _close(event: WardDeclared, ward: str) -> Fact | None:
    last, runner_up = _last_seat(event.results)
    if event.lot is not None or event.counted_by == "stv" or last is None or runner_up is None:
        return None
    margin = (last.votes or 0) - (runner_up.votes or 0)
    if margin > CLOSE_VOTES:
        return None
    value = {"ward": ward, "margin": margin, "elected": last.candidate, "not_elected": runner_up.candidate}
    if margin == 1:
        return Fact("ONE_VOTE", f"close:{ward}", f"ward:{ward}", "U", value)
    return Fact("CLOSE_RESULT", f"close:{ward}", f"ward:{ward}", "R", value)


def _last_seat(results: tuple[Result, ...]) -> tuple[Result | None, Result | None]:
    elected = [r for r in results if r.elected and r.votes is not None]
    others = [r for r in results if not r.elected and r.votes is not None]
    last = min(elected, key=lambda r: (r.votes or 0, r.candidate), default=None)
    return last, max(others, key=lambda r: (r.votes or 0, r.candidate), default=None)
