"""How much at once: buckets that fill with time, and the count of bad events within a minute."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

Seconds = Callable[[], float]

BAD_AT_MOST, BAD_WITHIN_SECONDS = 20, 60.0


@dataclass(slots=True)
class Bucket:
    """``rate`` a second, up to ``burst`` at once."""

    rate: float
    burst: float
    clock: Seconds
    _level: float = field(init=False)
    _at: float = field(init=False)

    def __post_init__(self) -> None:
        self._level, self._at = self.burst, self.clock()

    def wait_seconds(self, count: int = 1) -> float:
        """Take so many; 0 when they were there, else the seconds until they would be, and none is taken."""
        now = self.clock()
        self._level = min(self.burst, self._level + (now - self._at) * self.rate)
        self._at = now
        if count <= self._level:
            self._level -= count
            return 0.0
        return (count - self._level) / self.rate


@dataclass(slots=True)
class Patience:
    """Bad events of one producer within the last minute."""

    clock: Seconds
    _bad: deque[float] = field(default_factory=deque)

    def lost(self) -> bool:
        """Count a bad event; true once there are twenty within a minute."""
        now = self.clock()
        self._bad.append(now)
        while self._bad and self._bad[0] <= now - BAD_WITHIN_SECONDS:
            self._bad.popleft()
        return len(self._bad) >= BAD_AT_MOST
