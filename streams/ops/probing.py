"""Sends probes through the feed, one partition after the other, and knows which came back, when, and which never."""

import itertools
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from schemas.contract import Mode
from schemas.probe import Probe

#: A probe that is not answered by then is lost (seconds).
PATIENCE_SECONDS = 15.0


@dataclass(slots=True)
class Probes:
    """The probes on their way. ``clock``: monotonic seconds; ``answered`` hears each round trip."""

    mode: Mode
    partitions: int
    answered: Callable[[float], None] = lambda seconds: None
    clock: Callable[[], float] = time.monotonic
    lost: int = 0
    last: float | None = None
    _out: dict[str, float] = field(default_factory=dict)
    _turns: "itertools.count[int]" = field(default_factory=itertools.count)

    def next(self) -> tuple[int, Probe]:
        """The next probe and the partition whose turn it is; it counts as sent now."""
        probe = Probe(id=f"probe-{uuid.uuid4().hex}", mode=self.mode, sent_at=datetime.now(UTC))
        self._out[probe.id] = self.clock()
        return next(self._turns) % self.partitions, probe

    def answer(self, probe: str) -> None:
        """A probe came back. Those of another monitor, of earlier days, or given up are not ours."""
        sent = self._out.pop(probe, None)
        if sent is not None:
            self.last = self.clock() - sent
            self.answered(self.last)

    def give_up(self) -> int:
        """Count those that took too long; how many there were."""
        late = [probe for probe, sent in self._out.items() if self.clock() - sent > PATIENCE_SECONDS]
        for probe in late:
            del self._out[probe]
        self.lost += len(late)
        return len(late)
