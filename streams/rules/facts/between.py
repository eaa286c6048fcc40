"""Facts of the time after the count: who runs the council, courts, control that changes with a seat (DR-22, DR-32)."""

from collections import Counter
from collections.abc import Iterator

from schemas.desk import AdministrationFormed, SeatChanged
from schemas.headline import HeadlineType
from streams.rules import control
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import NOC


def administrations(count: Count) -> Iterator[Fact]:
    """ADMINISTRATION_FORMED or LEADER_ELECTED, by the council's own vote; never a rewrite of the result (DR-02)."""
    for event in count.book.of_kind("administration"):
        if isinstance(event, AdministrationFormed):
            kind: HeadlineType = "ADMINISTRATION_FORMED" if event.parties else "LEADER_ELECTED"
            value: Value = {
                "parties": list(event.parties),
                "leader": event.leader,
                "leader_party": event.leader_party,
                "votes": [event.votes_for, event.votes_against],
                "casting": event.casting,
            }
            yield Fact(kind, "administration", "administration", "U", value)


def moves(count: Count) -> tuple[SeatChanged, ...]:
    """Seats that changed hands since the count, in the order in which they did."""
    found = [event for event in count.book.of_kind("seat") if isinstance(event, SeatChanged)]
    return tuple(sorted(found, key=lambda event: (event.declared_at.at, event.id)))


def court_orders(count: Count) -> Iterator[Fact]:
    """COURT_SUBSTITUTION: a court gave a seat to another person; the declaration stays on record as it was (DR-32)."""
    for event in moves(count):
        if event.cause == "court_order":
            value: Value = {
                "seat": event.seat,
                "ward": event.ward,
                "person": event.person,
                "from": event.party_from,
                "to": event.party_to,
            }
            yield Fact("COURT_SUBSTITUTION", f"court:{event.seat}", f"seat:{event.seat}", "U", value)


def control_since(count: Count) -> Iterator[Fact]:
    """BY_ELECTION_CONTROL_CHANGE, DEFECTION_CONTROL_CHANGE: seats that moved since the count changed control."""
    found = moves(count)
    if not found or not count.map.control_reported or not count.final:
        return
    result = control.judge(count).after
    seats = Counter(count.seats)
    now, last = result, None
    for event in found:
        if event.party_from is not None:
            seats[count.ground.tally[event.party_from]] -= 1
        if event.party_to is not None:
            seats[count.ground.tally[event.party_to]] += 1
        holder = _holder(count, seats)
        if holder != now:
            now, last = holder, event
    if result is None or last is None or now == result:
        return
    kind: HeadlineType = "BY_ELECTION_CONTROL_CHANGE"
    if last.cause == "defection":
        kind = "DEFECTION_CONTROL_CHANGE"
    value: Value = {
        "before": result,
        "after": now,
        "cause": last.cause,
        "seats": {code: n for code, n in sorted(seats.items()) if n},
    }
    yield Fact(kind, "control-since", "control-since", "U", value, "arithmetic")


def _holder(count: Count, seats: Counter[str]) -> str:
    able = control.eligible(count.ground)
    return next((code for code in able if seats[code] >= count.ground.majority), NOC)
