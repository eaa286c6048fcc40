"""Subscriptions, headlines seen and what became of each delivery, in SQLite: noted before anything is said of it."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from results_client.reading import read_headline
from schemas.headline import Headline
from streams.publishers.archive import Entry
from streams.publishers.filters import Filter, read_filter
from streams.publishers.webhooks import message

State = Literal["waiting", "delivered", "dead"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS subscriptions (
    id TEXT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL, older_secret TEXT, filter TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'active', why TEXT NOT NULL DEFAULT '', since_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS headlines (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL, n INTEGER NOT NULL,
    said_ms INTEGER NOT NULL, body BLOB NOT NULL, raw BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    subscription TEXT NOT NULL, headline TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting', attempts INTEGER NOT NULL DEFAULT 0, next_ms INTEGER NOT NULL DEFAULT 0,
    last TEXT NOT NULL DEFAULT '', PRIMARY KEY (subscription, headline)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting ON deliveries (subscription, key, seq) WHERE state = 'waiting';
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """An address that wants headlines. ``why``: what disabled it."""

    id: str
    url: str
    secrets: tuple[str, ...]
    filter: Filter
    state: Literal["active", "disabled"]
    why: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """A headline due at a subscription."""

    subscription: str
    headline: str
    key: str
    attempts: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Tally:
    """How a subscription stands. ``last``: the latest trouble with it."""

    waiting: int
    delivered: int
    dead: int
    last: str


class Store:
    """One file. Every method is one transaction, which outlives this process when it returns.

    What people ask for is on the disk as well, then. What the sender notes is handed to the system and comes onto the
    disk with :meth:`flush`: to wait for the disk after each delivery would keep the moment long between a receiver's
    answer and our note of it, in which a kill sends the headline again. When the machine itself fails, the deliveries
    since the last flush are made again, under the same ids; headlines are read again from Kafka.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # it holds secrets
        self._db = sqlite3.connect(path, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def flush(self) -> None:
        """Bring all that was noted onto the disk."""
        self._db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def add(self, subscription: Subscription, *, from_start: bool) -> None:
        """Keep a subscription; with ``from_start`` everything seen so far is due at once, in order."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO subscriptions (id, url, secret, filter, since_ms) VALUES (?, ?, ?, ?, ?)",
                (
                    subscription.id,
                    subscription.url,
                    subscription.secrets[0],
                    json.dumps(subscription.filter.words()),
                    subscription.since_ms,
                ),
            )
            if from_start:
                rows = self._db.execute("SELECT seq, id, key, raw FROM headlines ORDER BY seq").fetchall()
                for seq, id, key, raw in rows:
                    if subscription.filter.passes(_headline(raw)):
                        self._due(subscription.id, id, key, seq)

    def remove(self, id: str) -> bool:
        """Forget a subscription and its deliveries; whether there was one."""
        with self._transaction():
            self._db.execute("DELETE FROM deliveries WHERE subscription = ?", (id,))
            return self._db.execute("DELETE FROM subscriptions WHERE id = ?", (id,)).rowcount > 0

    def enable(self, id: str) -> bool:
        """Send to a subscription again; whether there is one."""
        sql = "UPDATE subscriptions SET state = 'active', why = '' WHERE id = ?"
        with self._transaction():
            return self._db.execute(sql, (id,)).rowcount > 0

    def disable(self, id: str, why: str) -> None:
        """Send no more to a subscription; what is due stays due."""
        with self._transaction():
            self._db.execute("UPDATE subscriptions SET state = 'disabled', why = ? WHERE id = ?", (why, id))

    def rotate(self, id: str, secret: str) -> bool:
        """Sign with a new secret, and with the one before as well, until the next rotation."""
        sql = "UPDATE subscriptions SET older_secret = secret, secret = ? WHERE id = ?"
        with self._transaction():
            return self._db.execute(sql, (secret, id)).rowcount > 0

    def subscriptions(self) -> list[Subscription]:
        """All subscriptions, by id."""
        rows = self._db.execute(
            "SELECT id, url, secret, older_secret, filter, state, why, since_ms FROM subscriptions ORDER BY id"
        )
        return [
            Subscription(
                id,
                url,
                tuple(s for s in (secret, older) if s),
                read_filter(json.loads(words)),
                state,
                why,
                since,
            )
            for id, url, secret, older, words, state, why, since in rows
        ]

    def take(self, entries: Iterable[Entry]) -> int:
        """Keep headlines that were not seen before and make them due where they are wanted; how many were new."""
        new = 0
        with self._transaction(on_disk=False):
            wanting = self.subscriptions()
            for entry in entries:
                headline = entry.headline
                made = self._db.execute(
                    "INSERT OR IGNORE INTO headlines (id, key, n, said_ms, body, raw) VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        headline.id,
                        headline.key,
                        headline.n,
                        entry.at_ms,
                        message.body(headline, entry.raw),
                        entry.raw,
                    ),
                )
                if not made.rowcount:
                    continue
                new += 1
                for each in wanting:
                    if entry.at_ms >= each.since_ms and each.filter.passes(headline):
                        self._due(each.id, headline.id, headline.key, made.lastrowid or 0)
        return new

    def heads(self, subscription: str, now_ms: int, limit: int) -> list[Delivery]:
        """What is due now: of each key only the first that waits, so that the order per key holds."""
        rows = self._db.execute(
            "SELECT d.headline, d.key, d.attempts, h.body FROM deliveries d JOIN headlines h ON h.id = d.headline "
            "WHERE d.subscription = ? AND d.state = 'waiting' AND d.next_ms <= ? AND d.seq = (SELECT min(o.seq) "
            "FROM deliveries o WHERE o.subscription = d.subscription AND o.key = d.key AND o.state = 'waiting') "
            "ORDER BY d.seq LIMIT ?",
            (subscription, now_ms, limit),
        )
        return [Delivery(subscription, id, key, attempts, body) for id, key, attempts, body in rows]

    def delivered(self, delivery: Delivery) -> None:
        """It was taken."""
        self._end(delivery, "delivered", "")

    def dead(self, delivery: Delivery, last: str) -> None:
        """It was tried for hours; those after it go on."""
        self._end(delivery, "dead", last)

    def later(self, delivery: Delivery, next_ms: int, last: str) -> None:
        """It is tried again then."""
        with self._transaction(on_disk=False):
            self._db.execute(
                "UPDATE deliveries SET attempts = attempts + 1, next_ms = ?, last = ? "
                "WHERE subscription = ? AND headline = ?",
                (next_ms, last, delivery.subscription, delivery.headline),
            )

    def replay(self, subscription: str, *, states: tuple[State, ...]) -> int:
        """Make deliveries in these states due once more, under the same ids; how many."""
        marks = ",".join("?" * len(states))
        with self._transaction():
            return self._db.execute(
                "UPDATE deliveries SET state = 'waiting', attempts = 0, next_ms = 0 "  # noqa: S608  # marks only
                f"WHERE subscription = ? AND state IN ({marks})",
                (subscription, *states),
            ).rowcount

    def waiting(self) -> dict[str, int]:
        """How many headlines wait for each subscription that any wait for."""
        sql = "SELECT subscription, count(*) FROM deliveries WHERE state = 'waiting' GROUP BY subscription"
        return dict(self._db.execute(sql).fetchall())

    def tally(self, subscription: str) -> Tally:
        """How a subscription stands."""
        counts = dict(
            self._db.execute(
                "SELECT state, count(*) FROM deliveries WHERE subscription = ? GROUP BY state",
                (subscription,),
            ).fetchall()
        )
        last = self._db.execute(
            "SELECT last FROM deliveries WHERE subscription = ? AND last <> '' AND state <> 'delivered' "
            "ORDER BY seq DESC LIMIT 1",
            (subscription,),
        ).fetchone()
        return Tally(
            counts.get("waiting", 0),
            counts.get("delivered", 0),
            counts.get("dead", 0),
            last[0] if last else "",
        )

    def _due(self, subscription: str, headline: str, key: str, seq: int) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO deliveries (subscription, headline, key, seq) VALUES (?, ?, ?, ?)",
            (subscription, headline, key, seq),
        )

    def _end(self, delivery: Delivery, state: State, last: str) -> None:
        with self._transaction(on_disk=False):
            self._db.execute(
                "UPDATE deliveries SET state = ?, attempts = attempts + 1, last = ? "
                "WHERE subscription = ? AND headline = ?",
                (state, last, delivery.subscription, delivery.headline),
            )

    @contextmanager
    def _transaction(self, *, on_disk: bool = True) -> Iterator[None]:
        self._db.execute(f"PRAGMA synchronous={'FULL' if on_disk else 'NORMAL'}")
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _headline(raw: bytes) -> Headline:
    return read_headline(raw)
