"""The journal: every event is safe on disk here before anyone is told that it was taken."""

import fcntl
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Literal

from streams.trouble import Trouble

State = Literal["journalled", "on the log"]
Headers = tuple[tuple[str, bytes], ...]

_TABLES = """
CREATE TABLE IF NOT EXISTS entry (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    topic TEXT NOT NULL,
    key TEXT NOT NULL,
    value BLOB NOT NULL,
    headers TEXT NOT NULL,
    producer TEXT NOT NULL,
    taken_at TEXT NOT NULL,
    partition INTEGER,
    "offset" INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS waiting ON entry (seq) WHERE "offset" IS NULL;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One record to be carried to the log. ``key``: council id; ``taken_at``: ISO, UTC."""

    id: str
    topic: str
    key: str
    value: bytes
    headers: Headers
    producer: str
    taken_at: str


@dataclass(frozen=True, slots=True)
class Taken:
    """An entry as it lies in the journal; ``new`` is false when the same content had been taken before."""

    seq: int
    id: str
    state: State
    new: bool
    partition: int | None = None
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """An id that already stands for another content."""

    id: str


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the broker says that an entry lies."""

    seq: int
    partition: int
    offset: int


class JournalFault(Exception):
    """The disk took nothing of it: full, failing or read-only. Whoever asked may ask again."""


class Journal:
    """A SQLite file in WAL mode, synchronous FULL: a commit has been fsynced when it returns. One process has it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(path.with_suffix(".lock"))
        self._path = path
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        # What was committed moves into the file beside the writer (see `tidy`), not inside somebody's commit.
        self._db.execute("PRAGMA wal_autocheckpoint=0")
        self._db.executescript(_TABLES)
        self._reading = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
        )

    def write(
        self, requests: Sequence[Sequence[Entry]], placed: Iterable[Placed] = ()
    ) -> list[tuple[Taken, ...] | Conflict]:
        """Take each request whole or not at all, and note what reached the log, in one commit.

        Raises :class:`JournalFault` when nothing of it was written.
        """
        try:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany(
                'UPDATE entry SET partition = ?, "offset" = ? WHERE seq = ?',
                [(place.partition, place.offset, place.seq) for place in placed],
            )
            answers = [self._take(request) for request in requests]
            self._db.execute("COMMIT")
        except sqlite3.Error as failed:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise JournalFault(str(failed)) from failed
        return answers

    def _take(self, request: Sequence[Entry]) -> tuple[Taken, ...] | Conflict:
        known = [self._find(self._db, entry.id) for entry in request]
        first: dict[str, bytes] = {}
        for entry, before in zip(request, known, strict=True):
            stands = (
                before[1] if before is not None else sha256(first.setdefault(entry.id, entry.value)).digest()
            )
            if stands != sha256(entry.value).digest():
                return Conflict(entry.id)
        return tuple(
            before[0] if before is not None else self._insert(entry)
            for entry, before in zip(request, known, strict=True)
        )

    def _insert(self, entry: Entry) -> Taken:
        headers = json.dumps([[name, value.decode("latin-1")] for name, value in entry.headers])
        cursor = self._db.execute(
            "INSERT INTO entry (id, topic, key, value, headers, producer, taken_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO NOTHING",
            (entry.id, entry.topic, entry.key, entry.value, headers, entry.producer, entry.taken_at),
        )
        if cursor.rowcount == 0:  # twice in one request
            before = self._find(self._db, entry.id)
            return before[0] if before is not None else Taken(0, entry.id, "journalled", new=False)
        return Taken(cursor.lastrowid or 0, entry.id, "journalled", new=True)

    @staticmethod
    def _find(db: sqlite3.Connection, id: str) -> tuple[Taken, bytes] | None:
        row = db.execute('SELECT seq, value, partition, "offset" FROM entry WHERE id = ?', (id,)).fetchone()
        if row is None:
            return None
        seq, value, partition, offset = row
        state: State = "journalled" if offset is None else "on the log"
        return Taken(seq, id, state, False, partition, offset), sha256(value).digest()

    def find(self, id: str) -> Taken | None:
        """An entry by the id of its event."""
        found = self._find(self._reading, id)
        return found[0] if found is not None else None

    def event(self, id: str) -> tuple[str, bytes] | None:
        """Who sent an event, and its bytes as they go to the log."""
        row = self._reading.execute("SELECT producer, value FROM entry WHERE id = ?", (id,)).fetchone()
        return (row[0], row[1]) if row is not None else None

    def waiting(self, at_most: int) -> list[tuple[int, Entry]]:
        """The oldest entries that the broker has not acknowledged, in the order in which they were taken."""
        rows = self._reading.execute(
            "SELECT seq, id, topic, key, value, headers, producer, taken_at FROM entry "
            'WHERE "offset" IS NULL ORDER BY seq LIMIT ?',
            (at_most,),
        )
        return [
            (seq, Entry(id, topic, key, value, _headers(headers), producer, taken_at))
            for seq, id, topic, key, value, headers, producer, taken_at in rows
        ]

    def count_waiting(self) -> int:
        """How many entries the broker has not acknowledged."""
        (count,) = self._reading.execute('SELECT count(*) FROM entry WHERE "offset" IS NULL').fetchone()
        return int(count)

    def limit_pages(self, pages: int) -> None:
        """Let the file grow to so many pages of 4 KB and no further, as on a disk of that size."""
        self._db.execute(f"PRAGMA max_page_count={int(pages)}")

    def tidy(self) -> None:
        """Move what was committed from the WAL into the file; writers go on meanwhile. Safe in any thread."""
        own = sqlite3.connect(self._path)
        try:
            own.execute("PRAGMA wal_checkpoint(PASSIVE)")
        except sqlite3.Error as failed:
            raise JournalFault(str(failed)) from failed
        finally:
            own.close()

    def close(self) -> None:
        """Close the file and let another process have it."""
        self._reading.close()
        self._db.close()
        self._lock.close()


def _headers(text: str) -> Headers:
    return tuple((name, value.encode("latin-1")) for name, value in json.loads(text))


def _locked(path: Path) -> IO[bytes]:
    lock = path.open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Trouble(
            f"Another intake has the journal {path.with_suffix('.sqlite')}: stop it, or give this one a folder "
            "of its own (RESULTS_DATA_DIR)."
        ) from None
    return lock
