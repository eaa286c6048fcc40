"""The arithmetic of lag: pure, never negative, never NaN; zero when all is read, None when it is not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Trend = Literal["rising", "falling", "steady"]

#: Lag in time moves by less than this between two moments without anybody calling it a trend (seconds).
STEADY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at one partition of a group; times are Unix seconds.

    ``committed``: None when the group never committed.  ``start`` and ``end``: the log's first offset and its
    high watermark.  ``oldest``: when the first unread record was written; None when none is unread, or when
    it could not be read.  ``heard``: the group gave a sign of life since the look before.
    """

    at: float
    committed: int | None
    start: int
    end: int
    oldest: float | None = None
    heard: bool = False

    @property
    def position(self) -> int:
        """The first unread offset: a group that never committed begins with the log, and so does one that lost some."""
        return max(self.committed or 0, self.start)

    @property
    def lag(self) -> int:
        """Records unread.  Commits are read before the end, which may even so be seen late: never below zero."""
        return max(0, self.end - self.position)

    @property
    def lag_seconds(self) -> float | None:
        """Age of the oldest unread record at the moment of the look."""
        return self.age(self.at)

    def age(self, now: float) -> float | None:
        """Age of the oldest unread record at another moment, seconds; 0 when none is unread, None when unknown."""
        if self.lag == 0:
            return 0.0
        return None if self.oldest is None else max(0.0, now - self.oldest)


def trend(window: Sequence[Sample]) -> Trend:
    """Whether time lag grows or shrinks over a window; steady while it is not known."""
    known = [age for sample in window if (age := sample.lag_seconds) is not None]
    if len(known) < 2 or abs(known[-1] - known[0]) < STEADY_SECONDS:
        return "steady"
    return "rising" if known[-1] > known[0] else "falling"


def catch_up_seconds(window: Sequence[Sample]) -> float | None:
    """Time until nothing is unread at the net rate of the window, seconds; None unless lag is shrinking."""
    if len(window) < 2:
        return None
    first, last = window[0], window[-1]
    drained, took = first.lag - last.lag, last.at - first.at
    if last.lag == 0 or drained <= 0 or took <= 0:
        return None
    return last.lag / (drained / took)


@dataclass(frozen=True, slots=True)
class Retention:
    """When a topic throws records away: after a time, above a size, or never (both None)."""

    seconds: float | None = None
    size: int | None = None


def retention_used(sample: Sample, kept: Retention) -> float:
    """How near unread records are to being thrown away: 0 to 1, and 1 means that loss has begun.

    By time it is the age of the oldest unread record against the time it is kept; by size, the unread share
    of what is kept.  A topic that keeps everything can lose nothing.
    """
    if sample.committed is not None and sample.committed < sample.start:
        return 1.0
    used = 0.0
    if kept.seconds is not None:
        used = (sample.lag_seconds or 0.0) / kept.seconds
    if kept.size is not None and sample.end > sample.start:
        used = max(used, sample.lag / (sample.end - sample.start))
    return min(1.0, used)
