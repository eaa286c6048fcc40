"""A night replayed: its events paced by their own times, long gaps cut short, and sent to the declarations topic."""

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from schemas import topics
from schemas.cloudevents import event_headers
from schemas.contract import Mode
from schemas.council import CouncilOpened
from schemas.reading import InputEvent
from streams.rehearsal.night import Night, encode

#: A longer silence of the night is cut to this.
LONGEST_GAP = timedelta(minutes=10)


class Sending(Protocol):
    """What a replay needs of a producer: aiokafka's, started, with ``acks="all"`` and room for a map of 4 MB."""

    async def send_and_wait(
        self, topic: str, value: bytes, key: bytes, *, headers: list[tuple[str, bytes]]
    ) -> Any: ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a replay is: the event just acknowledged is number ``sent`` of ``total``."""

    sent: int
    total: int
    event: InputEvent


def shuffled(events: Iterable[InputEvent], seed: int | None) -> tuple[InputEvent, ...]:
    """Another order of arrival that the rules allow, the same for the same seed; without a seed the order as it is.

    First maps stay first, since a council is opened before anything else is said of it. Everything else may come in
    any order, amended maps included (DR-40).
    """
    given = tuple(events)
    if seed is None:
        return given
    opening = [event for event in given if _opens(event)]
    others = [event for event in given if not _opens(event)]
    return (
        *opening,
        *sorted(others, key=lambda event: hashlib.sha256(f"{seed} {event.id}".encode()).digest()),
    )


def _opens(event: InputEvent) -> bool:
    return isinstance(event, CouncilOpened) and event.version == 1


def pace(
    events: Iterable[InputEvent], speed: float | None, longest_gap: timedelta = LONGEST_GAP
) -> Iterator[tuple[InputEvent, float]]:
    """Each event with the seconds to wait before it: night time divided by ``speed``; None waits for nothing.

    Shuffled events arrive at the moments of the night all the same, one after the other.
    """
    if speed is not None and not speed > 0:
        raise ValueError(f"a night is replayed at a speed above 0, not {speed}")
    given = tuple(events)
    moments = sorted(event.declared_at.at for event in given)
    before = moments[:1] + moments[:-1]
    for event, last, at in zip(given, before, moments, strict=True):
        yield event, 0.0 if speed is None else min(at - last, longest_gap).total_seconds() / speed


async def replay(
    night: Night,
    producer: Sending,
    mode: Mode,
    *,
    speed: float | None = None,
    seed: int | None = None,
    longest_gap: timedelta = LONGEST_GAP,
    progress: Callable[[Progress], None] = lambda progress: None,
) -> int:
    """Send a night to the declarations topic of a mode and return the number of events sent.

    Each event is acknowledged before the next is sent, so order holds on every partition. A night is never live.
    """
    if mode == "live":
        raise ValueError("a night is replayed in the modes rehearsal and replay, never live (I-01)")
    events = shuffled(night.arriving(mode), seed)
    for sent, (event, wait) in enumerate(pace(events, speed, longest_gap), start=1):
        if wait:
            await asyncio.sleep(wait)
        await producer.send_and_wait(
            topics.declarations(mode),
            encode(event),
            event.council.encode(),
            headers=list(event_headers(event)),
        )
        progress(Progress(sent, len(events), event))
    return len(events)
