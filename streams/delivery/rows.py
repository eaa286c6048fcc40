"""The rows of one partition that the broker has acknowledged, and how they are recovered; nothing else is a row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic

from streams.delivery.envelope import (
    ATTACHMENT,
    MARK,
    ROW,
    Rank,
    open_attachment,
    open_mark,
    open_row,
    rank,
)
from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import Keeper, Output, S

#: Key of a partition's mark; row keys never contain ``#``.
MARK_KEY = b"#incarnation"


@dataclass(slots=True)
class Row(Generic[S]):
    """One key's acknowledged row, opened.

    ``intents`` are its outputs not known to be acknowledged; ``said`` tells that they are, and that what
    follows from the row was said as well.  ``size``: its bytes on the changelog.
    """

    state: S
    version: int
    judged: int
    incarnation: str
    intents: tuple[Output, ...] = ()
    said: bool = False
    size: int = 0

    @property
    def rank(self) -> Rank:
        return Rank(self.version, self.judged)


class Shelf(Generic[S]):
    """The acknowledged rows, attachments and mark of one partition."""

    def __init__(self, keeper: Keeper[S, Any]) -> None:
        self._keeper = keeper
        self._found: dict[str, bytes] = {}  # recovered, not opened yet; the highest rank so far
        self._attachments: dict[str, bytes] = {}  # compressed, as they lie on the changelog
        self.rows: dict[str, Row[S]] = {}
        self.mark: str | None = None

    def recover(self, key: bytes, value: bytes | None) -> None:
        """Take one record of the changelog in; a row of lower rank than one already here is left out.

        A worker that was frozen writes old rows after newer ones, and reading starts over with each
        rebalance, so the order on the topic proves nothing.
        """
        kind = (value or b"")[:1]
        if value is None or kind not in (ROW, ATTACHMENT, MARK):
            raise BrokenAssumption(f"the changelog holds a record under {key!r} that delivery never wrote")
        if kind == MARK:
            self.mark = open_mark(value)
        elif kind == ATTACHMENT:
            self._attachments.setdefault(key.decode(), value)
        else:
            self._recover_row(key.decode(), value)

    def _recover_row(self, key: str, value: bytes) -> None:
        row, found = self.rows.get(key), self._found.get(key)
        if row is not None and rank(value) <= row.rank:
            return
        if found is None or rank(value) > rank(found):
            self._found[key] = value

    def open_recovered(self) -> None:
        """Load what recovery found; to be called once it is complete and before anything is judged."""
        for key, value in self._found.items():
            row = open_row(value)
            state = self._keeper.load(key, row.state, lambda name, key=key: self.attachment(key, name))  # type: ignore[misc]
            self.rows[key] = Row(
                state, row.version, row.judged, row.incarnation, row.intents, size=len(value)
            )
        self._found.clear()

    def unsaid(self) -> Iterator[tuple[str, Row[S]]]:
        """The rows whose outputs are not known to be acknowledged."""
        return ((key, row) for key, row in self.rows.items() if not row.said)

    def attachment(self, key: str, name: str) -> bytes:
        """The bytes attached to a row under a name; BrokenAssumption when there are none."""
        value = self._attachments.get(f"{key}#{name}")
        if value is None:
            raise BrokenAssumption(
                f"the row of {key} refers to its attachment {name!r}, which the changelog lacks"
            )
        return open_attachment(value)

    def attached(self, key: str, name: str) -> bytes | None:
        """The bytes already attached under that name, if any."""
        return self.attachment(key, name) if f"{key}#{name}" in self._attachments else None

    def attach(self, full_name: str, value: bytes) -> None:
        """Keep an attachment that the broker has acknowledged, compressed, under ``key#name``."""
        self._attachments[full_name] = value
