"""What the topics tell of the night: a fold of records into what operators ask for; no clock, no network."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

import orjson
from pydantic import ValidationError

from schemas import topics
from schemas.action import RejectionAction
from schemas.contract import Mode
from schemas.headline import Action, HeadlineType
from schemas.probe import is_probe
from schemas.rejection import Rejection

Stage = Literal["received", "tallied", "published"]
Outcome = Literal["accepted", "duplicate", "superseded", "rejected", "late"]
Place = tuple[str, int, int]  # topic, partition, offset

#: A label has few values: producers beyond these count together.
MOST_SOURCES = 50
OTHER = "other"
UNREADABLE = "unreadable"
#: Accepted so long after it was declared, a declaration counts as late (seconds).
LATE_SECONDS = 900.0

_HEADLINE_TYPES = frozenset(get_args(HeadlineType))
_ACTIONS = frozenset(get_args(Action))


@dataclass(slots=True)
class Council:
    """What is known of a council's progress. ``expected_at``: by ward, as its map has it."""

    id: str
    name: str
    style: str = "unknown"
    version: int = 0
    declared: int = 0
    expected: int = 0
    final: bool = False
    held: bool = False
    holds: tuple[dict[str, str], ...] = ()
    expected_at: dict[str, datetime] = field(default_factory=dict)
    out: frozenset[str] = frozenset()

    def overdue(self, clock: datetime | None) -> list[str]:
        """Wards out whose expected time has passed, in the order of their times."""
        if clock is None:
            return []
        late = [ward for ward in self.out if ward in self.expected_at and self.expected_at[ward] < clock]
        return sorted(late, key=lambda ward: (self.expected_at[ward], ward))


