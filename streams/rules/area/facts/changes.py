"""Facts of change across councils, each on one stated basis: sums, who is up and down the most, round numbers."""

from collections.abc import Iterator
from typing import Any

from schemas.council import RESERVED_CODES
from schemas.headline import Priority
from streams.rules.area.changes import Row, Shift
from streams.rules.area.totals import Totals
from streams.rules.facts.fact import Fact, Value
from streams.rules.thresholds import AREA_COUNCILS, CHANGE_MILESTONES

#: Seat changes are told against the last comparable election.
_HOUSE = ("last_election", "notional_last_election")

#: Councils named where a party went up or down the most.
_NAMED = 2


def _told(totals: Totals) -> Iterator[tuple[Shift, Priority]]:
    """Bases with enough councils: the house's first (DR-17), the others for who asks for them."""
    for shift in totals.shifts:
        if shift.counted >= AREA_COUNCILS:
            yield shift, "R" if shift.measure[0] in _HOUSE else "B"


def _key(shift: Shift) -> str:
    return ":".join(str(part) for part in shift.measure)


def _value(shift: Shift) -> Value:
    basis, scope, year = shift.measure
    return {
        "basis": basis,
        "scope": scope,
        "year": year,
        "counted": shift.counted,
        "comparable": shift.comparable,
    }


def _basis(shift: Shift) -> tuple[tuple[str, int], ...]:
    return ((shift.measure[0], shift.version),)


def net_changes(totals: Totals) -> Iterator[Fact]:
    """NET_CHANGE: seats now against then, over the final councils that compare on the basis; it closes to zero."""
    for shift, priority in _told(totals):
        value = _value(shift) | {"rows": _rows(shift.rows), "families": _rows(shift.families)}
        key = f"net-change:{_key(shift)}"
        yield Fact("NET_CHANGE", key, "net-change", priority, value, bases=_basis(shift))


def _rows(rows: dict[str, Row]) -> list[list[Any]]:
    return [
        [key, row.before, row.now, row.change, row.new, row.councils] for key, row in sorted(rows.items())
    ]


def leaders(totals: Totals) -> Iterator[Fact]:
    """NET_CHANGE_LEADER: the party that is up the most and the one that is down the most, each if there is only one.

    Only parties that the figures of every council tell apart are compared; independents are no party (DR-25).
    """
    for shift, priority in _told(totals):
        rows = {
            key: row
            for key, row in shift.rows.items()
            if key not in RESERVED_CODES
            and row.councils == shift.counted
            and totals.parties[key].kind != "independent"
        }
        up, down = _first(rows, 1), _first(rows, -1)
        if up or down:
            value = _value(shift) | {"up": up, "down": down, "bundled": shift.bundled}
            key = f"leader:{_key(shift)}"
            yield Fact("NET_CHANGE_LEADER", key, "net-change", priority, value, bases=_basis(shift))


def _first(rows: dict[str, Row], sign: int) -> Value | None:
    most = max((sign * row.change for row in rows.values()), default=0)
    found = [key for key, row in rows.items() if sign * row.change == most]
    if most <= 0 or len(found) > 1:
        return None
    row = rows[found[0]]
    where = sorted(
        ((council, change) for council, change in row.by_council.items() if sign * change > 0),
        key=lambda each: (-sign * each[1], each[0]),
    )
    return {
        "party": found[0],
        "by": most,
        "in": len(where),
        "most": [[council, abs(change)] for council, change in where[:_NAMED]],
    }


def milestones(totals: Totals) -> Iterator[Fact]:
    """MILESTONE: a party is up or down by a round number of seats or more, where the basis tells it apart."""
    for shift, priority in _told(totals):
        for key, row in sorted(shift.rows.items()):
            passed = [number for number in CHANGE_MILESTONES if number <= abs(row.change)]
            if key in RESERVED_CODES or row.councils != shift.counted or not passed:
                continue
            if totals.parties[key].kind == "independent":
                continue
            basis, scope, year = shift.measure
            value: Value = {
                "party": key,
                "basis": basis,
                "scope": scope,
                "year": year,
                "change": passed[-1] if row.change > 0 else -passed[-1],
            }
            name = f"milestone:{key}:{_key(shift)}"
            yield Fact("MILESTONE", name, f"milestone:{key}", priority, value, bases=_basis(shift))
