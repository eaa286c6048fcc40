"""The one way from a request to the journal, whoever asks: producers over HTTP, the desk, intake itself."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from schemas import topics
from schemas.cloudevents import event_headers
from schemas.reading import InputEvent
from streams.intake.checks import Examiner, understand
from streams.intake.credentials import Doorkeeper
from streams.intake.journal import Conflict, Entry, Headers, Journal, JournalFault
from streams.intake.known import Known
from streams.intake.limits import Bucket, Patience
from streams.intake.meters import Meters
from streams.intake.notice import TOLD, notice
from streams.intake.pen import Pen
from streams.intake.problem import Problem
from streams.intake.producers import Producer, Producers
from streams.intake.sender import Sender
from streams.settings import Settings
from streams.signing import HEADER, Signatories, sign

#: Refusals that speak against a producer; a conflict or a full house may happen to the best.
BAD = frozenset({400, 401, 403, 413, 415, 422})

#: Bodies from here on are read beside the loop, so that a map of 4 MB keeps nobody waiting.
LONG_BYTES = 128 * 1024

_TRACE = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """One event as it came in: its bytes, and the signature that came with it."""

    raw: bytes
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the sender of an event is told. The same event gives the same receipt."""

    id: str
    notices: tuple[str, ...] = ()

    def body(self) -> dict[str, Any]:
        """As JSON."""
        told: dict[str, Any] = {"id": self.id, "state": "journalled", "fate": f"/v1/declarations/{self.id}"}
        return told | ({"notices": list(self.notices)} if self.notices else {})