@dataclass(frozen=True, slots=True)
class Area:
    """What is held in an area, as the ``version`` of its board has it."""

    name: str
    version: int
    holds: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A rejection as it was said, and when (Unix seconds); ``action``: what was done about it, if anything."""

    rejection: Rejection
    at: float
    action: RejectionAction | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """An input event on its way: when it arrived and from when its age counts (Unix seconds)."""

    source: str
    at: float
    since: float
    outcome: Outcome


@dataclass(slots=True)
class Ledger:
    """Everything that is counted. The same records give the same figures, whenever they are read.

    ``observe`` hears each age of an event at a stage, ``delay`` each time from arrival to headline: seconds.
    ``answered`` hears which probe was answered by which agent, and when (Unix seconds).
    """

    mode: Mode
    observe: Callable[[Stage, float], None] = lambda stage, seconds: None
    delay: Callable[[float], None] = lambda seconds: None
    declarations: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    headlines: Counter[tuple[str, str]] = field(default_factory=Counter)
    dead_letters: Counter[tuple[str, str]] = field(default_factory=Counter)
    rejected: dict[str, Rejected] = field(default_factory=dict)
    parked: dict[str, Rejected] = field(default_factory=dict)
    councils: dict[str, Council] = field(default_factory=dict)
    areas: dict[str, Area] = field(default_factory=dict)
    sources: dict[str, float] = field(default_factory=dict)
    answered: Callable[[str, str, float], None] = lambda probe, agent, at: None
    clock: datetime | None = None
    _pending: dict[Place, Arrival] = field(default_factory=dict)
    _refused: set[Place] = field(default_factory=set)
    _events: set[str] = field(default_factory=set)
    _early: dict[str, float] = field(default_factory=dict)
    _tallies: dict[str, dict[int, float]] = field(default_factory=dict)
    _untold: dict[str, Arrival] = field(default_factory=dict)
    _untallied: dict[str, dict[int, Arrival]] = field(default_factory=dict)
    _revisions: dict[str, int] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)
    _acted: dict[str, RejectionAction] = field(default_factory=dict)

    def take(
        self, place: Place, value: bytes | None, headers: Iterable[tuple[str, bytes]], at: float
    ) -> None:
        """Take one record in; ``at``: its timestamp, Unix seconds. What cannot be read counts as far as it can."""
        topic = place[0]
        if topic == topics.declarations(self.mode):
            if not is_probe(headers):
                self._declared(place, _loads(value), at)
        elif topic == topics.headlines(self.mode):
            self._headline(_loads(value), at)
        elif topic == topics.standings(self.mode):
            self._standing(_loads(value), at)
        elif topic == topics.boards(self.mode):
            self._board(_loads(value))
        elif topic == topics.probes(self.mode):
            answer = _loads(value)
            self.answered(_text(answer, "id"), _text(answer, "agent"), at)
        elif topic == topics.rejections(self.mode):
            self._rejection(value, at)
        elif topic == topics.actions(self.mode):
            self._action(value)

    def settle(self, topic: str, committed: dict[int, int | None]) -> None:
        """Count what a worker is done with: up to its commits, once all rejections until then were taken in.

        A rejection is acknowledged before its record is committed, so what was committed without one was not
        rejected.
        """
        done = [
            place
            for place in self._pending
            if place[0] == topic and place[2] < (committed.get(place[1]) or 0)
        ]
        for place in done:
            arrival = self._pending.pop(place)
            refused = place in self._refused
            self._refused.discard(place)
            self.declarations[arrival.source, "rejected" if refused else arrival.outcome] += 1

    @property
    def open(self) -> list[Rejected]:
        """Rejections that nobody has replayed or discarded, the oldest first."""
        return [found for found in self.rejected.values() if found.action is None]

    def _declared(self, place: Place, event: dict[str, Any], at: float) -> None:
        source = self._source(event)
        if source != UNREADABLE:  # nobody who could fall silent
            self.sources[source] = max(at, self.sources.get(source, 0.0))
        declared = _moment(event)
        if declared is not None and (self.clock is None or declared > self.clock):
            self.clock = declared
        # Elsewhere than live, events tell of another night than the one in which they arrive.
        live = self.mode == "live" and declared is not None
        since = declared.timestamp() if live and declared is not None else at
        outcome = self._outcome(event, late=live and at - since > LATE_SECONDS)
        arrival = Arrival(source, at, since, outcome)
        self._pending[place] = arrival
        if outcome == "duplicate":
            return
        self.observe("received", max(0.0, at - since))
        if name := _text(event, "id"):
            self._events.add(name)
            self._untold[name] = arrival
            if (said := self._early.pop(name, None)) is not None:
                self._published(name, said)
        revision = event.get("revision")
        if outcome != "superseded" and event.get("type") == "WardDeclared" and isinstance(revision, int):
            ward = str(event.get("ward"))
            self._untallied.setdefault(ward, {})[revision] = arrival
            for seen, when in self._tallies.get(ward, {}).items():
                self._tallied(ward, seen, when)
        if event.get("type") == "CouncilOpened":
            self._opened(event)

    def _outcome(self, event: dict[str, Any], *, late: bool) -> Outcome:
        if _text(event, "id") in self._events:
            return "duplicate"
        ward, revision = event.get("ward"), event.get("revision")
        if event.get("type") in ("WardDeclared", "WardWithdrawn") and isinstance(revision, int):
            highest = self._revisions.get(str(ward), 0)
            if revision < highest:
                return "superseded"
            self._revisions[str(ward)] = revision
        return "late" if late else "accepted"

    def _source(self, event: dict[str, Any]) -> str:
        source = _text(event, "producer") or UNREADABLE
        known = source in self.sources or source == UNREADABLE or len(self.sources) < MOST_SOURCES
        return source if known else OTHER

    def _opened(self, event: dict[str, Any]) -> None:
        id = _text(event, "council")
        if not id:
            return
        council = self._council(id, _text(event, "name"))
        council.style = _text(event, "style") or council.style
        for ward in _objects(event, "wards"):
            if expected := _parsed(ward.get("expected_at")):
                council.expected_at[str(ward.get("id"))] = expected

    def _council(self, id: str, name: str) -> Council:
        council = self.councils.setdefault(id, Council(id, name or id))
        council.name = name or council.name
        return council

    def _headline(self, headline: dict[str, Any], at: float) -> None:
        id = _text(headline, "id")
        if not id or id in self._said:
            return  # said again after a restart
        self._said.add(id)
        kind, action = _text(headline, "type"), _text(headline, "action")
        self.headlines[
            kind if kind in _HEADLINE_TYPES else OTHER, action if action in _ACTIONS else OTHER
        ] += 1
        causes = headline.get("causes")
        for cause in causes if isinstance(causes, list) else ():
            # Topics are read side by side: a headline may come before what caused it.
            if str(cause) in self._events:
                self._published(str(cause), at)
            else:
                self._early.setdefault(str(cause), at)

    def _published(self, event: str, at: float) -> None:
        if arrival := self._untold.pop(event, None):
            self.observe("published", max(0.0, at - arrival.since))
            self.delay(max(0.0, at - arrival.at))

    def _standing(self, standing: dict[str, Any], at: float) -> None:
        id = _text(standing, "council")
        if not id:
            return
        council = self._council(id, _text(standing, "name"))
        version = _count(standing, "version")
        if version < council.version:
            return  # said again after a restart
        council.version = version
        council.declared = _count(standing, "wards_declared")
        council.expected = _count(standing, "wards_expected")
        council.final = bool(standing.get("final"))
        council.held = bool(standing.get("held"))
        council.holds = tuple(_objects(standing, "holds"))
        wards = _objects(standing, "wards")
        council.out = frozenset(str(ward.get("ward")) for ward in wards if ward.get("status") == "out")
        for ward in wards:
            name, revision = str(ward.get("ward")), _count(ward, "revision")
            if revision and self._tallies.setdefault(name, {}).setdefault(revision, at) == at:
                self._tallied(name, revision, at)

    def _board(self, board: dict[str, Any]) -> None:
        id, version = _text(board, "area"), _count(board, "version")
        if id and (id not in self.areas or self.areas[id].version < version):
            self.areas[id] = Area(_text(board, "name"), version, tuple(_objects(board, "holds")))

    def _tallied(self, ward: str, revision: int, at: float) -> None:
        waiting = self._untallied.get(ward)
        if not waiting:
            return
        for found in [number for number in waiting if number <= revision]:
            self.observe("tallied", max(0.0, at - waiting.pop(found).since))

    def _rejection(self, value: bytes | None, at: float) -> None:
        try:
            found = Rejection.model_validate_json(value or b"")
        except ValidationError:
            return
        if found.status == "rejected":
            if found.id not in self.rejected:
                self.dead_letters[found.topic, found.reason] += 1
                self.rejected[found.id] = Rejected(found, at, self._acted.get(found.id))
                self._refused.add((found.topic, found.partition, found.offset))
        elif found.event is not None:
            if found.status == "parked":
                self.parked[found.event] = Rejected(found, at)
            else:
                self.parked.pop(found.event, None)

    def _action(self, value: bytes | None) -> None:
        try:
            action = RejectionAction.model_validate_json(value or b"")
        except ValidationError:
            return
        self.act(action)

    def act(self, action: RejectionAction) -> None:
        """Take in what was done about a rejection, heard of or not."""
        self._acted[action.rejection] = action
        if about := self.rejected.get(action.rejection):
            self.rejected[action.rejection] = Rejected(about.rejection, about.at, action)


def _loads(value: bytes | None) -> dict[str, Any]:
    try:
        found = orjson.loads(value or b"{}")
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(event: dict[str, Any], name: str) -> str:
    found = event.get(name)
    return found[:200] if isinstance(found, str) else ""


def _count(event: dict[str, Any], name: str) -> int:
    found = event.get(name)
    return found if isinstance(found, int) else 0


def _objects(event: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = event.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _moment(event: dict[str, Any]) -> datetime | None:
    declared = event.get("declared_at")
    return _parsed(declared.get("at")) if isinstance(declared, dict) else None


def _parsed(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
