"""A council as its areas see it: seats, control, changes and how far it is, without what is kept back."""

from collections.abc import Iterable

from schemas.area import FirstDeclared, Share, Summary
from schemas.council import RESERVED_CODES
from schemas.event import Moment
from schemas.headline import HeadlineType
from schemas.standing import Changes, Control
from streams.rules import baseline, standing
from streams.rules.count import Count
from streams.rules.facts.fact import Fact
from streams.rules.ground import Ground
from streams.rules.said import Ledger
from streams.rules.withheld import CONTROL, TELLS_CHANGES, TELLS_CONTROL, veiled_control


def summary(count: Count, facts: dict[str, Fact]) -> Summary:
    """The council as its areas see it."""
    control = _control(count, facts)
    final = count.final and count.begun
    changes = tuple(baseline.changes(count, b) for b in count.map.baselines) if final else _bases(count)
    times_known = count.map.times == "known" and all(
        event.declared_at.basis == "officer" for event in count.declared.values()
    )
    return Summary(
        map_version=count.map.version,
        seats=count.sums(),
        parties=tuple(_shares(count, control, changes)),
        control=control,
        decided_at=_decided_at(count, facts),
        changes=changes,
        wards_declared=len(count.declared),
        wards_expected=standing.wards_expected(count.map),
        final=final,
        times_known=times_known,
        first=_first(count) if times_known else None,
        last_declared_at=max((event.declared_at.at for event in count.declared.values()), default=None),
    )


def _control(count: Count, facts: dict[str, Fact]) -> Control:
    """Control as the facts have it, so that it is not judged twice."""
    story, known = facts.get("control"), count.ground.worked_out
    after = story.value["after"] if story is not None else None
    mark = f"control:{after}:{story is not None}:{'decided-before-poll' in facts}"
    if mark not in known:
        before = count.map.control_before.control if count.map.control_before is not None else None
        known[mark] = Control(
            before=before,
            after=after,
            outcome=standing.outcome(before, after),
            lost_for_certain=story is not None and after is None,
            before_poll="decided-before-poll" in facts,
            reported=count.map.control_reported,
        )
    found: Control = known[mark]
    return found


def _bases(count: Count) -> tuple[Changes, ...]:
    """The bases that the map has, without figures."""
    known = count.ground.worked_out
    if "bases" not in known:
        known["bases"] = tuple(
            Changes(
                basis=b.basis,
                scope=b.scope,
                version=b.version,
                as_of=b.as_of,
                comparable=baseline.compares(b, count.ground),
                rows=(),
                named=baseline.named(b, count.ground),
            )
            for b in count.map.baselines
        )
    found: tuple[Changes, ...] = known["bases"]
    return found


def veiled(found: Summary, kept: frozenset[HeadlineType], ledger: Ledger) -> Summary:
    """The summary without what is kept back, as the council's standing hides it."""
    if not kept:
        return found
    hidden: dict[str, object] = {"control": veiled_control(found.control, kept, ledger)}
    if kept & TELLS_CONTROL:
        hidden["decided_at"] = None
    if "CONTROL_DECIDED_BEFORE_POLL" in kept and not kept & CONTROL:
        hidden["control"] = found.control.model_copy(update={"before_poll": False})
    if "COUNCIL_FINAL" in kept:
        hidden["final"] = False
    if kept & TELLS_CHANGES:
        hidden["changes"] = tuple(changes.model_copy(update={"rows": ()}) for changes in found.changes)
    if "FIRST_DECLARATION" in kept:
        hidden["first"] = None
    return found.model_copy(update=hidden)


def _shares(count: Count, control: Control, changes: tuple[Changes, ...]) -> Iterable[Share]:
    named = {code for code, seats in count.seats.items() if seats}
    named |= {row.party for one in changes for row in one.rows}
    named |= {code for code in (control.before, control.after) if code}
    for code in sorted(named - RESERVED_CODES):
        yield _share(count.ground, code, count.seats[code])


def _share(ground: Ground, code: str, seats: int) -> Share:
    mark, party = f"share:{code}:{seats}", ground.parties[code]
    if mark not in ground.worked_out:
        ground.worked_out[mark] = Share(
            code=code,
            name=party.name,
            the=party.the,
            plural=party.plural,
            kind=party.kind,
            family=party.family,
            seats=seats,
        )
    found: Share = ground.worked_out[mark]
    return found


def _decided_at(count: Count, facts: dict[str, Fact]) -> Moment | None:
    """When control became certain; None where it is open, was before the poll, or the deciding ward is not known."""
    story = facts.get("control")
    wards = story.value["deciding"] if story is not None and story.value["after"] is not None else None
    return count.declared[wards[0]].declared_at if wards else None


def _first(count: Count) -> FirstDeclared | None:
    moments = {event.ward: event.declared_at for event in count.declared.values()}
    if not moments:
        return None
    over = min(moment.latest or moment.at for moment in moments.values())
    first = sorted(ward for ward, moment in moments.items() if moment.at <= over)
    at = min((moments[ward] for ward in first), key=lambda moment: (moment.at, moment.precision_seconds))
    return FirstDeclared(wards=tuple(count.ground.wards[ward].name for ward in first), at=at)
