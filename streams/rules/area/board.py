"""The published picture of an area, written from its totals."""

from collections.abc import Iterable, Iterator

from schemas.area import (
    AreaChange,
    AreaChanges,
    AreaCouncil,
    AreaHeld,
    AreaHold,
    Board,
    ControlTotal,
    FamilyTotal,
    PartyTotal,
)
from streams.rules.area.changes import Row, Shift
from streams.rules.area.totals import Totals
from streams.rules.ground import NOC


def write(totals: Totals, *, n: int, version: int, rules_version: int) -> Board:
    """The board as a contract; ``n`` headlines have been said, ``version`` counts the row's changes."""
    area, given = totals.area, totals.roll.named_by
    times = [member.summary.last_declared_at for member in totals.members]
    return Board(
        area=given.key,
        slug=area.id,
        name=area.name,
        kind=area.kind,
        parent=area.parent,
        version=version,
        n=n,
        mode=given.mode,
        election=given.election,
        rules_version=rules_version,
        complete=totals.complete,
        seats=totals.sums,
        begun=sum(1 for member in totals.members if member.begun),
        wards_declared=sum(member.summary.wards_declared for member in totals.members),
        wards_expected=sum(member.summary.wards_expected for member in totals.members),
        parties=tuple(_parties(totals)),
        families=tuple(_families(totals)),
        control=tuple(_control(totals)),
        changes=tuple(_changes(shift) for shift in totals.shifts),
        councils=tuple(_councils(totals)),
        final=bool(totals.members) and len(totals.final) == len(totals.members),
        holds=holds(totals.roll.holds()),
        held=False,
        last_declared_at=max((time for time in times if time is not None), default=None),
    )


def holds(found: Iterable[AreaHeld]) -> tuple[AreaHold, ...]:
    """Holds as the desk sees them."""
    return tuple(AreaHold(hold=hold.id, scope=hold.scope, by=hold.by, reason=hold.reason) for hold in found)


def _parties(totals: Totals) -> Iterator[PartyTotal]:
    for key, party in sorted(totals.parties.items()):
        seats = totals.seats.get(key, 0)
        yield PartyTotal(party=key, code=party.code, name=party.name, family=party.family, seats=seats)


def _families(totals: Totals) -> Iterator[FamilyTotal]:
    for family, keys in totals.families.items():
        yield FamilyTotal(family=family, parties=keys, seats=sum(totals.seats.get(key, 0) for key in keys))


def _control(totals: Totals) -> Iterator[ControlTotal]:
    board = totals.controlled
    for key in sorted({*board.councils, *board.losses}):
        yield ControlTotal(
            control=key,
            name="No overall control" if key == NOC else totals.parties[key].name,
            councils=board.councils[key],
            gains=board.gains[key],
            losses=board.losses[key],
            new=board.new[key],
        )


def _changes(shift: Shift) -> AreaChanges:
    basis, scope, year = shift.measure
    return AreaChanges(
        basis=basis,
        scope=scope,
        year=year,
        version=shift.version,
        councils=shift.councils,
        comparable=shift.comparable,
        counted=shift.counted,
        pending=shift.pending,
        rows=_rows(shift.rows),
        families=_rows(shift.families),
    )


def _rows(rows: dict[str, Row]) -> tuple[AreaChange, ...]:
    return tuple(
        AreaChange(
            party=key,
            before=row.before,
            now=row.now,
            change=row.change,
            new=row.new,
            councils=row.councils,
            up=row.up,
            down=row.down,
        )
        for key, row in sorted(rows.items())
    )


def _councils(totals: Totals) -> Iterator[AreaCouncil]:
    for member in totals.members:
        given, summary = member.given, member.summary
        yield AreaCouncil(
            council=given.council,
            name=given.council_name,
            version=given.version,
            seats=summary.seats,
            control=summary.control.after,
            outcome=summary.control.outcome,
            wards_declared=summary.wards_declared,
            wards_expected=summary.wards_expected,
            final=summary.final,
            held=given.held,
        )
