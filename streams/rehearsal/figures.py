"""Published figures of a night against its own maps and declarations: plain addition, apart from the rules."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from schemas.council import CouncilOpened
from schemas.declaration import WardDeclared, WardWithdrawn
from schemas.reading import InputEvent
from streams.rehearsal.mistakes import Mistake
from streams.rehearsal.outcome import EXPECTED, OTHERS, Expected, outcome_of


def at_odds(
    line: int, row: Expected, until: datetime, opened: CouncilOpened, events: list[InputEvent]
) -> Iterator[Mistake]:
    """What does not add up in one row: with itself, with the council's map, and with what was declared by then."""
    wrong = partial(Mistake, EXPECTED, line)
    total = sum(row.seats.values()) + row.pending
    if total != opened.seats:
        yield wrong("", f"seats and pending make {total}; {opened.name} has {opened.seats}")
    before = opened.control_before.control if opened.control_before else ""
    if row.before != before:
        yield wrong("before", f"{row.before or 'nothing'} where the map has {before or 'nothing'}")
    if row.outcome != outcome_of(row.before, row.after):
        expected = outcome_of(row.before, row.after) or "nothing"
        yield wrong(
            "outcome", f"{row.outcome or 'nothing'} where {row.before} to {row.after} is {expected} (DR-04)"
        )
    yield from _control(row, opened, wrong)
    seats, pending = _added_up(until, opened, events, set(row.seats))
    if row.pending != pending:
        yield wrong("pending", f"{row.pending} where the declarations leave {pending} seats to be filled")
    for column, published in row.seats.items():
        if published != seats.get(column, 0):
            yield wrong(
                column, f"{published} where the declarations and seats not up give {seats.get(column, 0)}"
            )


def _control(row: Expected, opened: CouncilOpened, wrong: Callable[[str, str], Mistake]) -> Iterator[Mistake]:
    majority = opened.seats // 2 + 1
    able = {party.code for party in opened.parties if party.may_control}
    for column, seats in row.seats.items():
        if column != OTHERS and column in able and (seats >= majority) != (row.after == column):
            has = "has" if seats >= majority else "has not"
            yield wrong(
                "after", f"{row.after or 'nothing'}, but {column} {has} the {majority} of a majority (DR-01)"
            )


def _added_up(
    until: datetime, opened: CouncilOpened, events: list[InputEvent], columns: set[str]
) -> tuple[Counter[str], int]:
    """Seats by column and seats still to be filled, from the events of a council up to a moment."""
    tally = {party.code: party.tally or party.code for party in opened.parties}
    stands: dict[str, WardDeclared | WardWithdrawn] = {}
    for event in events:
        if isinstance(event, (WardDeclared, WardWithdrawn)) and event.declared_at.at <= until:
            known = stands.get(event.ward)
            if known is None or event.revision > known.revision:
                stands[event.ward] = event
    seats: Counter[str] = Counter(opened.held)
    pending = 0
    for ward in opened.wards:
        last = stands.get(ward.id)
        if ward.state in ("unopposed", "under-contested"):
            seats.update(candidate.party for candidate in ward.candidates)
        elif isinstance(last, WardDeclared):
            seats.update(result.party for result in last.results if result.elected)
        else:
            pending += ward.seats
    grouped: Counter[str] = Counter()
    for code, count in seats.items():
        counted = tally.get(code, code)
        grouped[counted if counted in columns else OTHERS] += count
    return grouped, pending
