"""The parts of the read side together: what follows the topics, what is kept of answers, and what streams are open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from streams.publishers.answers import Answer, Cache
from streams.publishers.api import Answers
from streams.publishers.archive import Archive, Entry
from streams.publishers.following import Follower
from streams.publishers.pages import Pages
from streams.publishers.reel import Reel
from streams.publishers.stream import Streams
from streams.settings import Settings


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

    def __post_init__(self) -> None:
        self.follower = Follower(self.settings, self._told, self._renewed)
        self.streams = Streams(
            Reel(self.archive),
            self.settings.serve_clients,
            self.status,
            lambda why: Answers(self.archive, self.stale).snapshot(why),
        )
        self.pages = Pages(self.settings.mode, lambda: self.archive, lambda: self.stale)

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
    def state(self) -> tuple[int, int, bool]:
        """Changes with everything that an answer could show."""
        return (self.epoch, self.archive.revision, self.stale)

    def status(self) -> dict[str, object]:
        """How fresh this copy is, for streams and for operators."""
        fresh = self.follower.freshness
        age = fresh.age_seconds(monotonic())
        return {
            "mode": self.settings.mode,
            "stale": self.stale,
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
        }

    def kept(self, key: str, make: Callable[[], Answer]) -> Answer:
        """An answer for the state as it is."""
        return self.cache.get(key, self.state, make)

    def _told(self, entries: list[Entry]) -> None:
        self.streams.publish()

    def _renewed(self, archive: Archive) -> None:
        self.epoch += 1
        self.past.clear()
        self.streams.renew(archive)
