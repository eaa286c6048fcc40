"""JSON lines of a night into typed events, each with its place; a bad line never hides another."""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from schemas.reading import InputEvent, Unreadable, read
from streams.rehearsal.mistakes import Mistake, located

_ADAPTER: TypeAdapter[InputEvent] = TypeAdapter(InputEvent)


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and the line that it was read from."""

    file: str
    line: int
    event: InputEvent

    def wrong(self, field: str, sentence: str) -> Mistake:
        """A mistake in this line."""
        return Mistake(self.file, self.line, field, sentence)


@dataclass(slots=True)
class Lines:
    """A file of JSON lines as read: its events, its mistakes, and the councils that unreadable lines spoke of."""

    events: list[Placed] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)


def read_lines(file: str, raw: bytes) -> Lines:
    """Read JSON lines; a line that is no event leaves all of its mistakes and the rest is read all the same."""
    found = Lines()
    rows = raw.split(b"\n")
    if rows and not rows[-1]:
        rows.pop()
    for number, row in enumerate(rows, start=1):
        try:
            found.events.append(Placed(file, number, read(row)))
        except Unreadable as bad:
            found.mistakes += [Mistake(file, number, *why) for why in _reasons(row, bad)]
            council = _council(row)
            if council:
                found.unread.add(council)
    return found


def _reasons(row: bytes, bad: Unreadable) -> list[tuple[str, str]]:
    """Field and sentence of everything that the contract refuses in a line, not only of the first."""
    first = (bad.field, bad.sentence.removeprefix(f"{bad.field}: "))
    if not bad.field or (bad.reason == "schema" and bad.field == "schema_version"):
        return [first]
    try:
        _ADAPTER.validate_json(row)
    except ValidationError as refused:
        return located(refused, skip=1)
    return [first]


def _council(row: bytes) -> str | None:
    try:
        found: Any = json.loads(row)
    except ValueError:
        return None
    council = found.get("council") if isinstance(found, dict) else None
    return council if isinstance(council, str) else None
