"""The stream as server-sent events: each headline encoded once, and where each reader of it stands."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

import orjson

from results_client.position import NoPosition, Position, position
from streams.publishers.archive import Archive, Entry
from streams.publishers.filters import Filter

#: A reader who missed more than this gets a snapshot instead.
MOST_MISSED = 2_000
#: Bytes given to a reader at a time; a slow one never has more than a few of these in memory.
CHUNK_BYTES = 64 * 1024


def frame(event: str, data: bytes, id: str = "") -> bytes:
    """One server-sent event; data in several lines would be several fields, so they are joined."""
    if b"\n" in data or b"\r" in data:
        data = orjson.dumps(orjson.loads(data))
    head = f"event: {event}\nid: {id}\n" if id else f"event: {event}\n"
    return head.encode() + b"data: " + data + b"\n\n"


@dataclass(slots=True)
class Reel:
    """Frames of all headlines told, made when first wanted and kept; of an archive that only grows."""

    archive: Archive
    _frames: list[bytes] = field(default_factory=list)
    _joined: tuple[int, int, bytes] = (0, 0, b"")

    def frame(self, index: int) -> bytes:
        """The frame of a headline, with the position after it."""
        while len(self._frames) <= index:
            made = len(self._frames)
            entry = self.archive.entries[made]
            self._frames.append(frame("headline", entry.raw, self.archive.word(made + 1)))
        return self._frames[index]

    def joined(self, start: int) -> tuple[bytes, int]:
        """Frames from one on, up to a chunk, and where the next one starts; most readers want the same."""
        end = len(self.archive.entries)
        if self._joined[:2] != (start, end):
            chunk, reached = bytearray(), start
            while reached < end and len(chunk) < CHUNK_BYTES:
                chunk += self.frame(reached)
                reached += 1
            if reached < end:
                return bytes(chunk), reached
            self._joined = (start, end, bytes(chunk))
        return self._joined[2], end


@dataclass(slots=True)
class Place:
    """Where one reader stands: the headlines before ``index`` are dealt with.

    ``missed`` and ``theirs`` are for a reader who comes with the position of another copy: headlines to catch up on,
    and the reader's own position, which may be ahead of this copy's.
    """

    reel: Reel
    filter: Filter
    index: int
    snapshot: str = ""
    missed: list[Entry] = field(default_factory=list)
    theirs: Position | None = None

    def chunk(self, snapshot: Callable[[str], bytes]) -> bytes:
        """The next bytes for the reader; empty when there are none now."""
        if self.snapshot:
            why, self.snapshot = self.snapshot, ""
            self.index = len(self.reel.archive.entries)
            self.missed, self.theirs = [], None
            return frame("snapshot", snapshot(why), self.reel.archive.word())
        if self.theirs is not None:
            return self._catch_up(self.theirs)
        if self.filter.empty:
            chunk, self.index = self.reel.joined(self.index)
            return chunk
        return self._filtered()

    @property
    def behind(self) -> int:
        """Headlines that the reader has not been given."""
        return len(self.reel.archive.entries) - self.index + len(self.missed)

    def _filtered(self) -> bytes:
        chunk = bytearray()
        entries = self.reel.archive.entries
        while self.index < len(entries) and len(chunk) < CHUNK_BYTES:
            if self.filter.passes(entries[self.index].headline):
                chunk += self.reel.frame(self.index)
            self.index += 1
        return bytes(chunk)

    def _catch_up(self, theirs: Position) -> bytes:
        """Frames with positions of the reader's own, until this copy is level with it."""
        entries = self.reel.archive.entries
        self.missed += entries[self.index :]
        self.index = len(entries)
        chunk = bytearray()
        given = 0
        for entry in self.missed:
            if len(chunk) >= CHUNK_BYTES:
                break
            given += 1
            lacked = theirs.lacks(entry.partition, entry.offset)
            theirs = theirs.joined(entry.partition, entry.reach)
            if lacked and self.filter.passes(entry.headline):
                chunk += frame("headline", entry.raw, theirs.word())
        del self.missed[:given]
        level = not self.missed and self.reel.archive.position().covers(theirs)
        self.theirs = None if level else theirs
        return bytes(chunk)


def take_up(reel: Reel, filter: Filter, word: str, *, complete: bool) -> Place:
    """Where a reader with this position goes on; without one from now on, with ``start`` from the beginning.

    ``complete``: all that lies on the topics has been read, so that a position beyond it is of another log.
    Never raises: a position that leads nowhere begins with a snapshot, for a browser could do nothing else.
    """
    archive = reel.archive
    end = len(archive.entries)
    if not word:
        return Place(reel, filter, end)
    if word == "start":
        return Place(reel, filter, 0)
    known = archive.index_of(word)
    if known is not None:
        wanted: Iterable[Entry] = archive.entries[known:]
    else:
        try:
            given = position(word)
        except NoPosition:
            return Place(reel, filter, end, "the position is none of this feed")
        if not archive.knows(given) or (complete and archive.beyond(given)):
            return Place(reel, filter, end, "the position is of another log")
        wanted = archive.after(given)
    missed = list(islice((e for e in wanted if filter.passes(e.headline)), MOST_MISSED + 1))
    if len(missed) > MOST_MISSED:
        return Place(reel, filter, end, f"more than {MOST_MISSED} headlines were missed")
    if known is not None:
        return Place(reel, filter, known)
    return Place(reel, filter, end, missed=missed, theirs=given)
