"""All that readers may know, from the topics alone: records in, state out. No clock, no network, no web."""

import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar

from pydantic import ValidationError

from results_client.position import Position, Reach
from results_client.reading import LaterVersion, read, read_headline
from results_client.sequence import Lying, Sequence, Told
from schemas.area import Board
from schemas.contract import Mode
from schemas.headline import Action, Headline
from schemas.standing import Standing
from streams.publishers.discretion import discreet

Kind = Literal["headlines", "standings", "boards"]
Picture = TypeVar("Picture", Standing, Board)

#: Whose time `as_of` means: when the feed said it, or when it was declared at the count.
Clock = Literal["said", "declared"]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an output topic; ``at_ms`` in Unix milliseconds."""

    kind: Kind
    partition: int
    offset: int
    value: bytes | None
    at_ms: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A headline as it was told, number ``index`` of all; ``reach`` as in :class:`Told`."""

    index: int
    headline: Headline
    raw: bytes
    partition: int
    offset: int
    reach: Reach
    at_ms: int


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a headline: what the later one ``by`` did to it. ``overtaken``: its story moved on."""

    action: Action | Literal["overtaken"]
    by: Entry


@dataclass(frozen=True, slots=True)
class Version(Generic[Picture]):
    """One version of a council's standing or an area's board; the bytes are packed, for there are many."""

    version: int
    at_ms: int
    declared_at: datetime | None
    packed: bytes
    model: type[Picture]

    @property
    def raw(self) -> bytes:
        """The bytes as they lay on the topic, but for what readers are not told."""
        return zlib.decompress(self.packed)

    def picture(self) -> Picture:
        """The contract."""
        return read(self.model, self.raw)


@dataclass(slots=True)
class History(Generic[Picture]):
    """All versions of one council or area; the highest counts, whatever order they came in."""

    versions: dict[int, Version[Picture]] = field(default_factory=dict)
    latest: Picture | None = None
    raw: bytes = b""
    at_ms: int = 0

    def take(self, picture: Picture, raw: bytes, at_ms: int) -> bool:
        """Keep a version; whether it is now the latest."""
        if picture.version in self.versions:
            return False
        self.versions[picture.version] = Version(
            picture.version, at_ms, picture.last_declared_at, zlib.compress(raw, 1), type(picture)
        )
        if self.latest is not None and self.latest.version > picture.version:
            return False
        self.latest, self.raw, self.at_ms = picture, raw, at_ms
        return True

    def until(self, allowed: Callable[[Version[Picture]], bool]) -> "History[Picture] | None":
        """The history as it was when only the allowed versions were there."""
        kept = {number: version for number, version in self.versions.items() if allowed(version)}
        if not kept:
            return None
        last = kept[max(kept)]
        unchanged = self.latest is not None and self.latest.version == last.version
        picture = self.latest if unchanged else last.picture()
        return History(kept, picture, self.raw if unchanged else last.raw, last.at_ms)


class OtherLog(Exception):
    """A record lies where another one lay before: the topic was made anew, and all must be read again."""


@dataclass(slots=True)
class Archive:
    """The state of the read side. ``revision`` rises with everything that a reader could notice.

    ``unreadable`` counts records that are no output of this feed and mode, or of a later version than is known here;
    they are left out (I-01), and ``refused`` says where the last of them lies and why.
    """

    mode: Mode
    entries: list[Entry] = field(default_factory=list)
    councils: dict[str, History[Standing]] = field(default_factory=dict)
    areas: dict[str, History[Board]] = field(default_factory=dict)
    by_id: dict[str, Entry] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)
    revision: int = 0
    at_ms: int = 0
    unreadable: int = 0
    refused: str = ""
    sequence: Sequence = field(default_factory=Sequence)
    _by_key: dict[str, list[Entry]] = field(default_factory=dict)
    _reached: dict[int, Reach] = field(default_factory=dict)
    _words: dict[str, int] = field(default_factory=dict)

    def take(self, record: Record, now: float) -> list[Entry]:
        """Take one record; gives the headlines that it lets be told. Raises :class:`OtherLog`."""
        if record.value is None:
            return []
        try:
            match record.kind:
                case "headlines":
                    return self._headline(record, record.value, now)
                case "standings":
                    standing = read(Standing, record.value)
                    self._picture(self.councils, standing.council, standing, record.value, record.at_ms)
                case "boards":
                    board = read(Board, record.value)
                    self._picture(self.areas, board.area, board, record.value, record.at_ms)
        except (ValidationError, LaterVersion, _OtherMode) as why:
            self.unreadable += 1
            self.refused = (
                f"offset {record.offset} of partition {record.partition} of the {record.kind}: {_said(why)}"
            )
        return []

    def lose_patience(self, now: float) -> list[Entry]:
        """Tell what waited too long for a headline that is missing."""
        return self._tell(self.sequence.lose_patience(now)) if self.sequence.waits else []

    def of(self, key: str) -> list[Entry]:
        """Headlines of a council or area, in order of ``n``."""
        return self._by_key.get(key, [])

    def position(self, upto: int | None = None) -> Position:
        """The position after the first ``upto`` headlines told, or after all."""
        everything = upto is None or upto >= len(self.entries)
        return Position(dict(self._reached) if everything else self._reached_at(upto or 0))

    def word(self, upto: int | None = None) -> str:
        """The position as a word, remembered so that taking up there costs nothing."""
        word = self.position(upto).word()
        self._words[word] = len(self.entries) if upto is None else upto
        return word

    def index_of(self, word: str) -> int | None:
        """How many headlines lie before a position that this copy has given out itself."""
        return self._words.get(word)

    def knows(self, position: Position) -> bool:
        """Whether a position lies in this log, as far as this copy has read it."""
        return all(
            self.sequence.marks.before(partition, reach.offset) in (reach.mark, None)
            for partition, reach in position.reached.items()
        )

    def beyond(self, position: Position) -> bool:
        """Whether a position lies beyond what this copy has read."""
        return any(
            reach.offset > self.sequence.next_offset(partition)
            for partition, reach in position.reached.items()
        )

    def after(self, position: Position) -> Iterable[Entry]:
        """Headlines told that a reader at this position has not had."""
        return (entry for entry in self.entries if position.lacks(entry.partition, entry.offset))

    def as_of(self, moment: datetime, clock: Clock = "said") -> "Archive":
        """The archive as it was at a moment; it is not to take records."""
        if clock == "said":
            limit = int(moment.timestamp() * 1000)
            told = [entry for entry in self.entries if entry.at_ms <= limit]
        else:
            told = [entry for entry in self.entries if entry.headline.declared_at.at <= moment]
        then = Archive(self.mode)
        for entry in told:
            then._add(entry.headline, entry.raw, entry.partition, entry.offset, entry.reach, entry.at_ms)
        for key, history in self.councils.items():
            if (cut := history.until(_until(moment, clock))) is not None:
                then.councils[key] = cut
        for key, boards in self.areas.items():
            if (kept := boards.until(_until(moment, clock))) is not None:
                then.areas[key] = kept
        pictures: list[History[Standing] | History[Board]] = [*then.councils.values(), *then.areas.values()]
        then.at_ms = max([entry.at_ms for entry in told] + [picture.at_ms for picture in pictures], default=0)
        then.revision = self.revision
        then.sequence.marks = self.sequence.marks
        return then

    def _headline(self, record: Record, raw: bytes, now: float) -> list[Entry]:
        if record.offset < self.sequence.next_offset(record.partition):
            raise OtherLog
        headline = read_headline(raw)
        if headline.mode != self.mode:
            raise _OtherMode
        self.at_ms = max(self.at_ms, record.at_ms)
        lying = Lying(headline, raw, record.partition, record.offset, record.at_ms)
        return self._tell(self.sequence.take(lying, now))

    def _tell(self, told: list[Told]) -> list[Entry]:
        return [
            self._add(
                t.lying.headline, t.lying.raw, t.lying.partition, t.lying.offset, t.reach, t.lying.at_ms
            )
            for t in told
        ]

    def _add(
        self, headline: Headline, raw: bytes, partition: int, offset: int, reach: Reach, at_ms: int
    ) -> Entry:
        entry = Entry(len(self.entries), headline, raw, partition, offset, reach, at_ms)
        self.entries.append(entry)
        self.by_id[headline.id] = entry
        of_key = self._by_key.setdefault(headline.key, [])
        of_key.append(entry)
        if len(of_key) > 1 and of_key[-2].headline.n > headline.n:
            of_key.sort(key=lambda e: e.headline.n)
        for id in headline.supersedes:
            earlier = self.by_id.get(id)
            same = earlier is not None and earlier.headline.fact == headline.fact
            self.fates[id] = Fate(headline.action if same else "overtaken", entry)
        self._reached[partition] = reach
        self.revision += 1
        return entry

    def _picture(
        self,
        histories: dict[str, History[Picture]],
        key: str,
        picture: Picture,
        raw: bytes,
        at_ms: int,
    ) -> None:
        if picture.mode != self.mode:
            raise _OtherMode
        if picture.holds:
            raw = discreet(raw)
            picture = read(type(picture), raw)
        if histories.setdefault(key, History()).take(picture, raw, at_ms):
            self.revision += 1
            self.at_ms = max(self.at_ms, at_ms)

    def _reached_at(self, upto: int) -> dict[int, Reach]:
        reached: dict[int, Reach] = {}
        for entry in self.entries[upto - 1 :: -1] if upto else []:
            reached.setdefault(entry.partition, entry.reach)
            if len(reached) == len(self._reached):
                break
        return reached


class _OtherMode(Exception):
    """The record belongs to another mode."""


def _said(why: Exception) -> str:
    if isinstance(why, ValidationError):
        first = why.errors(include_url=False, include_context=False, include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:300]
    return str(why) or "it belongs to another mode"


def _until(moment: datetime, clock: Clock) -> Callable[[Version[Picture]], bool]:
    if clock == "said":
        limit = int(moment.timestamp() * 1000)
        return lambda version: version.at_ms <= limit
    return lambda version: version.declared_at is None or version.declared_at <= moment
