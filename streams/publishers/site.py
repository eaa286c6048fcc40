"""The parts of the read side together: what follows the topics, what is kept of answers, and what streams are open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from streams.publishers.answers import Answer, Cache
from streams.publishers.api.known import Known
from streams.publishers.api.score import snapshot
from streams.publishers.archive import Archive, Entry
from streams.publishers.following import Follower
from streams.publishers.pages import Pages
from streams.publishers.reel import Reel
from streams.publishers.stream import Streams
from streams.settings import Settings

#: While much happens, what is made of the whole night is made anew this often and no more, however many ask (I-33).
GLANCE_SECONDS = 0.2


@dataclass(slots=True)
class Site:
    """One copy of the read side. Nothing is opened or started by making it."""

    settings: Settings
    follower: Follower = field(init=False)
    streams: Streams = field(init=False)
    pages: Pages = field(init=False)
    cache: Cache = field(default_factory=Cache)
    past: dict[tuple[str, str, int], Archive] = field(default_factory=dict)
    epoch: int = 0
    glance_seconds: float = GLANCE_SECONDS
    _seen: tuple[object, ...] = ()
    _seen_at: float = -GLANCE_SECONDS

    def __post_init__(self) -> None:
        self.follower = Follower(self.settings, self._told, self._renewed)
        self.streams = Streams(
            Reel(self.archive),
            self.settings.serve_clients,
            self.status,
            lambda why: snapshot(Known(self.archive, self.stale), why),
        )
        self.pages = Pages(
            self.settings.mode, lambda: self.archive, lambda: self.stale, lambda: self.silent_since
        )

    @property
    def archive(self) -> Archive:
        """All that is known now."""
        return self.follower.archive

    @property
    def complete(self) -> bool:
        """Whether everything on the topics has been read once."""
        return self.follower.freshness.complete

    @property
    def stale(self) -> bool:
        """Whether this may not be the latest."""
        return self.follower.freshness.stale(monotonic())

    @property
    def silent_since(self) -> datetime | None:
        """When Kafka answered last, UTC; None while it does, and before it ever did."""
        return self.follower.freshness.silent_since(monotonic())

    def state(self) -> tuple[object, ...]:
        """Changes with everything that an answer could show, soon after it: at once where little happens."""
        now = monotonic()
        state = (self.epoch, self.archive.revision, self.stale)
        if state != self._seen and now - self._seen_at >= self.glance_seconds:
            self._seen, self._seen_at = state, now
        return self._seen

    def state_of(self, council: str) -> tuple[object, ...]:
        """Changes with everything that a page of one council could show; raises :class:`Problem`."""
        standing = self.pages.standing(council)
        headlines = len(self.archive.of(standing.council))
        return (self.epoch, standing.version, headlines, len(self.archive.areas), self.stale)

    def status(self) -> dict[str, object]:
        """How fresh this copy is, for streams and for operators."""
        fresh = self.follower.freshness
        age, silent = fresh.age_seconds(monotonic()), self.silent_since
        return {
            "mode": self.settings.mode,
            "stale": self.stale,
            "silent_since": silent and silent.isoformat(timespec="seconds"),
            "complete": fresh.complete,
            "age_seconds": None if age is None else round(age, 1),
            "behind": fresh.behind,
            "trouble": fresh.trouble,
            "headlines": len(self.archive.entries),
            "missing": sum(gap.last - gap.first + 1 for gap in self.archive.sequence.gaps()),
        }

    def health(self) -> dict[str, object]:
        """All of the status, and what operators want besides."""
        return self.status() | {
            "streams": len(self.streams),
            "streams_dropped": self.streams.dropped,
            "repeats": self.archive.sequence.repeats,
            "conflicts": self.archive.sequence.conflicts,
            "unreadable": self.archive.unreadable,
            "refused": self.archive.refused,
        }

    def freshness_headers(self) -> dict[str, str]:
        """Headers that say how fresh an answer is without changing its tag."""
        age = self.follower.freshness.age_seconds(monotonic())
        told = "None" if age is None else str(round(age, 1))
        return {"Results-Stale": "true" if self.stale else "false", "Results-Age-Seconds": told}

    def kept(self, key: str, make: Callable[[], Answer], council: str | None = None) -> Answer:
        """An answer for the state as it is; of one ``council`` alone, for as long as nothing of that changes."""
        return self.cache.get(key, self.state_of(council) if council else self.state(), make)

    def _told(self, entries: list[Entry]) -> None:
        self.streams.publish()

    def _renewed(self, archive: Archive) -> None:
        self.epoch += 1
        self.past.clear()
        self.streams.renew(archive)
