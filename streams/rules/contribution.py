"""What a council adds to its areas after an event: its summary, to those it joins, stays in and leaves."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, get_args

from schemas.area import Contribution, Summary
from schemas.council import Area
from schemas.event import ReasonCode
from schemas.reading import InputEvent
from streams.rules.council import Council, Given


def give(
    before: Council | None,
    after: Council,
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

    council: Council
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
    before: Council | None, after: Council, pen: _Pen, given: Given
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


def _areas(before: Council | None, given: Given) -> Iterable[Area]:
    if before is None:
        return ()
    return before.book.map.areas if before.shown is None else (kept.area for kept in given.kept)
