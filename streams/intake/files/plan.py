"""What sending an event would mean, in words, before it is sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from schemas.council import CouncilOpened
from schemas.declaration import WardDeclared, WardWithdrawn
from schemas.reading import InputEvent
from streams.intake.known import Known
from streams.rules.fit import misfit
from streams.signing import canonical

Verdict = Literal["new", "corrects", "withdraws", "amends", "there already", "will not count", "conflict"]


@dataclass(frozen=True, slots=True)
class Planned:
    """One event: what it would do, to what, and what the feed would say against it."""

    verdict: Verdict
    about: str
    doubt: str = ""

    def __str__(self) -> str:
        doubt = f"; {self.doubt}" if self.doubt else ""
        return f"{self.about}: {self.verdict}{doubt}"


def plan(event: InputEvent, known: Known, now: datetime) -> Planned:
    """What this event is to what the log says; the log is not changed."""
    return Planned(_verdict(event, known), _about(event, known), _doubt(event, known, now))


def _verdict(event: InputEvent, known: Known) -> Verdict:
    council = known.councils.get(event.council)
    if isinstance(event, CouncilOpened):
        if event.id in known.seen:
            return "there already"
        return "new" if council is None or council.ground is None else "amends"
    if event.id in known.seen:
        before = (
            council.wards.get(getattr(event, "ward", ""), {}).get(known.seen[event.id].revision)
            if council
            else None
        )
        same = before is None or canonical(before) == canonical(event)
        return "there already" if same else "conflict"
    if council is None or not isinstance(event, (WardDeclared, WardWithdrawn)):
        return "new"
    if event.revision in council.wards.get(event.ward, {}):
        return "conflict"
    if event.revision < council.latest_revision(event.ward):
        return "will not count"
    if isinstance(event, WardWithdrawn):
        return "withdraws"
    return "corrects" if council.latest_revision(event.ward) else "new"


def _about(event: InputEvent, known: Known) -> str:
    council = known.council(event.council)
    name = council.ground.map.name if council and council.ground else event.council
    if isinstance(event, CouncilOpened):
        return f"{event.name}, map {event.version}"
    ward_id = getattr(event, "ward", None)
    if ward_id is None:
        return f"{name}, {event.type}"
    wards = council.ground.wards if council and council.ground else {}
    ward = wards[ward_id].name if ward_id in wards else ward_id
    revision = getattr(event, "revision", 1)
    return f"{name}, {ward}" + (f", revision {revision}" if revision > 1 else "")


def _doubt(event: InputEvent, known: Known, now: datetime) -> str:
    if event.declared_at.at > now:
        return "it says it happens in the future"
    council = known.council(event.council)
    if isinstance(event, CouncilOpened):
        return ""
    if council is None or council.ground is None:
        return "the council has not been opened, so the feed will reject it"
    why = misfit(event, council.ground, council.off)
    return f"{why.sentence}, so it will wait" if why is not None else ""
