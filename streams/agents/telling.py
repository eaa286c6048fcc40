"""Tells the log what of a record is worth an operator's eye; what the agent's keeper answers is untouched."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Generic

import orjson
import structlog
from structlog.contextvars import bound_contextvars

from schemas import topics
from schemas.area import AreaHeld, AreaReleased, Contribution
from schemas.contract import Mode
from schemas.desk import Held, Released
from streams.delivery.keeper import Addressed, E, Judged, Keeper, Output, Record, S

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

#: How a flash reads in a headline's bytes; inside of a text the quotation marks would be escaped.
_FLASH = b'"priority":"F"'


@dataclass(slots=True)
class Pace:
    """How many lines of a kind may be written: a run of ``most``, then so many ``a_second``; ``clock``: seconds."""

    clock: Callable[[], float] = time.monotonic
    most: float = 20.0
    a_second: float = 10.0
    _kinds: dict[str, tuple[float, float, int]] = field(default_factory=dict)

    def left_out(self, kind: str) -> int | None:
        """How many lines of the kind were left out before the one that may be written now; None: nor may this one."""
        now = self.clock()
        left, at, silent = self._kinds.get(kind, (self.most, now, 0))
        left = min(self.most, left + (now - at) * self.a_second)
        if left < 1:
            self._kinds[kind] = left, now, silent + 1
            return None
        self._kinds[kind] = left - 1, now, 0
        return silent


class TellingKeeper(Generic[S, E]):
    """A keeper around another one: a line for each refusal, notice, hold and flash, and with `debug` for each record.

    A line names council or area, ward, event, partition and offset; what stood in the record it never says.
    """

    def __init__(self, keeper: Keeper[S, E], mode: Mode, pace: Pace | None = None) -> None:
        self._keeper = keeper
        self._pace = pace or Pace()
        self._headlines, self._rejections = topics.headlines(mode), topics.rejections(mode)
        self._each = logging.getLogger(__name__).isEnabledFor(logging.DEBUG)
        self.dump = keeper.dump
        self.load = keeper.load
        self.follow = keeper.follow

    def read(self, record: Record) -> Addressed[E] | Output:
        """Read, and tell of what goes no further."""
        found = self._keeper.read(record)
        if isinstance(found, Output):
            self._refused(found, record, None)
        return found

    def judge(self, key: str, state: S | None, event: E, record: Record) -> Judged[S]:
        """Judge, and tell what came of it; a fault goes on with the place of its record."""
        try:
            judged = self._keeper.judge(key, state, event, record)
        except Exception as fault:
            fault.add_note("judging " + ", ".join(f"{name} {value}" for name, value in _about(event, record)))
            raise
        for refusal in judged.refusals:
            self._refused(refusal, record, event)
        for output in judged.outputs:
            if output.topic == self._headlines and _FLASH in output.value:
                self._flash(output, record, event)
            elif output.topic == self._rejections:
                self._noticed(output, record, event)
        if isinstance(event, Held | AreaHeld | Released | AreaReleased) and judged.state is not None:
            self._held(event, record)
        if self._each:
            with _bound(event, record):
                log.debug("record.judged", changed=judged.state is not None, outputs=len(judged.outputs))
        return judged

    def _refused(self, output: Output, record: Record, event: E | None) -> None:
        left_out = self._pace.left_out("refused")
        if left_out is not None:
            said = orjson.loads(output.value)
            with _bound(event, record, said):
                log.warning("record.refused", **_why(said), left_out=left_out)

    def _noticed(self, output: Output, record: Record, event: E) -> None:
        left_out = self._pace.left_out("noticed")
        if left_out is not None:
            said = orjson.loads(output.value)
            with _bound(event, record, said):
                log.info("record.noticed", **_why(said), left_out=left_out)

    def _flash(self, output: Output, record: Record, event: E) -> None:
        left_out = self._pace.left_out("flash")
        if left_out is not None:
            said = orjson.loads(output.value)
            what = {name: said[name] for name in ("type", "action", "n")}
            with _bound(event, record):
                log.info("headline.flash", headline=said["id"], **what, left_out=left_out)

    def _held(self, event: Any, record: Record) -> None:
        left_out = self._pace.left_out("held")
        if left_out is not None:
            with _bound(event, record):
                log.info("hold.changed", change=event.type, left_out=left_out)


def _why(said: dict[str, Any]) -> dict[str, str]:
    """A rejection or notice by its id: its sentence may quote the record, and no record belongs in a log."""
    return {"rejection": said["id"], "status": said["status"], "reason": said["reason"]}


def _bound(
    event: Any, record: Record, rejection: dict[str, Any] | None = None
) -> AbstractContextManager[None]:
    """Bind what the lines within are about, by the event, and where there is none, by its rejection."""
    known = dict(_about(event, record))
    if rejection is not None:
        named = {"council": rejection["council"], "event_id": rejection["event"]}
        known |= {name: value for name, value in named.items() if value is not None}
    return bound_contextvars(**known)


def _about(event: Any, record: Record) -> Iterator[tuple[str, Any]]:
    event_id = "cause" if isinstance(event, Contribution) else "id"
    for name, attribute in (
        ("council", "council"),
        ("area", "key"),
        ("ward", "ward"),
        ("event_id", event_id),
    ):
        value = getattr(event, attribute, None)
        if value is not None:
            yield name, value
    yield from (("topic", record.topic), ("partition", record.partition), ("offset", record.offset))
