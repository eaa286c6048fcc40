"""What can be said of an event at once; the agent stays the judge of everything but the hour."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.contract import Mode
from schemas.council import CouncilOpened
from schemas.declaration import (
    CouncilReported,
    MayorDeclared,
    PollChanged,
    StageDeclared,
    WardDeclared,
    WardWithdrawn,
)
from schemas.desk import AdministrationFormed, EditorialCall, Held, Released, Review, SeatChanged
from schemas.reading import EVENT_BYTES, MAP_BYTES, InputEvent, Unreadable, read
from streams.intake.known import Known
from streams.intake.problem import Problem
from streams.intake.producers import Producer
from streams.rules import admission
from streams.rules.fit import misfit
from streams.signing import canonical

#: A clock may go wrong by this much before a declaration is from the future.
AHEAD = timedelta(minutes=2)
#: A revision further ahead than this is a slip of the finger.
JUMP = 5

#: Which events go through which door.
DOOR_TYPES: dict[str, tuple[type, ...]] = {
    "declarations": (WardDeclared, StageDeclared, MayorDeclared),
    "withdrawals": (WardWithdrawn,),
    "polls": (PollChanged,),
    "reports": (CouncilReported,),
    "councils": (CouncilOpened,),
    "holds": (Held, Released),
    "calls": (EditorialCall,),
    "seats": (SeatChanged, AdministrationFormed),
    "reviews": (Review,),
}


def understand(raw: bytes, door: str | None = None) -> tuple[InputEvent, bytes]:
    """The event in bytes, and the canonical bytes that go to the log; raises :class:`Problem`.

    ``door``: which kinds may come in here; None lets in all.
    """
    try:
        event = read(raw)
    except Unreadable as why:
        raise Problem(why.reason, why.sentence, why.field) from None
    if door is not None and not isinstance(event, DOOR_TYPES[door]):
        right = next(name for name, types in DOOR_TYPES.items() if isinstance(event, types))
        raise Problem("schema", f"a {event.type} does not go to /v1/{door} but to /v1/{right}", "type")
    value = canonical(event)
    largest = MAP_BYTES if isinstance(event, CouncilOpened) else EVENT_BYTES
    if len(value) > largest:
        raise Problem("size", f"the event has {len(value):,} bytes; it may have {largest:,}")
    return event, value


@dataclass(frozen=True, slots=True)
class Examiner:
    """Everything that an event is held against, besides itself."""

    mode: Mode
    known: Known

    def admit(self, event: InputEvent, producer: Producer, now: datetime) -> None:
        """Form, hour and who may say it; raises :class:`Problem`."""
        refusal = admission.refuse(event, self.mode)
        if refusal is not None:
            raise Problem(refusal.reason, refusal.sentence, refusal.field)
        self._authorise(event, producer)
        if event.declared_at.at > now + AHEAD:
            raise Problem(
                "time",
                f"declared at {event.declared_at.at:%H:%M:%S on %d %B %Y} UTC, which is more than two minutes ahead: "
                "set the clock of the sender, and send it again when it has happened",
                "declared_at.at",
            )

    def _authorise(self, event: InputEvent, producer: Producer) -> None:
        if event.producer != producer.name:
            raise Problem(
                "authz", f"the key is that of {producer.name}, the event says {event.producer}", "producer"
            )
        door = next(name for name, types in DOOR_TYPES.items() if isinstance(event, types))
        if door not in producer.doors:
            raise Problem("authz", f"{producer.name} may not send a {event.type}", "type")
        if not producer.may_speak_of(event.council, self._areas(event)):
            raise Problem("authz", f"{event.council} is not among the councils of {producer.name}", "council")
        source = getattr(event, "source", None)
        if source is not None and source.tier < producer.tier:
            raise Problem(
                "authz",
                f"a source of tier {source.tier} is better than the {producer.tier} of {producer.name}",
                "source.tier",
            )

    def _areas(self, event: InputEvent) -> tuple[str, ...]:
        """Areas by the map in force: a producer cannot widen its own reach with a map of its own making."""
        council = self.known.council(event.council)
        return tuple(area.id for area in council.ground.map.areas) if council and council.ground else ()

    def fit(self, event: InputEvent) -> None:
        """Map, revision and arithmetic on the map, as far as the log is known; raises :class:`Problem`."""
        self._revise(event)
        if isinstance(event, CouncilOpened):
            return
        council = self.known.council(event.council)
        if council is None or council.ground is None:
            if self.known.complete:
                raise Problem(
                    "unknown-council",
                    f"{event.council} has not been opened: send its map to /v1/councils first",
                    "council",
                )
            return
        why = misfit(event, council.ground, council.off)
        if why is not None:
            raise Problem(why.reason, why.sentence, why.field)

    def _revise(self, event: InputEvent) -> None:
        seen = self.known.seen.get(event.id)
        council = self.known.councils.get(event.council)
        if council is None or not isinstance(event, (WardDeclared, WardWithdrawn)) or seen is not None:
            return
        stands = council.wards.get(event.ward, {}).get(event.revision)
        if stands is not None and self.known.verdict(stands.id) is None:
            raise Problem(
                "conflict",
                f"revision {event.revision} of {event.ward} already stands as {stands.id}: "
                f"a correction takes revision {council.latest_revision(event.ward) + 1}",
                "revision",
            )
        latest = council.latest_revision(event.ward)
        if event.revision > latest + JUMP:
            raise Problem(
                "rev-range",
                f"revision {event.revision} after {latest or 'none'}: the next is {latest + 1}",
                "revision",
            )

    def notices(self, event: InputEvent) -> list[str]:
        """What the sender should know though the event is taken."""
        council = self.known.councils.get(event.council)
        if council is None or not isinstance(event, (WardDeclared, WardWithdrawn)):
            return []
        latest = council.latest_revision(event.ward)
        if event.revision < latest:
            return [f"revision {latest} of this ward is known already: this one will not count"]
        return []
