"""Why the feed says what it says of a council, in words: standing, proof, bases, and what was said when and why.

Worked out again from the log alone: the same events lead to the same headlines (P1).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from schemas.council import Baseline
from schemas.headline import Headline
from schemas.reading import InputEvent
from schemas.standing import Change, Changes
from streams.rules import baseline as bases
from streams.rules import control
from streams.rules.admission import refuse
from streams.rules.council import Council
from streams.rules.count import Count
from streams.rules.english import ENGLISH
from streams.rules.ground import NOC
from streams.rules.notices import Notice, conflicts
from streams.rules.take import take

_LOCAL = ZoneInfo("Europe/London")

_WHAT = {
    "eve_of_poll": "counts defections and by-elections since the last election",
    "last_election": "is what was won then, whatever happened since",
    "notional_last_election": "is an estimate of that election on the wards of now",
    "notional_eve": "is an estimate of the eve on the wards of now",
    "snapshot": "is a dated list of councillors",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A council as the log leaves it: its last state, and each event with what it led to."""

    council: Council
    steps: tuple[tuple[InputEvent, tuple[Headline, ...], tuple[Notice, ...]], ...]


def retell(events: Iterable[InputEvent], council: str) -> Told | None:
    """Take a council's events again, in the order of the log; None where the log never opens it."""
    found: Council | None = None
    steps = []
    for event in events:
        if event.council != council or refuse(event, event.mode) is not None:
            continue
        taken = take(found, event)
        found = taken.council or found
        if taken.verdict == "new":
            steps.append((event, taken.headlines, taken.notices))
    return Told(found, tuple(steps)) if found is not None else None


def explain(told: Told) -> Iterator[str]:
    """The explanation, line by line."""
    count = told.council.count
    yield from _standing(count)
    yield from _proof(count)
    yield from _figures(count)
    yield from _waiting(told)
    yield "Said so far, by the time of what caused it:"
    for event, headlines, _ in told.steps:
        for headline in headlines:
            yield f"  {clock(headline.declared_at.at)}  {headline.action} {headline.type}: {headline.text}"
            yield f"    because of {event.type} {event.id}" + _because(headline)


def clock(moment: datetime) -> str:
    """A moment as the clocks at the count show it (DR-39)."""
    return f"{moment.astimezone(_LOCAL):%-d %b %H:%M}"


def _because(headline: Headline) -> str:
    why = f", {ENGLISH.reasons[headline.reason]}" if headline.reason else ""
    gone = f"; takes the place of {', '.join(headline.supersedes)}" if headline.supersedes else ""
    return why + gone


def _standing(count: Count) -> Iterator[str]:
    seats, council_map = count.sums(), count.map
    yield f"{council_map.name}: {seats.total} seats, a majority takes {seats.majority} (DR-01)."
    table = sorted(((n, code) for code, n in count.seats.items() if n), key=lambda row: (-row[0], row[1]))
    yield "Seats now: " + (", ".join(f"{_name(count, code)} {n}" for n, code in table) or "none") + "."
    yield (
        f"Still to come: {seats.pending} in {len(count.pending)} wards; postponed {seats.postponed}; "
        f"without a candidate or vacant {seats.unfilled}."
    )


def _proof(count: Count) -> Iterator[str]:
    verdict, ground = control.judge(count), count.ground
    before = count.map.control_before
    held = "not known: a new council" if before is None else _name(count, before.control)
    source = f" ({before.source})" if before is not None else ""
    yield f"Control before: {held}{source}."
    if not count.map.control_reported:
        yield "Control is not told here: power is shared (DR-36)."
        return
    if verdict.after is None:
        yield "Control is open: no party is sure of a majority, and one can still reach it:"
    elif verdict.after == NOC:
        yield "Nobody can have a majority any more (DR-08):"
    else:
        yield f"{_capital(_name(count, verdict.after))}: certain of a majority (DR-07):"
    for code in sorted(control.eligible(ground), key=lambda code: (-count.floor[code], code)):
        if count.ceiling[code]:
            held_seats, won = ground.held.get(code, 0), count.won.get(code, 0)
            sure = count.floor[code] - held_seats - won
            yield (
                f"  {_name(count, code)}: {held_seats} not up + {won} won + {sure} sure in wards out "
                f"= at least {count.floor[code]}; at most {count.ceiling[code]}."
            )


