"""Facts of what can still decide control: pivotal wards, postponed ones that must be awaited, one seat short."""

from collections.abc import Iterator

from schemas.council import Ward
from streams.rules import control
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import NOC
from streams.rules.thresholds import PIVOTAL_WARDS


def pivotal(count: Count) -> Iterator[Fact]:
    """PIVOTAL_WARDS: the few wards any one of which, declared next, could decide control; and which is due first."""
    if not count.map.control_reported or not count.declared or count.final:
        return
    if control.judge(count).after is not None:
        return
    able = control.eligible(count.ground)
    wards = [ward for ward in count.pending if _can_decide(count, ward, able)]
    if not 0 < len(wards) <= PIVOTAL_WARDS:
        return
    value: Value = {"wards": [ward.id for ward in wards], "first": _first(wards)}
    yield Fact("PIVOTAL_WARDS", "pivotal", "control", "R", value, "arithmetic", lapses=True)


def _can_decide(count: Count, ward: Ward, able: list[str]) -> bool:
    """Whether some result of this ward alone gives a majority, or puts one out of every party's reach."""
    if ward.id in count.open:
        return False
    low, high = count.ground.low[ward.id], count.ground.high[ward.id]
    mark = count.ground.majority
    if any(count.floor[code] - low.get(code, 0) + high.get(code, 0) >= mark for code in able):
        return True
    # What each party may win here and still be out of reach; the ward can be shared out so, or it cannot.
    room = {code: mark - 1 - (count.ceiling[code] - high.get(code, 0)) for code in able}
    if any(room[code] < low.get(code, 0) for code in able):
        return False
    fits = sum(min(most, room.get(code, most)) for code, most in high.items())
    return fits >= ward.seats and count.open_seats < mark


def _first(wards: list[Ward]) -> list[str] | None:
    """The wards of these that are expected before the others; None where no such order is known."""
    times = [ward.expected_at for ward in wards if ward.expected_at is not None]
    if len(times) < len(wards) or len(set(times)) < 2:
        return None
    return [ward.id for ward in wards if ward.expected_at == min(times)]


def uncallable(count: Count) -> Iterator[Fact]:
    """CONTROL_UNCALLABLE: all is in but postponed polls, and they decide control (DR-12)."""
    if not count.map.control_reported or not count.final or not count.begun or not count.out:
        return
    if control.judge(count).after is None:
        days = [(count.book.poll(w.id), w) for w in count.postponed]
        dates = [(poll.new_date if poll is not None else None) or ward.polls_on for poll, ward in days]
        value: Value = {
            "wards": [ward.id for ward in count.postponed],
            "dates": [day.isoformat() if day is not None else None for day in dates],
        }
        yield Fact("CONTROL_UNCALLABLE", "uncallable", "control", "U", value, "arithmetic", lapses=True)


def one_short(count: Count) -> Iterator[Fact]:
    """ONE_SEAT_SHORT: all is in, and a party has one seat too few for a majority; half of all seats is EXACT_HALF."""
    if not count.map.control_reported or not count.begun or count.out or control.judge(count).after != NOC:
        return
    for code in control.eligible(count.ground):
        seats = count.floor[code]
        if seats == count.ground.majority - 1 and 2 * seats != count.map.seats:
            value: Value = {"party": code, "seats": seats}
            yield Fact("ONE_SEAT_SHORT", f"one-short:{code}", "exact-half", "U", value, "arithmetic")
