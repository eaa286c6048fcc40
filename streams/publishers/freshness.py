"""How fresh the read side is: when Kafka last answered, and how much of the topics is not read yet (I-29)."""

from dataclasses import dataclass

#: Without an answer for so long, what we show is marked stale.
STALE_SECONDS = 5.0


@dataclass(slots=True)
class Freshness:
    """Moments in seconds of one clock that does not go back. ``complete``: every topic was read to its end once."""

    heard_at: float | None = None
    behind: int = 0
    complete: bool = False
    trouble: str = "the topics are being read"

    def heard(self, now: float, behind: int) -> None:
        """Kafka answered; ``behind`` records lie there unread."""
        self.heard_at, self.behind, self.trouble = now, behind, ""
        self.complete = self.complete or behind == 0

    def failed(self, why: str) -> None:
        """Kafka did not answer."""
        self.trouble = why

    def age_seconds(self, now: float) -> float | None:
        """How long ago Kafka answered; None: never."""
        return None if self.heard_at is None else max(0.0, now - self.heard_at)

    def stale(self, now: float) -> bool:
        """Whether readers must be told that this may not be the latest."""
        age = self.age_seconds(now)
        return age is None or age > STALE_SECONDS or not self.complete
