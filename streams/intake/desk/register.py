"""The desk's own file: users, their sessions, what is keyed and how each council is keyed."""

import json
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from streams.intake.desk.keying import Keying, Sheet
from streams.trouble import Trouble

ROLES = ("enter", "confirm", "resolve", "hold")
IDLE, LONGEST = timedelta(hours=1), timedelta(hours=12)
SHORTEST_PASSWORD = 12

_TABLES = """
CREATE TABLE IF NOT EXISTS user (name TEXT PRIMARY KEY, password TEXT NOT NULL, roles TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS session (token TEXT PRIMARY KEY, user TEXT NOT NULL, since TEXT NOT NULL, seen TEXT NOT NULL)
    STRICT;
CREATE TABLE IF NOT EXISTS sheet (ward TEXT PRIMARY KEY, council TEXT NOT NULL, sheet TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS council (council TEXT PRIMARY KEY, keying TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS history (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, did TEXT NOT NULL,
    ward TEXT NOT NULL, form TEXT NOT NULL) STRICT;
"""

_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class User:
    """A person at the desk and what that person may do."""

    name: str
    roles: frozenset[str]


class Register:
    """A SQLite file that the desk and the command line share."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "desk.sqlite"
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA busy_timeout=5000")
        self._db.executescript(_TABLES)

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def users(self) -> list[User]:
        """Everyone, by name."""
        return [_user(row) for row in self._db.execute("SELECT name, roles FROM user ORDER BY name")]

    def user(self, name: str) -> User | None:
        """A person by name."""
        row = self._db.execute("SELECT name, roles FROM user WHERE name = ?", (name,)).fetchone()
        return _user(row) if row else None

    def put_user(self, name: str, password: str, roles: Iterable[str]) -> None:
        """Enter a person, or give an old one a new password and roles; open sessions end."""
        if len(password) < SHORTEST_PASSWORD:
            raise Trouble(f"A password has at least {SHORTEST_PASSWORD} characters.")
        row = (name, _HASHER.hash(password), json.dumps(sorted(set(roles))))
        self._db.execute("INSERT OR REPLACE INTO user VALUES (?, ?, ?)", row)
        self._db.execute("DELETE FROM session WHERE user = ?", (name,))

    def remove_user(self, name: str) -> None:
        """Take a person off the desk, sessions and all."""
        if self._db.execute("DELETE FROM user WHERE name = ?", (name,)).rowcount == 0:
            raise Trouble(f"There is no {name} at the desk: `results desk list` has everyone.")
        self._db.execute("DELETE FROM session WHERE user = ?", (name,))

    def password_holds(self, name: str, password: str) -> bool:
        """Slow on purpose, and as slow for a name that nobody has."""
        row = self._db.execute("SELECT password FROM user WHERE name = ?", (name,)).fetchone()
        try:
            _HASHER.verify(row[0] if row else _NOBODY, password[:1024])
        except (VerificationError, InvalidHashError):
            return False
        return row is not None

    def sign_in(self, name: str, now: datetime) -> str:
        """A new session; gives its token, of which only the hash is kept."""
        token = secrets.token_urlsafe(32)
        self._db.execute("DELETE FROM session WHERE since < ?", ((now - LONGEST).isoformat(),))
        row = (_hashed(token), name, now.isoformat(), now.isoformat())
        self._db.execute("INSERT INTO session VALUES (?, ?, ?, ?)", row)
        return token

    def session(self, token: str, now: datetime) -> User | None:
        """Who holds a token, if it is not too old and was not idle for too long."""
        row = self._db.execute(
            "SELECT user, since, seen FROM session WHERE token = ?", (_hashed(token),)
        ).fetchone()
        if row is None:
            return None
        name, since, seen = row[0], datetime.fromisoformat(row[1]), datetime.fromisoformat(row[2])
        if now - since > LONGEST or now - seen > IDLE:
            self.sign_out(token)
            return None
        if now - seen > timedelta(minutes=1):
            self._db.execute("UPDATE session SET seen = ? WHERE token = ?", (now.isoformat(), _hashed(token)))
        return self.user(name)

    def sign_out(self, token: str) -> None:
        """End a session."""
        self._db.execute("DELETE FROM session WHERE token = ?", (_hashed(token),))

    def sheet(self, ward: str) -> Sheet | None:
        """What is keyed for a ward."""
        row = self._db.execute("SELECT sheet FROM sheet WHERE ward = ?", (ward,)).fetchone()
        return Sheet.model_validate_json(row[0]) if row else None

    def sheets(self) -> dict[str, Sheet]:
        """All that waits for somebody, by ward."""
        rows = self._db.execute("SELECT ward, sheet FROM sheet")
        return {ward: Sheet.model_validate_json(sheet) for ward, sheet in rows}

    def put_sheet(self, ward: str, council: str, sheet: Sheet) -> None:
        """Keep what is keyed."""
        row = (ward, council, sheet.model_dump_json())
        self._db.execute("INSERT OR REPLACE INTO sheet VALUES (?, ?, ?)", row)

    def drop_sheet(self, ward: str) -> None:
        """The ward is declared, or its sheet was thrown away; the history keeps it."""
        self._db.execute("DELETE FROM sheet WHERE ward = ?", (ward,))

    def keying(self, council: str, otherwise: Keying) -> Keying:
        """How the second person works in a council."""
        row = self._db.execute("SELECT keying FROM council WHERE council = ?", (council,)).fetchone()
        return row[0] if row else otherwise

    def set_keying(self, council: str, keying: Keying) -> None:
        """Set it."""
        self._db.execute("INSERT OR REPLACE INTO council VALUES (?, ?)", (council, keying))

    def remember(self, now: datetime, who: str, did: str, ward: str, form: str = "") -> None:
        """One line of who did what; nothing is ever taken out."""
        self._db.execute(
            "INSERT INTO history (at, who, did, ward, form) VALUES (?, ?, ?, ?, ?)",
            (now.isoformat(), who, did, ward, form),
        )

    def history(self, ward: str) -> list[tuple[str, str, str]]:
        """Who did what in a ward, and when."""
        return list(self._db.execute("SELECT at, who, did FROM history WHERE ward = ? ORDER BY seq", (ward,)))


def _hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _user(row: tuple[str, str]) -> User:
    return User(row[0], frozenset(json.loads(row[1])))


#: A hash that no password has, made with the same cost.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
