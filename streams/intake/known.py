"""What the log says so far: maps, which revision stands for which ward, and what became of each event."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import orjson

from schemas.council import CouncilOpened
from schemas.declaration import PollChanged, WardDeclared, WardWithdrawn
from schemas.desk import Held, Released
from schemas.reading import InputEvent, Unreadable, read
from streams.rules.ground import Ground, lay_out

CALLED_OFF = ("countermanded", "abandoned", "postponed")

FateName = Literal["journalled", "on the log", "accepted", "parked", "rejected", "superseded"]


@dataclass(slots=True)
class CouncilKnown:
    """A council as the log tells it, whether or not the rules accepted all of it."""

    ground: Ground | None = None
    wards: dict[str, dict[int, InputEvent]] = field(default_factory=dict)
    polls: dict[str, PollChanged] = field(default_factory=dict)
    holds: dict[str, Held] = field(default_factory=dict)
    released: set[str] = field(default_factory=set)

    @property
    def off(self) -> frozenset[str]:
        """Wards whose poll was called off and has no new date (DR-29)."""
        return frozenset(ward for ward, poll in self.polls.items() if poll.state in CALLED_OFF)

    def declared(self, ward: str) -> WardDeclared | None:
        """The latest declaration of a ward; None when there is none or it was withdrawn."""
        revisions = self.wards.get(ward, {})
        latest = revisions[max(revisions)] if revisions else None
        return latest if isinstance(latest, WardDeclared) else None

    def latest_revision(self, ward: str) -> int:
        """The highest revision said of a ward, 0 when none was."""
        return max(self.wards.get(ward, {0: None}))

    def open_holds(self) -> list[Held]:
        """Holds that nobody has released."""
        return [hold for id, hold in sorted(self.holds.items()) if id not in self.released]


@dataclass(frozen=True, slots=True)
class Seen:
    """An event on the log: what it is about, and where its first record lies."""

    kind: str
    council: str
    ward: str | None
    revision: int
    partition: int | None
    offset: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the feed said of an event on the rejections topic."""

    status: Literal["rejected", "parked", "fitted", "superseded"]
    reason: str
    field: str
    sentence: str


@dataclass(slots=True)
class Known:
    """Built from the topics alone, so that it is whole again after a restart. Taking a record twice changes nothing."""

    councils: dict[str, CouncilKnown] = field(default_factory=dict)
    seen: dict[str, Seen] = field(default_factory=dict)
    refused: dict[tuple[str, int, int], Verdict] = field(default_factory=dict)
    waiting: dict[str, Verdict] = field(default_factory=dict)
    headlines: dict[str, list[str]] = field(default_factory=dict)
    judged: dict[int, int] = field(default_factory=dict)
    complete: bool = False

    def council(self, id: str) -> CouncilKnown | None:
        """A council whose map is known."""
        found = self.councils.get(id)
        return found if found is not None and found.ground is not None else None

    def maps(self) -> Iterator[CouncilOpened]:
        """The maps in force, by council id."""
        for _, council in sorted(self.councils.items()):
            if council.ground is not None:
                yield council.ground.map

    def within(self, area: str) -> Iterator[str]:
        """Councils that count towards an area."""
        return (m.council for m in self.maps() if any(named.id == area for named in m.areas))

    def take_record(
        self, value: bytes | None, partition: int | None, offset: int | None
    ) -> InputEvent | None:
        """A record of the declarations topic; what cannot be read is the agent's to refuse."""
        try:
            event = read(value)
        except Unreadable:
            return None
        self.take(event, partition, offset)
        return event

    def take(self, event: InputEvent, partition: int | None = None, offset: int | None = None) -> None:
        """An event on the log, or on its way there while ``partition`` is None."""
        known = self.seen.get(event.id)
        if known is not None and known.offset is not None:
            return
        ward, revision = getattr(event, "ward", None), getattr(event, "revision", None)
        version = getattr(event, "version", 1)
        self.seen[event.id] = Seen(event.type, event.council, ward, revision or version, partition, offset)
        if known is None:
            self._enter(self.councils.setdefault(event.council, CouncilKnown()), event)

    @staticmethod
    def _enter(council: CouncilKnown, event: InputEvent) -> None:
        match event:
            case CouncilOpened():
                if council.ground is None or event.version > council.ground.map.version:
                    council.ground = lay_out(event)
            case WardDeclared() | WardWithdrawn():
                council.wards.setdefault(event.ward, {}).setdefault(event.revision, event)
            case PollChanged():
                before = council.polls.get(event.ward)
                if before is None or event.revision > before.revision:
                    council.polls[event.ward] = event
            case Held():
                council.holds.setdefault(event.id, event)
            case Released():
                council.released.add(event.hold)
            case _:
                pass

    def take_headline(self, value: bytes) -> None:
        """A headline: its causes were accepted, and all before them on their partition were judged."""
        headline = orjson.loads(value)
        for cause in headline["causes"]:
            said = self.headlines.setdefault(cause, [])
            if headline["id"] not in said:
                said.append(headline["id"])
            self._judged(cause)

    def take_rejection(self, value: bytes) -> None:
        """A rejection is of one record; what waits for a map is told by event."""
        told = orjson.loads(value)
        id = told["event"]
        if not id or not told["topic"].startswith("results."):
            return  # refused at the door: no record of the log
        verdict = Verdict(told["status"], told["reason"], told["field"], told["sentence"])
        if verdict.status == "rejected":
            self.refused[id, told["partition"], told["offset"]] = verdict
        else:
            self.waiting[id] = verdict
        self._judged(id)

    def _judged(self, id: str) -> None:
        seen = self.seen.get(id)
        if seen is not None and seen.partition is not None and seen.offset is not None:
            self.judged[seen.partition] = max(seen.offset, self.judged.get(seen.partition, -1))

    def verdict(self, id: str) -> Verdict | None:
        """What the feed said against an event; a later record under the same id does not count."""
        seen = self.seen.get(id)
        if seen is None or seen.partition is None or seen.offset is None:
            return None
        return self.refused.get((id, seen.partition, seen.offset)) or self.waiting.get(id)

    def fate(self, id: str) -> FateName | None:
        """What became of an event that lies on the log; None when it does not."""
        seen = self.seen.get(id)
        if seen is None or seen.partition is None or seen.offset is None:
            return None
        verdict = self.verdict(id)
        if verdict is not None and verdict.status != "fitted":
            return verdict.status
        if id not in self.headlines and seen.offset > self.judged.get(seen.partition, -1):
            return "on the log"
        return "superseded" if self.superseded_by(id) else "accepted"

    def superseded_by(self, id: str) -> str | None:
        """The event that counts instead of a ward's earlier revision."""
        seen = self.seen.get(id)
        council = self.councils.get(seen.council) if seen else None
        if seen is None or council is None or seen.ward is None:
            return None
        if seen.kind not in ("WardDeclared", "WardWithdrawn"):
            return None
        above = [
            event.id
            for revision, event in sorted(council.wards.get(seen.ward, {}).items())
            if revision > seen.revision and self.verdict(event.id) is None
        ]
        return above[-1] if above else None
