"""Facts of polls and nominations: polls called off and held later, recounts, delays, seats without a poll."""

from collections import Counter
from collections.abc import Iterator

from schemas.headline import HeadlineType
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value

_POLL_TYPES: dict[str, HeadlineType] = {
    "postponed": "POLL_POSTPONED",
    "countermanded": "POLL_COUNTERMANDED",
    "abandoned": "POLL_ABANDONED",
    "rescheduled": "POLL_RESCHEDULED",
}


def polls(count: Count) -> Iterator[Fact]:
    """POLL_POSTPONED, POLL_COUNTERMANDED, POLL_ABANDONED, POLL_RESCHEDULED of wards that are out (DR-12, DR-29)."""
    for ward in count.postponed:
        event = count.book.poll(ward.id)
        state = event.state if event is not None and event.state in _POLL_TYPES else "postponed"
        day = (event.new_date if event is not None else None) or ward.polls_on
        cause = event.cause if event is not None else None
        value: Value = {
            "ward": ward.id,
            "seats": ward.seats,
            "date": day.isoformat() if day else None,
            "cause": cause,
        }
        yield Fact(_POLL_TYPES[state], f"poll:{ward.id}", f"ward:{ward.id}", "U", value, lapses=True)


def postponed_results(count: Count) -> Iterator[Fact]:
    """POSTPONED_RESULT: a poll that was put off has its result (DR-29)."""
    for ward, event in count.declared.items():
        poll = count.book.poll(ward)
        if count.ground.wards[ward].state == "postponed" or (
            poll is not None and poll.state == "rescheduled"
        ):
            seats = Counter(count.ground.tally[r.party] for r in event.results if r.elected)
            value: Value = {"ward": ward, "seats": dict(sorted(seats.items()))}
            yield Fact("POSTPONED_RESULT", f"postponed-result:{ward}", f"ward:{ward}", "U", value)


def counting(count: Count) -> Iterator[Fact]:
    """RECOUNT and DECLARATION_DELAYED of wards that are out; neither changes a standing (DR-31)."""
    for ward in count.out:
        event = count.book.counting(ward.id)
        if event is None:
            continue
        if event.state == "delayed":
            expected = ward.expected_at.isoformat() if ward.expected_at is not None else None
            value: Value = {"ward": ward.id, "expected": expected, "cause": event.cause}
            key = f"delayed:{ward.id}"
            yield Fact("DECLARATION_DELAYED", key, f"ward:{ward.id}", "B", value, lapses=True)
        else:
            value = {"ward": ward.id, "over": event.state == "recount_over"}
            yield Fact("RECOUNT", f"recount:{ward.id}", f"ward:{ward.id}", "U", value, lapses=True)


def unopposed(count: Count) -> Iterator[Fact]:
    """UNOPPOSED_RETURNS: seats filled without a poll (DR-10); UNFILLED_SEATS: those for which nobody stood (DR-11)."""
    wards = [ward for ward in count.map.wards if ward.state in ("unopposed", "under-contested")]
    if not wards:
        return
    seats = Counter(count.ground.tally[candidate.party] for ward in wards for candidate in ward.candidates)
    value: Value = {
        "wards": [ward.id for ward in wards],
        "seats": dict(sorted(seats.items())),
        "of": count.map.seats,
    }
    yield Fact("UNOPPOSED_RETURNS", "unopposed", "unopposed", "B", value)
    short = [
        [ward.id, ward.seats - len(ward.candidates)] for ward in wards if ward.seats > len(ward.candidates)
    ]
    if short:
        yield Fact("UNFILLED_SEATS", "unfilled", "unopposed", "R", {"wards": short})
