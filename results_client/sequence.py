"""Headlines as a reader may take them: each id once, in order of ``n`` for each key, gaps seen."""

import hashlib
from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field

from results_client.position import NO_MARK, Reach
from schemas.headline import Headline

#: How long a headline waits for the one before it; then it is told all the same, for news must not wait for ever.
PATIENCE_SECONDS = 2.0
#: So many wait on a partition and no more: beyond that the gap is passed over at once.
MOST_WAITING = 128


@dataclass(frozen=True, slots=True)
class Lying:
    """A headline as it lies on the topic; ``at_ms`` is the moment of its record, Unix milliseconds."""

    headline: Headline
    raw: bytes
    partition: int
    offset: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Told:
    """A headline that may be told. ``reach``: how far its partition was told, with this one."""

    lying: Lying
    reach: Reach


@dataclass(frozen=True, slots=True)
class Gap:
    """Headlines missing of a key (P8): from number ``first`` up to ``last``; ``since`` in seconds of the caller."""

    key: str
    first: int
    last: int
    since: float


@dataclass(slots=True)
class Marks:
    """Two bytes for each record of each partition, by which a log is known again."""

    _by_partition: dict[int, list[bytes]] = field(default_factory=dict)

    def put(self, partition: int, offset: int, id: str) -> None:
        """Remember the record at an offset; those passed over before it have no mark."""
        found = self._by_partition.setdefault(partition, [])
        found += [NO_MARK] * (offset - len(found)) + [mark(id)]

    def before(self, partition: int, offset: int) -> bytes | None:
        """The mark of the record before an offset; None where nothing was read."""
        found = self._by_partition.get(partition, [])
        return found[offset - 1] if 0 < offset <= len(found) else None


@dataclass(slots=True)
class _Key:
    told: int = 0
    waiting: dict[int, Lying] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    since: float = 0.0


@dataclass(slots=True)
class Sequence:
    """What was told and what waits. The caller says the time, in seconds of any clock that does not go back.

    ``repeats`` counts records of an id already taken; ``conflicts`` numbers that came with two ids, which no feed of
    ours writes. A late headline of a gap is told when it comes, however late.
    """

    repeats: int = 0
    conflicts: int = 0
    marks: Marks = field(default_factory=Marks)
    _ids: set[str] = field(default_factory=set)
    _keys: dict[str, _Key] = field(default_factory=dict)
    _next: dict[int, int] = field(default_factory=dict)
    _held: dict[int, list[int]] = field(default_factory=dict)

    def take(self, lying: Lying, now: float) -> list[Told]:
        """Take one record; gives the headlines that may be told now, in order."""
        self._next[lying.partition] = max(self._next.get(lying.partition, 0), lying.offset + 1)
        headline = lying.headline
        self.marks.put(lying.partition, lying.offset, headline.id)
        if headline.id in self._ids:
            self.repeats += 1
            return []
        self._ids.add(headline.id)
        key = self._keys.setdefault(headline.key, _Key())
        if headline.n <= key.told:
            self.conflicts += headline.n not in key.missing
            key.missing.discard(headline.n)
            return [self._tell(lying)]
        if headline.n in key.waiting:
            self.conflicts += 1
            return [self._tell(lying)]
        if headline.n > key.told + 1:
            if not key.waiting:
                key.since = now
            key.waiting[headline.n] = lying
            held = self._held.setdefault(lying.partition, [])
            insort(held, lying.offset)
            return self._pass_over(key) if len(held) > MOST_WAITING else []
        key.told = headline.n
        return [self._tell(lying), *self._follow(key)]

    def lose_patience(self, now: float) -> list[Told]:
        """Tell what has waited too long; its gap stays on the list."""
        told: list[Told] = []
        for key in self._keys.values():
            while key.waiting and now - key.since >= PATIENCE_SECONDS:
                told += self._pass_over(key)
                key.since = now
        return told

    def gaps(self) -> Iterator[Gap]:
        """What is missing now."""
        for name, key in self._keys.items():
            missing = set(key.missing)
            if key.waiting:
                missing.update(range(key.told + 1, max(key.waiting)))
                missing -= set(key.waiting)
            if missing:
                yield Gap(name, min(missing), max(missing), key.since)

    @property
    def waits(self) -> bool:
        """Whether any headline waits for one before it."""
        return any(self._held.values())

    def next_offset(self, partition: int) -> int:
        """Where reading a partition goes on."""
        return self._next.get(partition, 0)

    def _pass_over(self, key: _Key) -> list[Told]:
        first = min(key.waiting)
        key.missing.update(range(key.told + 1, first))
        key.told = first - 1
        return self._follow(key)

    def _follow(self, key: _Key) -> list[Told]:
        told = []
        while (lying := key.waiting.pop(key.told + 1, None)) is not None:
            key.told += 1
            self._held[lying.partition].remove(lying.offset)
            told.append(self._tell(lying))
        return told

    def _tell(self, lying: Lying) -> Told:
        reached = self._next[lying.partition]
        mark = self.marks.before(lying.partition, reached) or NO_MARK
        return Told(lying, Reach(reached, mark, tuple(self._held.get(lying.partition, ()))))


def mark(id: str) -> bytes:
    """Two bytes by which a record is known again in a position."""
    return hashlib.sha256(id.encode()).digest()[:2]
