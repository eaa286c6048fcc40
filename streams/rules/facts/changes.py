"""Facts of change beyond the table: major gains and losses, transfers, sweeps, survivors, new parties, ranks."""

from collections.abc import Iterator

from schemas.council import Baseline
from schemas.headline import HeadlineType
from streams.rules import baseline as bases
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.thresholds import (
    FEW,
    MAJOR_ONE_IN,
    MAJOR_SEATS,
    MANY,
    RANK_PLACES,
    RANK_SEATS,
    SURVIVOR_FROM,
    SWEEP_SEATS,
)


def _parties(count: Count) -> list[str]:
    """Parties; independents are people (DR-25)."""
    return [code for code, party in count.ground.parties.items() if party.kind != "independent"]


def _before(count: Count, code: str) -> dict[tuple[str, int], int]:
    """Seats that a party had, by basis and version, where figures of change may be spoken of it.

    An older list of councillors is left out where the eve of poll is known.
    """
    found: dict[tuple[str, int], int] = {}
    known = bases.of_scope(count.ground, "council")
    eve = any(
        baseline.basis == "eve_of_poll" and bases.compares(baseline, count.ground) for baseline in known
    )
    for baseline in known:
        if eve and baseline.basis == "snapshot":
            continue
        new = baseline.basis in count.ground.parties[code].new_since
        if bases.compares(baseline, count.ground) and not new and _told_apart(baseline, code, count):
            found[baseline.basis, baseline.version] = bases.tallied(baseline, count.ground).get(code, 0)
    return found


def _told_apart(baseline: Baseline, code: str, count: Count) -> bool:
    named = {count.ground.tally[party] for party in baseline.named}
    return baseline.others is None or code in named


def major(count: Count) -> Iterator[Fact]:
    """MAJOR_GAIN and MAJOR_LOSS: many seats, and many of those before, on any basis that compares; all are told."""
    if not count.final or not count.begun:
        return
    for code in _parties(count):
        before = _before(count, code)
        fewest, most = count.floor[code], count.ceiling[code]
        kind: HeadlineType | None = None
        if any(n - most >= MAJOR_SEATS and (n - most) * MAJOR_ONE_IN >= n for n in before.values()):
            kind = "MAJOR_LOSS"
        elif any(fewest - n >= MAJOR_SEATS and (fewest - n) * MAJOR_ONE_IN >= n for n in before.values()):
            kind = "MAJOR_GAIN"
        if kind is None or (kind == "MAJOR_LOSS" and _nearly_gone(most, before)):
            continue
        value: Value = {
            "party": code,
            "seats": count.seats[code],
            "before": {basis: n for (basis, _), n in before.items()},
        }
        yield Fact(kind, f"major:{code}", f"major:{code}", "U", value, bases=tuple(before))


