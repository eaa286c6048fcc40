"""Facts of how far an area's councils are: the first to declare, and all of them final."""

from collections.abc import Iterator

from streams.rules.area.totals import Totals
from streams.rules.facts.fact import Fact, Value


def first_declarations(totals: Totals) -> Iterator[Fact]:
    """FIRST_DECLARATION: by the returning officers' own times, and only where all of them are known (DR-40)."""
    if not all(member.summary.times_known for member in totals.members):
        return
    first = {m.given.council: m.summary.first for m in totals.members if m.summary.first is not None}
    if not first or any(m.summary.wards_declared and m.summary.first is None for m in totals.members):
        return
    over = min(declared.at.latest or declared.at.at for declared in first.values())
    value: Value = {
        "wards": {
            council: list(declared.wards) for council, declared in first.items() if declared.at.at <= over
        }
    }
    yield Fact("FIRST_DECLARATION", "first-declaration", "first-declaration", "U", value)


def coverage(totals: Totals) -> Iterator[Fact]:
    """COVERAGE_STATUS: every council of the area that this feed has is final; what was put off is named (DR-41)."""
    if not totals.members or len(totals.final) < len(totals.members):
        return
    postponed = {
        m.given.council: m.summary.seats.postponed for m in totals.members if m.summary.seats.postponed
    }
    value: Value = {
        "state": "final",
        "councils": len(totals.members),
        "complete": totals.complete,
        "postponed": postponed,
    }
    yield Fact("COVERAGE_STATUS", "coverage", "coverage", "B", value)