def _figures(count: Count) -> Iterator[str]:
    """Why our figures of change may differ from another's: each is right on its own basis (DR-16 to DR-18)."""
    known = [(b, bases.changes(count, b)) for b in count.map.baselines]
    if not known:
        return
    yield "Figures of change, and why others' may differ:"
    for baseline, changes in known:
        yield f"  {_basis(baseline)} {_WHAT[baseline.basis]} ({baseline.source})."
        yield f"    {_rows(count, changes, baseline)}"
    for _, sentence in conflicts(count.ground):
        yield f"  Conflict: {sentence}."
    yield from _apart([changes for _, changes in known if changes.rows and changes.scope == "council"], count)


def _basis(baseline: Baseline) -> str:
    scope = ", seats up" if baseline.scope == "seats_up" else ""
    return (
        f"{baseline.basis.replace('_', ' ')} ({baseline.as_of:%-d %B %Y}{scope}, version {baseline.version})"
    )


def _rows(count: Count, changes: Changes, baseline: Baseline) -> str:
    if changes.comparable:
        return ", ".join(
            f"{_row_name(count, row)} {row.before} to {row.now} ({row.change:+d})" for row in changes.rows
        )
    if bases.contradicts_control(baseline, count.ground):
        return "no change is told on it: it contradicts control before (DR-05)"
    return (
        f"no change is told on it: {baseline.total} seats then, {count.map.seats} now, or other wards (DR-18)"
    )


def _apart(known: list[Changes], count: Count) -> Iterator[str]:
    """Parties whose change is not the same on every basis."""
    by_party: dict[str, dict[str, int]] = {}
    for changes in known:
        for row in changes.rows:
            by_party.setdefault(row.party, {})[changes.basis] = row.change
    for party, found in sorted(by_party.items()):
        if len(set(found.values())) > 1 and party not in ("OTHERS", "VACANT", "PENDING"):
            told = ", ".join(f"{change:+d} on {basis.replace('_', ' ')}" for basis, change in found.items())
            yield f"  {_capital(_name(count, party))}: {told}. Each is right on its basis."


def _waiting(told: Told) -> Iterator[str]:
    book = told.council.book
    for id, why in sorted(book.parked.items()):
        yield f"Waits: {id}: {why.sentence}."
    for hold in book.holds():
        what = hold.ward or ", ".join(hold.types) or "the council"
        yield f"Held by {hold.by}: {what} ({hold.reason}); its release names {hold.id}."


def _name(count: Count, code: str) -> str:
    return "no overall control" if code == NOC else count.ground.parties[code].the


def _row_name(count: Count, row: Change) -> str:
    own = {"OTHERS": "others", "VACANT": "vacant", "PENDING": "still to be filled"}
    return own.get(row.party) or _name(count, row.party).removeprefix("the ")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def standing_claims(events: Iterable[InputEvent]) -> Iterator[tuple[str, list[str]]]:
    """What stands as said after these events: councils by name, with the sentences of their claims in reading order."""
    councils: dict[str, Council] = {}
    for event in events:
        if refuse(event, event.mode) is None:
            taken = take(councils.get(event.council), event)
            if taken.council is not None:
                councils[event.council] = taken.council
    for council in sorted(councils.values(), key=lambda council: council.book.map.name):
        order = {key: place for place, key in enumerate(council.facts)}
        said = sorted(council.ledger.items(), key=lambda row: (order.get(row[0], len(order)), row[0]))
        yield council.book.map.name, [f"{entry.type}: {entry.text}" for _, entry in said]
