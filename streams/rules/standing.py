"""The published picture of a council, written from its count."""

from collections.abc import Iterable, Iterator
from datetime import date

from schemas.council import CouncilOpened, Ward
from schemas.declaration import CouncilReported, WardDeclared
from schemas.desk import EditorialCall, Held, SeatChanged
from schemas.standing import (
    Call,
    Control,
    Elected,
    Hold,
    Outcome,
    PartyStanding,
    Reported,
    SeatMove,
    Standing,
    WardStanding,
    WardStatus,
)
from streams.rules import baseline, control
from streams.rules.count import Count, is_postponed
from streams.rules.ground import NOC


def write(count: Count, *, n: int, version: int, rules_version: int) -> Standing:
    """The standing as a contract; ``n`` headlines have been said, ``version`` counts the row's changes."""
    council_map = count.map
    declared = sorted(count.declared.values(), key=lambda event: (event.declared_at.at, event.ward))
    return Standing(
        council=council_map.council,
        version=version,
        n=n,
        mode=council_map.mode,
        election=council_map.election,
        name=council_map.name,
        map_version=council_map.version,
        rules_version=rules_version,
        seats=count.sums(),
        parties=tuple(_parties(count)),
        changes=tuple(baseline.changes(count, b) for b in council_map.baselines),
        control=_control(count),
        final=count.final,
        wards_declared=len(count.declared),
        wards_expected=wards_expected(council_map),
        wards=tuple(_ward(ward, count) for ward in council_map.wards),
        reported=tuple(_reported(count)),
        calls=tuple(
            Call(by=event.by, source=event.source.name, outcome=event.outcome)
            for event in count.book.of_kind("call")
            if isinstance(event, EditorialCall) and event.outcome is not None
        ),
        moves=tuple(
            SeatMove(seat=event.seat, cause=event.cause, party_from=event.party_from, party_to=event.party_to)
            for event in count.book.of_kind("seat")
            if isinstance(event, SeatChanged)
        ),
        holds=holds(count.book.holds()),
        held=False,
        last_declared_at=declared[-1].declared_at.at if declared else None,
    )


def wards_expected(council_map: CouncilOpened) -> int:
    """Wards that have a poll, now or later."""
    return sum(1 for ward in council_map.wards if ward.state not in ("unopposed", "under-contested"))


def holds(found: Iterable[Held]) -> tuple[Hold, ...]:
    """Holds as the desk sees them."""
    return tuple(Hold(hold=hold.id, scope=hold.scope, by=hold.by, reason=hold.reason) for hold in found)


def _parties(count: Count) -> Iterator[PartyStanding]:
    for code, party in count.ground.parties.items():
        if count.ceiling[code] or code in count.ground.nominated:
            yield PartyStanding(
                party=code,
                name=party.name,
                held=count.ground.held.get(code, 0),
                won=count.won.get(code, 0),
                seats=count.seats[code],
                floor=count.floor[code],
                ceiling=count.ceiling[code],
            )


def _control(count: Count) -> Control:
    verdict = control.judge(count)
    reported = count.map.control_reported
    after = verdict.after if reported and count.begun else None
    decided = control.before_poll(count.ground)
    return Control(
        before=verdict.before,
        after=after,
        outcome=outcome(verdict.before, after),
        lost_for_certain=reported and count.begun and verdict.lost,
        before_poll=reported and decided is not None,
        reported=reported,
    )


def outcome(before: str | None, after: str | None) -> Outcome | None:
    """What control before and after come to (DR-04)."""
    if after is None:
        return None
    if before is None:
        return "NEW COUNCIL"
    if after == NOC:
        return "NO CHANGE" if before == NOC else "LOSE TO NOC"
    return "HOLD" if before == after else "GAIN"


def _ward(ward: Ward, count: Count) -> WardStanding:
    """A ward as it stands; worked out once for each map, declaration, state and date."""
    event = count.declared.get(ward.id)
    poll = count.book.poll(ward.id)
    polls_on = (poll.new_date if poll is not None else None) or ward.polls_on
    status = _status(ward, count)
    mark = (
        f"ward:{ward.id}:{status}:{polls_on}:{count.book.fingerprints[event.id] if event is not None else ''}"
    )
    known = count.ground.worked_out
    if mark not in known:
        known[mark] = _write_ward(ward, event, status, polls_on)
    found: WardStanding = known[mark]
    return found


def _write_ward(
    ward: Ward, event: WardDeclared | None, status: WardStatus, polls_on: date | None
) -> WardStanding:
    elected: tuple[Elected, ...] = ()
    if event is not None:
        elected = _elected(event, ward)
    elif status == "unopposed":
        elected = tuple(Elected(name=c.name, party=c.party, votes=None) for c in ward.candidates)
    return WardStanding(
        ward=ward.id,
        name=ward.name,
        seats=ward.seats,
        poll=ward.state,
        status=status,
        polls_on=polls_on,
        revision=event.revision if event is not None else None,
        declared_at=event.declared_at.at if event is not None else None,
        elected=elected,
    )


def _status(ward: Ward, count: Count) -> WardStatus:
    if ward.id in count.declared:
        return "declared"
    if ward.state in ("unopposed", "under-contested"):
        return "unopposed"
    if ward.id in count.held_wards:
        return "held"
    waiting = [count.book.parked.get(event.id) for event in count.book.wards.get(ward.id, {}).values()]
    # What a rule holds is no news for readers: the ward is out.
    if any(why is not None and why.reason != "anomaly" for why in waiting):
        return "parked"
    return "postponed" if is_postponed(ward, count.book) else "out"


def _elected(event: WardDeclared, ward: Ward) -> tuple[Elected, ...]:
    names = {candidate.id: candidate.name for candidate in ward.candidates}
    chosen = [result for result in event.results if result.elected]
    return tuple(Elected(name=names[r.candidate], party=r.party, votes=r.votes) for r in chosen)


def _reported(count: Count) -> Iterator[Reported]:
    seats = {code: n for code, n in count.seats.items() if n}
    for event in count.book.of_kind("report"):
        if isinstance(event, CouncilReported):
            agrees = None if count.out or event.others is not None else dict(event.seats) == seats
            yield Reported(
                source=event.source.name,
                revision=event.revision,
                seats=event.seats,
                others=event.others,
                control=event.control,
                agrees=agrees,
            )
