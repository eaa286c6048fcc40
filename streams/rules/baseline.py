"""Seats now against seats then, on one stated basis, with rows that close to zero (DR-16 to DR-21, DR-27)."""

from collections import Counter

from schemas.council import Baseline
from schemas.standing import Change, Changes
from streams.rules.count import Count
from streams.rules.ground import NOC, Ground


def tallied(baseline: Baseline, ground: Ground) -> dict[str, int]:
    """Seats then by tally code; bundled others are left out."""
    total: Counter[str] = Counter()
    for code, seats in baseline.seats.items():
        total[ground.tally[code]] += seats
    return {code: seats for code, seats in total.items() if seats}


def changes(count: Count, baseline: Baseline) -> Changes:
    """The change of every party on a basis. Nothing is subtracted where it does not compare (DR-18)."""
    return Changes(
        basis=baseline.basis,
        scope=baseline.scope,
        version=baseline.version,
        as_of=baseline.as_of,
        comparable=compares(baseline, count.ground),
        rows=_rows(count, baseline) if compares(baseline, count.ground) else (),
        named=named(baseline, count.ground),
    )


def named(baseline: Baseline, ground: Ground) -> tuple[str, ...]:
    """The parties that a basis tells apart from its bundle of others, by tally code."""
    return tuple(sorted({ground.tally[code] for code in baseline.named}))


def _rows(count: Count, baseline: Baseline) -> tuple[Change, ...]:
    ground = count.ground
    then = tallied(baseline, ground)
    whole = count.seats if baseline.scope == "council" else count.won
    now = {code: seats for code, seats in whole.items() if seats}
    apart = set(named(baseline, ground)) or set(then) | set(now)
    rows = [
        _row(code, then.get(code, 0), now.get(code, 0), baseline.basis in ground.parties[code].new_since)
        for code in sorted(apart)
        if then.get(code) or now.get(code)
    ]
    if baseline.others is not None:
        rows.append(
            _row("OTHERS", baseline.others, sum(s for code, s in now.items() if code not in apart), False)
        )
    vacant = count.unfilled if baseline.scope == "council" else count.unfilled - count.map.vacant
    rows.append(_row("VACANT", baseline.vacant, vacant, False))
    rows.append(_row("PENDING", 0, sum(ward.seats for ward in count.out), False))
    return tuple(row for row in rows if row.before or row.now)


def _row(party: str, before: int, now: int, new: bool) -> Change:
    return Change(party=party, before=before, now=now, change=now - before, new=new)


def of_scope(ground: Ground, scope: str) -> tuple[Baseline, ...]:
    """The baselines of a scope, in the order of the map."""
    return tuple(baseline for baseline in ground.map.baselines if baseline.scope == scope)


def on_the_eve(ground: Ground) -> Baseline | None:
    """The best picture of the council before the poll: the eve, else a dated list, else the last election."""
    found = {baseline.basis: baseline for baseline in of_scope(ground, "council")}
    for basis in ("eve_of_poll", "notional_eve", "snapshot", "notional_last_election", "last_election"):
        if basis in found:
            return found[basis]
    return None


def compares(baseline: Baseline, ground: Ground) -> bool:
    """Whether a figure of change may be told on a basis: not where it belies who controlled the council (DR-05)."""
    mark = f"compares:{baseline.basis}:{baseline.scope}"
    known = ground.worked_out
    if mark not in known:
        known[mark] = baseline.comparable and not contradicts_control(baseline, ground)
    found: bool = known[mark]
    return found


def contradicts_control(baseline: Baseline, ground: Ground) -> bool:
    """Whether the seats of a basis belie who controlled the council before (DR-05): a majority where there was none.

    Only for pictures of the council as it was just before the poll, with its seats of now, and parties told apart.
    """
    before = ground.map.control_before
    if before is None or baseline.basis not in ("eve_of_poll", "notional_eve") or baseline.scope != "council":
        return False
    if baseline.total != ground.map.seats:
        return False
    then = tallied(baseline, ground)
    able = [code for code in then if ground.may_control(code)]
    holder = next((code for code in able if then[code] >= ground.majority), NOC)
    # A bundle of others may hide a holder among them.
    hidden = before.control not in (NOC, *then) and baseline.others is not None
    return holder != before.control and not hidden
