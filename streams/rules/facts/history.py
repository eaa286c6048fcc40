"""Facts that rest on the council's past: first ever, first since, long rule, records (DR-42). No record, no claim."""

from collections.abc import Iterator

from schemas.past import PartyRecord
from streams.rules import baseline as bases
from streams.rules import control
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import NOC
from streams.rules.thresholds import GAP_YEARS, LONG_RULE_YEARS


def _records(count: Count) -> tuple[PartyRecord, ...]:
    return count.map.past.parties if count.map.past is not None else ()


def _polled_in(count: Count) -> int:
    return count.map.poll.opens.year


def first_control(count: Count) -> Iterator[Fact]:
    """FIRST_EVER_CONTROL, or FIRST_CONTROL_SINCE: since the year it last won, and since the year it lost it."""
    past = count.map.past
    if past is None or not count.map.control_reported or not count.begun:
        return
    verdict = control.judge(count)
    if verdict.after in (None, NOC, verdict.before):
        return
    record = next((r for r in past.parties if count.ground.tally[r.party] == verdict.after), None)
    if record is None:
        return
    if record.controlled is False:
        others = past.controlled_by
        only = others[0] if others is not None and len(others) == 1 else None
        value: Value = {"party": verdict.after, "created": past.created, "only": only}
        yield Fact("FIRST_EVER_CONTROL", "first-control", "control-history", "F", value, "arithmetic")
    elif record.last_won is not None or record.last_lost is not None:
        value = {"party": verdict.after, "last_won": record.last_won, "last_lost": record.last_lost}
        yield Fact("FIRST_CONTROL_SINCE", "first-control", "control-history", "F", value, "arithmetic")


def end_of_long_rule(count: Count) -> Iterator[Fact]:
    """END_OF_LONG_RULE: the holder of many years has lost control; the spells of history say since when."""
    if not count.map.history or not count.map.control_reported or not count.begun:
        return
    verdict = control.judge(count)
    if verdict.before in (None, NOC) or not (verdict.lost or verdict.after not in (None, verdict.before)):
        return
    since = _since(count, str(verdict.before))
    if since is not None and _polled_in(count) - since >= LONG_RULE_YEARS:
        value: Value = {"party": verdict.before, "since": since}
        yield Fact("END_OF_LONG_RULE", "long-rule", "control-history", "U", value, "arithmetic")


def _since(count: Count, holder: str) -> int | None:
    """The year in which the unbroken control of the holder began; None where that is not known."""
    year: int | None = None
    for spell in reversed(count.map.history):
        if spell.control != holder:
            break
        year = spell.since.year if spell.since is not None else None
    return year


def first_seats(count: Count) -> Iterator[Fact]:
    """FIRST_EVER_SEATS, FIRST_SEATS_SINCE: a party has a seat here for the first time, or after many years."""
    for record in _records(count):
        code = count.ground.tally[record.party]
        if not count.won.get(code) or count.ground.parties[code].kind == "independent":
            continue
        wards = sorted(ward for ward, won in count.won_in.items() if code in won)
        if record.seated is False:
            value: Value = {"party": code, "wards": wards}
            yield Fact("FIRST_EVER_SEATS", f"first-seats:{code}", f"first-seats:{code}", "U", value)
        elif record.last_seated is not None and _absent(count, code, record.last_seated):
            value = {"party": code, "wards": wards, "since": record.last_seated}
            yield Fact("FIRST_SEATS_SINCE", f"first-seats:{code}", f"first-seats:{code}", "U", value)


def _absent(count: Count, code: str, last: int) -> bool:
    eve = bases.on_the_eve(count.ground)
    sat = eve is not None and bases.tallied(eve, count.ground).get(code, 0) > 0
    return not sat and _polled_in(count) - last >= GAP_YEARS


def records(count: Count) -> Iterator[Fact]:
    """RECORD_SEATS: more seats, or fewer, than the party ever won here."""
    if count.out or not count.begun:
        return
    for record in _records(count):
        code = count.ground.tally[record.party]
        seats = count.seats[code]
        best = record.most is not None and seats > record.most
        worst = record.fewest is not None and seats < record.fewest
        if best or worst:
            value: Value = {
                "party": code,
                "seats": seats,
                "best": best,
                "record": record.most if best else record.fewest,
            }
            yield Fact("RECORD_SEATS", f"record:{code}", f"record:{code}", "R", value)


def context(count: Count) -> Iterator[Fact]:
    """HISTORY_CONTEXT: since when the holder has control, and until when a party last had it."""
    history, before = count.map.history, count.map.control_before
    if history and before is not None and before.control != NOC:
        since = _since(count, before.control)
        if since is not None:
            value: Value = {"party": before.control, "since": since}
            yield Fact("HISTORY_CONTEXT", f"held-since:{before.control}", "history", "B", value)
    for record in _records(count):
        if record.last_lost is not None and (before is None or before.control != record.party):
            value = {"party": count.ground.tally[record.party], "until": record.last_lost}
            yield Fact("HISTORY_CONTEXT", f"held-until:{record.party}", "history", "B", value)
