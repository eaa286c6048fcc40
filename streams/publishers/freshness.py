"""How fresh the read side is: when Kafka last answered, and how much of the topics is not read yet (I-29)."""

from dataclasses import dataclass
from datetime import UTC, datetime

#: Without an answer for so long, what we show is marked stale.
STALE_SECONDS = 5.0


@dataclass(slots=True)
class Freshness:
    """Moments in seconds of one clock that does not go back; ``heard_clock`` is for people.

    ``complete``: every topic was read to its end once.
    """

    heard_at: float | None = None
    heard_clock: datetime | None = None
    behind: int = 0
    complete: bool = False
    trouble: str = "the topics are being read"

    def heard(self, now: float, behind: int) -> None:
        """Kafka answered; ``behind`` records lie there unread."""
        self.heard_at, self.behind, self.trouble = now, behind, ""
        self.heard_clock = datetime.now(UTC)
        self.complete = self.complete or behind == 0

    def failed(self, why: str) -> None:
        """Kafka did not answer."""
        self.trouble = why

    def age_seconds(self, now: float) -> float | None:
        """How long ago Kafka answered; None: never."""
        return None if self.heard_at is None else max(0.0, now - self.heard_at)

    def silent_since(self, now: float) -> datetime | None:
        """When Kafka answered last; None while it does, and before it ever did."""
        age = self.age_seconds(now)
        return self.heard_clock if age is not None and age > STALE_SECONDS else None

    def stale(self, now: float) -> bool:
        """Whether readers must be told that this may not be the latest."""
        return self.heard_at is None or self.silent_since(now) is not None or not self.complete
