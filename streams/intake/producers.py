"""Producers as records: who may say what about which councils, and the hash of their key."""

import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Literal

from streams.trouble import Trouble

Way = Literal["bearer", "hmac"]

#: What a producer may be allowed to say, by the door that it goes through.
DOORS = ("declarations", "withdrawals", "polls", "reports", "councils", "holds", "calls", "seats", "reviews")
DEFAULT_DOORS = DOORS[:4]

_TABLE = """
CREATE TABLE IF NOT EXISTS producer (
    name TEXT PRIMARY KEY,
    key_id TEXT NOT NULL UNIQUE,
    key_hash TEXT NOT NULL,
    way TEXT NOT NULL,
    tier INTEGER NOT NULL,
    councils TEXT NOT NULL,
    areas TEXT NOT NULL,
    doors TEXT NOT NULL,
    rate REAL NOT NULL,
    frozen TEXT NOT NULL DEFAULT ''
) STRICT
"""
_COLUMNS = "name, key_id, key_hash, way, tier, councils, areas, doors, rate, frozen"


@dataclass(frozen=True, slots=True)
class Producer:
    """``tier`` is the best that its sources may claim. ``councils``: ids, or `*`; ``areas``: all councils of an area.

    ``rate``: events a second. ``frozen`` says why, and is empty while it may send.
    """

    name: str
    key_id: str
    key_hash: str
    way: Way
    tier: int
    councils: frozenset[str]
    areas: frozenset[str]
    doors: frozenset[str]
    rate: float
    frozen: str = ""

    def may_speak_of(self, council: str, areas: Iterable[str]) -> bool:
        """Whether a council, which counts towards these areas, is among those that it may declare."""
        return "*" in self.councils or council in self.councils or not self.areas.isdisjoint(areas)


def hashed(secret: str) -> str:
    """A key as it is stored. It has 256 random bits, so one round is enough."""
    return sha256(secret.encode()).hexdigest()


def matches(secret: str, key_hash: str) -> bool:
    """Whether a key is the one that was stored, in constant time."""
    return hmac.compare_digest(hashed(secret), key_hash)


class Producers:
    """The register, a SQLite file that intake and the command line share; HMAC secrets lie in a file beside it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "producers.sqlite"
        path.touch(mode=0o600)
        self._secrets = folder / "hmac-secrets.json"
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA busy_timeout=5000")
        self._db.execute(_TABLE)
        self._version = -1
        self._by_key: dict[str, Producer] = {}
        self._own: dict[str, str] = {}

    def all(self) -> list[Producer]:
        """Every producer, by name."""
        rows = self._db.execute(f"SELECT {_COLUMNS} FROM producer ORDER BY name").fetchall()  # noqa: S608
        return [_producer(row) for row in rows]

    def named(self, name: str) -> Producer:
        """One of them; raises ``Trouble`` when there is none of that name."""
        for producer in self.all():
            if producer.name == name:
                return producer
        raise Trouble(f"There is no producer {name}: `results producer list` has them all.")

    def of_key(self, key_id: str) -> Producer | None:
        """Whose key this is. Read again only when another process has changed the register."""
        (version,) = self._db.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._by_key = {producer.key_id: producer for producer in self.all()}
            self._own = self._read_secrets()
            self._version = version
        return self._by_key.get(key_id)

    def secret(self, producer: Producer) -> str | None:
        """The HMAC secret of a producer."""
        return self._own.get(producer.key_id)

    def add(
        self,
        name: str,
        *,
        way: Way = "bearer",
        tier: int = 2,
        councils: Iterable[str] = (),
        areas: Iterable[str] = (),
        doors: Iterable[str] = DEFAULT_DOORS,
        rate: float = 20.0,
    ) -> str:
        """Enter a producer; gives its key, which is shown this once."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        new = Producer(
            name,
            key_id,
            hashed(secret),
            way,
            tier,
            frozenset(councils),
            frozenset(areas),
            frozenset(doors),
            rate,
        )
        if way == "hmac":
            self._keep_secret(key_id, secret)
        try:
            self._db.execute(
                f"INSERT INTO producer ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
                _row(new),
            )
        except sqlite3.IntegrityError:
            raise Trouble(
                f"There is a producer {name} already: rotate its key, or choose another name."
            ) from None
        self._version = -1
        return f"{key_id}.{secret}"

    def freeze(self, name: str, why: str) -> None:
        """Take nothing more from a producer; an empty ``why`` lets it send again."""
        self.named(name)
        self._db.execute("UPDATE producer SET frozen = ? WHERE name = ?", (why, name))
        self._version = -1

    def rotate(self, name: str) -> str:
        """Give a producer a new key; the old one is void at once."""
        old = self.named(name)
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        if old.way == "hmac":
            self._keep_secret(key_id, secret, instead_of=old.key_id)
        self._db.execute(
            "UPDATE producer SET key_id = ?, key_hash = ? WHERE name = ?", (key_id, hashed(secret), name)
        )
        self._version = -1
        return f"{key_id}.{secret}"

    def close(self) -> None:
        """Close the register."""
        self._db.close()

    def _read_secrets(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads(self._secrets.read_text())
        except FileNotFoundError:
            return {}
        return found

    def _keep_secret(self, key_id: str, secret: str, instead_of: str | None = None) -> None:
        kept = {known: own for known, own in self._read_secrets().items() if known != instead_of}
        new = self._secrets.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept | {key_id: secret}, file)
        new.replace(self._secrets)


def _row(p: Producer) -> tuple[object, ...]:
    lists = (json.dumps(sorted(names)) for names in (p.councils, p.areas, p.doors))
    return (p.name, p.key_id, p.key_hash, p.way, p.tier, *lists, p.rate, p.frozen)


def _producer(row: tuple[object, ...]) -> Producer:
    name, key_id, key_hash, way, tier, councils, areas, doors, rate, frozen = row
    speaks_of, within, through = (frozenset(json.loads(str(text))) for text in (councils, areas, doors))
    return Producer(name, key_id, key_hash, way, tier, speaks_of, within, through, rate, frozen)  # type: ignore[arg-type]
