"""What a council adds to its areas after an event: its summary, to those it joins, stays in and leaves."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from schemas.area import Contribution, FirstDeclared, Share, Summary
from schemas.council import RESERVED_CODES, Area
from schemas.event import Moment, ReasonCode
from schemas.headline import HeadlineType
from schemas.reading import InputEvent
from schemas.standing import Changes, Control
from streams.rules import baseline, standing
from streams.rules.count import Count
from streams.rules.facts.fact import Fact
from streams.rules.ground import Ground
from streams.rules.said import Ledger
from streams.rules.withheld import CONTROL, TELLS_CHANGES, TELLS_CONTROL, veiled_control

if TYPE_CHECKING:
    from streams.rules.council import Council


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


@dataclass(frozen=True, slots=True)
class Given:
    """What a council has given to its areas: how many times, and while it is held what it gave at last.

    ``kept``: its last state before the hold, to every area that it was in then, marked by a correction that came since.
    """

    version: int = 0
    kept: tuple[Contribution, ...] = ()


def give(
    before: "Council | None",
    after: "Council",
    event: InputEvent,
    *,
    corrective: bool,
    rules_version: int,
) -> tuple[Given, tuple[Contribution, ...]]:
    """What ``event`` gives to areas, and what is remembered of it.

    A hold on the council freezes what its areas have, marked as held; the release gives the difference.
    """
    given = before.given if before is not None else Given()
    reason = _reason(event) if corrective else None
    pen = _Pen(after, event, given.version + 1, rules_version, corrective, reason, held=False)
    if before is None or after.shown is None:
        return _difference(before, after, pen, given)
    if before.shown is not None:
        return _marked(given, pen), ()
    pen = replace(pen, held=True, corrective=False, reason=None)
    kept = tuple(pen.write(area, "change", before.summary) for area in before.book.map.areas)
    return Given(given.version + 1, kept), kept


def _reason(event: InputEvent) -> ReasonCode | None:
    """Why the event takes something back; a hold's or a review's reason is a sentence and none of these."""
    return next((code for code in get_args(ReasonCode) if code == getattr(event, "reason", None)), None)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Writes the contributions of one event, all with one version."""

    council: "Council"
    event: InputEvent
    version: int
    rules_version: int
    corrective: bool
    reason: ReasonCode | None
    held: bool

    def write(
        self, area: Area, action: Literal["join", "change", "leave"], summary: Summary | None
    ) -> Contribution:
        council_map = self.council.book.map
        return Contribution(
            mode=council_map.mode,
            election=council_map.election,
            area=area,
            action=action,
            council=council_map.council,
            council_name=council_map.name,
            version=self.version,
            rules_version=self.rules_version,
            cause=self.event.id,
            corrective=self.corrective,
            reason=self.reason,
            declared_at=self.event.declared_at,
            reported_at=self.event.reported_at,
            held=self.held,
            summary=summary,
        )


def _marked(given: Given, pen: _Pen) -> Given:
    if not pen.corrective:
        return given
    marks = {"corrective": True, "reason": pen.reason}
    return Given(given.version, tuple(kept.model_copy(update=marks) for kept in given.kept))


def _difference(
    before: "Council | None", after: "Council", pen: _Pen, given: Given
) -> tuple[Given, tuple[Contribution, ...]]:
    released = before is not None and before.shown is not None
    if released and given.kept and given.kept[0].corrective:
        pen = replace(pen, corrective=True, reason=given.kept[0].reason)
    was = {area.id: area for area in _areas(before, given)}
    now = {area.id: area for area in after.book.map.areas}
    changed = bool(now) and (before is None or released or before.summary != after.summary)
    found = [pen.write(area, "leave", None) for id, area in was.items() if id not in now]
    found += [pen.write(area, "join", after.summary) for id, area in now.items() if id not in was]
    found += [
        pen.write(area, "change", after.summary)
        for id, area in now.items()
        if id in was and (changed or was[id] != area)
    ]
    return Given(given.version + bool(found)), tuple(found)


def _areas(before: "Council | None", given: Given) -> Iterable[Area]:
    if before is None:
        return ()
    return before.book.map.areas if before.shown is None else (kept.area for kept in given.kept)
