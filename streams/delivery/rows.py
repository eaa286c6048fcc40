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
        # Recovered and not opened yet: by incarnation of the input, of each key the highest rank so far.
        self._found: dict[str, dict[str, bytes]] = {}
        self._attachments: dict[str, bytes] = {}  # compressed, as they lie on the changelog
        self._marks: dict[str, None] = {}  # in the order in which the incarnations came
        self.rows: dict[str, Row[S]] = {}

    @property
    def mark(self) -> str | None:
        """The incarnation that the partition was last marked with."""
        return next(reversed(self._marks), None)

    @mark.setter
    def mark(self, incarnation: str) -> None:
        self._marks.pop(incarnation, None)
        self._marks[incarnation] = None

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
        incarnation = self._incarnation(value)
        row, found = self.rows.get(key), self._found.setdefault(incarnation, {})
        if row is not None and row.incarnation == incarnation and rank(value) <= row.rank:
            return
        if key not in found or rank(value) > rank(found[key]):
            found[key] = value

    def _incarnation(self, value: bytes) -> str:
        # No row of an incarnation is written before its mark: up to a second mark there is one alone, and nothing
        # has to be opened.
        return open_row(value).incarnation if len(self._marks) > 1 else self.mark or ""

    def open_recovered(self) -> None:
        """Load what recovery found; to be called once it is complete and before anything is judged.

        A row of a later incarnation counts before all of an earlier one: there nobody went on with what a worker
        judged that was frozen when the topic was created anew, and versions and offsets say nothing about that.
        """
        latest: dict[str, bytes] = {}
        for incarnation in sorted(self._found, key=self._place):
            latest |= self._found[incarnation]
        for key, value in latest.items():
            row, before = open_row(value), self.rows.get(key)
            if before is not None and self._place(row.incarnation) < self._place(before.incarnation):
                continue
            state = self._keeper.load(key, row.state, lambda name, key=key: self.attachment(key, name))  # type: ignore[misc]
            self.rows[key] = Row(
                state, row.version, row.judged, row.incarnation, row.intents, size=len(value)
            )
        self._found.clear()

    def _place(self, incarnation: str) -> int:
        return list(self._marks).index(incarnation) if incarnation in self._marks else -1

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
