"""Watches groups: looks at each in turn and keeps the last looks, from which verdict, trend and figures follow."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aiokafka.structs import TopicPartition

from schemas import topics
from streams.delivery import status
from streams.delivery.status import Status
from streams.ops.lag import Retention, Sample, Trend, catch_up_seconds, retention_used, trend
from streams.ops.positions import Membership, Place
from streams.ops.verdict import FRESH_POLLS, WINDOW, Verdict, judge, worst
from streams.settings import Settings

#: Looks kept for the line that a page draws: a quarter of an hour at one in 5 s.
HISTORY = 180


class Broker(Protocol):
    """What a watch asks; see ``positions.Positions``."""

    async def commits(
        self, group: str, partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int | None]: ...

    async def members(self, group: str) -> Membership: ...

    async def place(self, partition: TopicPartition, offset: int) -> Place: ...


@dataclass(slots=True)
class Group:
    """A consumer group and the topic that it reads, with what was seen of it.

    ``members`` None: the broker does not tell. ``history``: moments and the worst age of an unread record.
    """

    agent: str
    name: str
    topic: str
    partitions: tuple[int, ...]
    retention: Retention = field(default_factory=Retention)
    members: Membership | None = None
    windows: dict[int, deque[Sample]] = field(default_factory=dict)
    history: deque[tuple[float, float]] = field(default_factory=lambda: deque(maxlen=HISTORY))

    def verdict(self, now: float, poll_seconds: float) -> Verdict:
        """The verdict on the group: that on its worst partition."""
        return worst(self.on(partition, now, poll_seconds) for partition in self.partitions)

    def on(self, partition: int, now: float, poll_seconds: float) -> Verdict:
        """The verdict on one partition."""
        members = None if self.members is None else len(self.members.partitions)
        window = self.windows.get(partition, ())
        return judge(tuple(window), now=now, poll_seconds=poll_seconds, members=members)

    def latest(self, now: float, poll_seconds: float) -> dict[int, Sample]:
        """The last look at each partition; those that are too old to tell anything are left out."""
        oldest = now - FRESH_POLLS * poll_seconds
        return {p: window[-1] for p, window in self.windows.items() if window and window[-1].at >= oldest}

    def lag_seconds(self, now: float, poll_seconds: float) -> float | None:
        """Age of the oldest unread record of all partitions at this moment; None when it is not known."""
        ages = [sample.age(now) for sample in self.latest(now, poll_seconds).values()]
        known = [age for age in ages if age is not None]
        return max(known, default=None)

    def worst_window(self) -> Sequence[Sample]:
        """The looks at the partition that lags most."""
        windows = [tuple(window) for window in self.windows.values() if window]
        return max(windows, key=lambda window: (window[-1].lag_seconds or 0.0, window[-1].lag), default=())

    def trend(self) -> Trend:
        """Where the worst partition is going."""
        return trend(self.worst_window())

    def catch_up(self) -> float | None:
        """Until nothing is unread, seconds: the longest of the partitions; None unless one shrinks and none grows."""
        windows = [tuple(window) for window in self.windows.values() if window and window[-1].lag]
        times = [catch_up_seconds(window) for window in windows]
        known = [seconds for seconds in times if seconds is not None]
        return max(known) if known and len(known) == len(times) else None

    def retention_used(self) -> float | None:
        """The share of the worst partition; None before the first look."""
        used = [retention_used(window[-1], self.retention) for window in self.windows.values() if window]
        return max(used, default=None)


class Watch:
    """The groups of one feed, looked at together; ``workers`` gives the words of workers on this machine."""

    def __init__(
        self, settings: Settings, groups: Sequence[Group], workers: Callable[[], Mapping[str, Status]]
    ) -> None:
        self._settings = settings
        self._workers = workers
        self.groups = tuple(groups)

    async def look(self, broker: Broker, now: Callable[[], float] = time.time) -> None:
        """Look at every group once; raises what the broker raises, and then nothing was seen."""
        for group in self.groups:
            await self._look_at(broker, group, now)

    async def _look_at(self, broker: Broker, group: Group, now: Callable[[], float]) -> None:
        partitions = [TopicPartition(group.topic, number) for number in group.partitions]
        commits = await broker.commits(group.name, partitions)
        members = await self._members(broker, group)
        places = await asyncio.gather(*(broker.place(tp, commits[tp] or 0) for tp in partitions))
        at = now()
        alive = members is not None and len(members.partitions) > 0
        ages = []
        for tp, place in zip(partitions, places, strict=True):
            window = group.windows.setdefault(tp.partition, deque(maxlen=WINDOW))
            moved = bool(window) and window[-1].committed != commits[tp]
            sample = Sample(at, commits[tp], place.start, place.end, place.written_at, alive or moved)
            window.append(sample)
            ages.append(sample.lag_seconds or 0.0)
        group.members = members
        group.history.append((at, max(ages, default=0.0)))

    async def _members(self, broker: Broker, group: Group) -> Membership | None:
        if self._settings.profile == "kafka":
            return await broker.members(group.name)
        # To the embedded broker a group looks alive long after its member left: the workers' own word counts.
        if group.name == group.agent:
            return None  # none of ours, and nobody else tells
        alive = {
            name: len(word.partitions)
            for name, word in self._workers().items()
            if word.app_id == group.name and time.time() - word.written_at < status.STALE_SECONDS
        }
        return Membership(alive)


@dataclass(frozen=True, slots=True)
class Watched:
    """A group to be watched: by which name people know it, its own name, and the topic that it reads."""

    agent: str
    group: str
    topic: str


def watched(settings: Settings) -> dict[str, str]:
    """The agents of the feed and the topic that each reads."""
    return {"council": topics.declarations(settings.mode), "area": topics.contributions(settings.mode)}


def every_group(settings: Settings) -> tuple[Watched, ...]:
    """The groups of the feed's agents, and those that the settings name besides."""
    ours = [Watched(agent, settings.group(agent), topic) for agent, topic in watched(settings).items()]
    further = [pair.split("=") for pair in settings.monitor_groups.split(",") if pair]
    return (
        *ours,
        *(Watched(group, group, getattr(topics, topic)(settings.mode)) for group, topic in further),
    )


def words(settings: Settings) -> dict[str, Status]:
    """What the workers of this mode on this machine say of themselves, by name; unreadable words are left out."""
    found: dict[str, Status] = {}
    for path in sorted(settings.data_dir.glob(f"results-{settings.mode}-*.json")):
        try:
            word = status.read(path)
        except (OSError, ValueError, TypeError):
            continue
        if word is not None:
            found[path.stem] = word
    return found
