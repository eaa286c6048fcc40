"""Sends probes through the feed, one partition after the other, and knows which came back, when, and which never."""

import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import get_args

from schemas.contract import Mode
from schemas.probe import Passes, Probe

#: A probe that has not come all the way by then is lost (seconds).
PATIENCE_SECONDS = 15.0

_PASSES: tuple[Passes, ...] = get_args(Passes)


@dataclass(frozen=True, slots=True)
class Lost:
    """A probe that did not come all the way: where it was sent, and whose answer did not come."""

    partition: int
    waits_for: Passes


@dataclass(slots=True)
class _Sent:
    at: float
    partition: int
    answers: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Probes:
    """The probes on their way. ``clock``: Unix seconds; ``answered`` hears each round trip, whole ones only.

    ``silent``: the partitions whose latest probe was lost.
    """

    mode: Mode
    partitions: int
    answered: Callable[[float], None] = lambda seconds: None
    clock: Callable[[], float] = time.time
    lost: int = 0
    last: float | None = None
    silent: set[int] = field(default_factory=set)
    _out: dict[str, _Sent] = field(default_factory=dict)
    _turns: "itertools.count[int]" = field(default_factory=itertools.count)

    def next(self) -> tuple[int, Probe]:
        """The next probe and the partition whose turn it is; it counts as sent now."""
        probe = Probe(id=f"probe-{uuid.uuid4().hex}", mode=self.mode, sent_at=datetime.now(UTC))
        partition = next(self._turns) % self.partitions
        self._out[probe.id] = _Sent(self.clock(), partition)
        return partition, probe

    def answer(self, probe: str, agent: str, at: float) -> None:
        """A worker answered at that moment. Probes of another monitor, of earlier days, or given up are not ours."""
        sent = self._out.get(probe)
        if sent is None:
            return
        sent.answers[agent] = at
        if sent.answers.keys() >= set(_PASSES):
            del self._out[probe]
            self.silent.discard(sent.partition)
            self.last = max(0.0, max(sent.answers.values()) - sent.at)
            self.answered(self.last)

    def give_up(self) -> list[Lost]:
        """Count those that took too long; what is known of each."""
        late = [probe for probe, sent in self._out.items() if self.clock() - sent.at > PATIENCE_SECONDS]
        found = []
        for probe in late:
            sent = self._out.pop(probe)
            self.silent.add(sent.partition)
            found.append(Lost(sent.partition, next(a for a in _PASSES if a not in sent.answers)))
        self.lost += len(found)
        return found