@dataclass(slots=True)
class Reception:
    """Everything that a request passes on its way. ``clock`` gives the time in UTC."""

    settings: Settings
    clock: Callable[[], datetime]
    journal: Journal
    pen: Pen
    sender: Sender
    known: Known
    producers: Producers
    doorkeeper: Doorkeeper
    meters: Meters
    signatories: Signatories | None = None
    signing_key: str | None = None
    seconds: Callable[[], float] = time.monotonic
    examiner: Examiner = field(init=False)
    _everyone: Bucket = field(init=False)
    _buckets: dict[str, Bucket] = field(init=False, default_factory=dict)
    _patience: dict[str, Patience] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.examiner = Examiner(self.settings.mode, self.known)
        self._everyone = Bucket(self.settings.intake_rate, 2 * self.settings.intake_rate, self.seconds)

    def let_in(self, producer: Producer) -> None:
        """Nothing is read from a producer that is frozen; raises :class:`Problem`."""
        if producer.frozen:
            raise Problem("frozen", f"{producer.name} is frozen: {producer.frozen}. An operator can thaw it")

    def welcome(self, producer: Producer, count: int = 1) -> None:
        """Too fast? Raises :class:`Problem`; one producer's haste is no other's."""
        bucket = self._buckets.get(producer.name)
        if bucket is None or bucket.rate != producer.rate:
            bucket = self._buckets[producer.name] = Bucket(producer.rate, 10 * producer.rate, self.seconds)
        wait = bucket.wait_seconds(count) or self._everyone.wait_seconds(count)
        if wait:
            whole = int(wait) + 1
            raise Problem(
                "rate",
                f"more than {producer.rate:g} events a second: wait {whole} s",
                retry_after_seconds=whole,
            )

    async def receive(
        self,
        sent: Sequence[Sent],
        producer: Producer,
        door: str | None,
        *,
        park: bool = False,
        trace: str = "",
    ) -> list[Receipt]:
        """Take all events of a request or none; raises :class:`Problem`. ``park``: also what fits no map yet."""
        long = sum(len(one.raw) for one in sent) > LONG_BYTES
        read_all = partial(self._read_all, sent, producer, door, park)
        read = await asyncio.to_thread(read_all) if long else read_all()
        now = self.clock().isoformat()
        topic = topics.declarations(self.settings.mode)
        entries = [
            Entry(event.id, topic, event.council, value, self._headers(event, one, trace), producer.name, now)
            for one, (event, value) in zip(sent, read, strict=True)
        ]
        try:
            answer = await self.pen.take(entries)
        except JournalFault as fault:
            log.error("intake.journal_failed", error=str(fault))
            raise Problem(
                "journal",
                "the journal cannot be written: nothing was taken, send it again later",
                retry_after_seconds=5,
            ) from None
        if isinstance(answer, Conflict):
            raise _another(answer.id)
        receipts = [Receipt(event.id, tuple(self.examiner.notices(event))) for event, _ in read]
        for event, _ in read:
            self.known.take(event)
        self.meters.taken.labels(door or "desk").inc(len(entries))
        self.sender.wake()
        return receipts

    def _read_all(
        self, sent: Sequence[Sent], producer: Producer, door: str | None, park: bool
    ) -> list[tuple[InputEvent, bytes]]:
        return [self._read(one, index, producer, door, park) for index, one in enumerate(sent)]

    def _read(
        self, one: Sent, index: int, producer: Producer, door: str | None, park: bool
    ) -> tuple[InputEvent, bytes]:
        try:
            event, value = understand(one.raw, door)
            self.examiner.admit(event, producer, self.clock())
            self._check_signature(event, one)
            before = self.journal.event(event.id)
            if before is not None and before[1] != value:
                raise _another(event.id)
            if before is None and not park:
                self.examiner.fit(event)
        except Problem as problem:
            raise problem.at(index) from None
        return event, value

    def _check_signature(self, event: InputEvent, one: Sent) -> None:
        if self.signatories is None or (one.signature is None and self.settings.signatures == "optional"):
            return
        headers = [(HEADER, one.signature.encode("latin-1"))] if one.signature else []
        fault = self.signatories.fault(event, headers)
        if fault:
            raise Problem("sig", fault, "Signature")

    def _headers(self, event: InputEvent, one: Sent, trace: str) -> Headers:
        signed: Headers = ((HEADER, one.signature.encode("latin-1")),) if one.signature else ()
        traced: Headers = (("traceparent", trace.encode()),) if _TRACE.fullmatch(trace) else ()
        return event_headers(event) + signed + traced

    async def say(self, event: InputEvent, value: bytes) -> None:
        """An event of intake's own, signed with its key; the same again changes nothing."""
        one = Sent(value, sign(event, self.signing_key).decode() if self.signing_key else None)
        topic = topics.declarations(self.settings.mode)
        headers = self._headers(event, one, "")
        await self.pen.take(
            [Entry(event.id, topic, event.council, value, headers, event.producer, self.clock().isoformat())]
        )
        self.known.take(event)
        self.sender.wake()

    async def refuse(
        self, problem: Problem, producer: Producer | None, door: str, body: bytes, claimed: str = "nobody"
    ) -> None:
        """Count a refusal, tell operators where they must hear of it, and freeze who sends nothing but nonsense.

        ``producer`` is None until the request is proven to be its: nobody is frozen for what others send in its name.
        """
        self.meters.refused.labels(problem.reason).inc()
        level = log.warning if problem.reason in TOLD else log.info
        level(
            "intake.refused",
            producer=claimed,
            door=door,
            reason=problem.reason,
            field=problem.field,
            said=problem.detail[:300],
        )
        if producer is not None and producer.frozen:
            return
        if problem.reason in TOLD:
            await self._tell(problem, body, door, claimed)
        if producer is None or problem.status not in BAD:
            return
        if self._patience.setdefault(producer.name, Patience(self.seconds)).lost():
            self._patience.pop(producer.name)
            frozen = Problem("frozen", "twenty bad events within a minute; nothing more is taken from it")
            why = f"{frozen.detail.partition(';')[0]}, {self.clock():%H:%M:%S UTC}"
            self.producers.freeze(producer.name, why)
            self.meters.frozen.inc()
            log.error("intake.producer_frozen", producer=producer.name, door=door)
            await self._tell(frozen, body, door, producer.name)

    async def _tell(self, problem: Problem, body: bytes, door: str, name: str) -> None:
        entry = notice(problem, body, door, name, self.settings.mode, self.clock())
        try:
            await self.pen.take([entry])
        except JournalFault as fault:
            log.error("intake.journal_failed", error=str(fault))
            return
        self.sender.wake()

    def fate(self, id: str) -> dict[str, Any] | None:
        """What became of an event; None when nobody has heard of it."""
        lies, seen = self.journal.find(id), self.known.seen.get(id)
        state = self.known.fate(id) or (lies.state if lies is not None else None)
        if state is None:
            return None
        told: dict[str, Any] = {"id": id, "state": state}
        partition, offset = (seen.partition, seen.offset) if seen else (None, None)
        if offset is None and lies is not None:
            partition, offset = lies.partition, lies.offset
        if offset is not None:
            told["lies"] = {
                "topic": topics.declarations(self.settings.mode),
                "partition": partition,
                "offset": offset,
            }
        if seen is not None:
            told["council"] = seen.council
        verdict = self.known.verdict(id)
        if verdict is not None and verdict.status != "fitted":
            told |= {"reason": verdict.reason, "field": verdict.field, "detail": verdict.sentence}
        if headlines := self.known.headlines.get(id):
            told["headlines"] = headlines
        if instead := self.known.superseded_by(id):
            told["superseded_by"] = instead
        return told


def _another(id: str) -> Problem:
    return Problem(
        "conflict", f"the id {id} already stands for another content: a new event takes a new id", "id"
    )
