"""A worker's own metrics: judging, rebalances, recovery; shown on a port of its own when one is set."""

import time
from collections.abc import Callable
from typing import Any, Generic

from streams.delivery.keeper import Addressed, E, Judged, Keeper, Output, Record, S
from streams.delivery.status import Observer, State, Status
from streams.ops.metrics import Scrape, build_info, counter, gauge, histogram, registry
from streams.ops.scraped import show


class WorkerMetrics(Observer):
    """What one worker says of itself. ``agent``: council or area; ``group``: its consumer group."""

    def __init__(
        self, agent: str, group: str, version: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.registry = registry()
        self._clock = clock
        self._lost_at: float | None = None
        self.processing = histogram("election_processing_seconds", self.registry).labels(agent)
        self._rebalances = counter("election_rebalances_total", self.registry).labels(group)
        self._rebalance = histogram("election_rebalance_seconds", self.registry).labels(group)
        self._recovering = gauge("election_recovering", self.registry).labels(agent)
        self._remaining = gauge("election_recovery_remaining_records", self.registry).labels(agent)
        self._recovering.set(1)
        self.registry.register(Scrape(lambda: [build_info(version)]))

    def entered(self, state: State) -> None:
        """Count rebalances from the loss of partitions to the next record that can be taken."""
        self._recovering.set(float(state in ("starting", "waiting")))
        if state == "waiting":
            self._rebalances.inc()
            self._lost_at = self._clock()
        elif state == "ready" and self._lost_at is not None:
            self._rebalance.observe(self._clock() - self._lost_at)
            self._lost_at = None

    def beat(self, status: Status) -> None:
        """Say how much recovery has yet to read."""
        self._remaining.set(status.remaining)

    def show(self, host: str, port: int) -> None:
        """Answer scrapes; ``Trouble`` when the port is taken."""
        show(self.registry, host, port, "The worker")


class TimedKeeper(Generic[S, E]):
    """A keeper whose time for reading and judging each record is observed; what it answers is untouched."""

    def __init__(self, keeper: Keeper[S, E], observe: Callable[[float], None]) -> None:
        self._keeper = keeper
        self._observe = observe
        self._reading = 0.0
        self.dump = keeper.dump
        self.load = keeper.load
        self.follow = keeper.follow

    def read(self, record: Record) -> Addressed[E] | Output:
        """Read, and observe at once what goes no further."""
        began = time.perf_counter()
        found = self._keeper.read(record)
        self._reading = time.perf_counter() - began
        if isinstance(found, Output):
            self._observe(self._reading)
        return found

    def judge(self, key: str, state: S | None, event: E, record: Record) -> Judged[S]:
        """Judge, and observe that with the reading before it."""
        began = time.perf_counter()
        judged = self._keeper.judge(key, state, event, record)
        self._observe(self._reading + time.perf_counter() - began)
        return judged


def measured(keeper: Keeper[Any, Any], metrics: WorkerMetrics) -> TimedKeeper[Any, Any]:
    """The same keeper, measured."""
    return TimedKeeper(keeper, metrics.processing.observe)