def _nearly_gone(most: int, before: dict[tuple[str, int], int]) -> bool:
    """Whether a wipe-out or near wipe-out says it already."""
    return most == 0 or any(n >= MANY and most <= max(FEW, n // 10) for n in before.values())


def transfers(count: Count) -> Iterator[Fact]:
    """SEAT_TRANSFER: one party alone lost, or one alone gained, and all else is level on a stated basis (DR-20)."""
    if not count.final or not count.begun:
        return
    nearer = {"eve_of_poll", "last_election"} & {baseline.basis for baseline in count.map.baselines}
    for baseline in count.map.baselines:
        if nearer and baseline.basis == "snapshot" and baseline.scope == "council":
            continue
        if (
            not bases.compares(baseline, count.ground)
            or baseline.others is not None
            or _of_seats_up(baseline, count)
        ):
            continue
        rows = [row for row in bases.changes(count, baseline).rows if row.change]
        up = [[row.party, row.change] for row in rows if row.change > 0]
        down = [[row.party, -row.change] for row in rows if row.change < 0]
        if any(row.party in ("VACANT", "PENDING") for row in rows) or not up or not down:
            continue
        if 1 in (len(up), len(down)):
            value: Value = {"basis": baseline.basis, "scope": baseline.scope, "up": up, "down": down}
            key = f"transfer:{baseline.basis}:{baseline.scope}"
            stated = ((baseline.basis, baseline.version),)
            yield Fact("SEAT_TRANSFER", key, "seat-change", "R", value, bases=stated)


def _of_seats_up(baseline: Baseline, count: Count) -> bool:
    """Whether the same basis also tells of the seats up, which say it more closely (DR-21)."""
    return baseline.scope == "council" and any(
        other.basis == baseline.basis and other.scope == "seats_up" for other in count.map.baselines
    )


def sweeps(count: Count) -> Iterator[Fact]:
    """CLEAN_SWEEP: one party has every seat up."""
    if count.out or not count.begun or count.ground.seats_up < SWEEP_SEATS:
        return
    for code in _parties(count):
        if count.won.get(code, 0) == count.ground.seats_up:
            whole = count.seats[code] == count.map.seats
            value: Value = {"party": code, "seats": count.ground.seats_up, "council": whole}
            yield Fact("CLEAN_SWEEP", "sweep", "sweep", "F", value)


def survivors(count: Count) -> Iterator[Fact]:
    """LAST_SEAT_HELD: a party of several seats has one left for certain; the ward and the person are named."""
    if not count.begun:
        return
    for code in _parties(count):
        if count.floor[code] != 1 or count.ceiling[code] != 1 or not count.won.get(code):
            continue
        before = {basis: n for basis, n in _before(count, code).items() if n >= SURVIVOR_FROM}
        place = next(
            (
                (ward, result.candidate)
                for ward, event in count.declared.items()
                for result in event.results
                if result.elected and count.ground.tally[result.party] == code
            ),
            None,
        )
        if before and place is not None:
            value: Value = {
                "party": code,
                "ward": place[0],
                "candidate": place[1],
                "before": {basis: n for (basis, _), n in before.items()},
            }
            yield Fact(
                "LAST_SEAT_HELD", f"last-seat:{code}", f"wipe-out:{code}", "R", value, bases=tuple(before)
            )


def newcomers(count: Count) -> Iterator[Fact]:
    """NEW_PARTY_SEATS: a party that did not exist on some basis has seats (DR-27)."""
    if not count.final or not count.begun:
        return
    for code in _parties(count):
        new = [
            baseline
            for baseline in bases.of_scope(count.ground, "council")
            if baseline.basis in count.ground.parties[code].new_since
        ]
        if new and count.seats[code]:
            value: Value = {"party": code, "seats": count.seats[code], "new_since": [b.basis for b in new]}
            stated = tuple((b.basis, b.version) for b in new)
            yield Fact("NEW_PARTY_SEATS", f"new-party:{code}", f"new-party:{code}", "R", value, bases=stated)


def rank_drops(count: Count) -> Iterator[Fact]:
    """RANK_DROP: a party with several seats before falls by several places among the parties."""
    if not count.final or not count.begun:
        return
    baseline = bases.on_the_eve(count.ground)
    if baseline is None:
        return
    parties = [code for code in _parties(count) if count.ground.may_control(code)]
    then = bases.tallied(baseline, count.ground)
    for code in parties:
        had = then.get(code, 0)
        if had < RANK_SEATS or (baseline.others or 0) > had or count.ceiling[code] == 0:
            continue
        was = 1 + sum(1 for other in parties if then.get(other, 0) > had)
        now = 1 + sum(1 for other in parties if count.floor[other] > count.ceiling[code])
        if now - was >= RANK_PLACES:
            value: Value = {"party": code, "from": was, "to": now, "basis": baseline.basis}
            stated = ((baseline.basis, baseline.version),)
            yield Fact("RANK_DROP", f"rank:{code}", "largest", "R", value, bases=stated)
