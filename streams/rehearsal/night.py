"""A night on file, written, checked, and read into typed events; docs/nights.md describes the folder."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from schemas.contract import Contract, ElectionId, Mode, Sentence
from schemas.council import CouncilOpened
from schemas.reading import InputEvent
from streams.rehearsal.figures import at_odds
from streams.rehearsal.lines import Lines, read_lines
from streams.rehearsal.mistakes import Mistake, located
from streams.rehearsal.outcome import EXPECTED, Checkpoint, Expected, read_expected, write_expected
from streams.rehearsal.story import Story, told_wrong
from streams.trouble import Trouble

ABOUT, MAPS, EVENTS = "night.json", "maps.jsonl", "events.jsonl"

_SHOWN = 20  # mistakes named when a night is refused


class About(Contract):
    """``night.json``: what the night is, and the moments whose outcome is published."""

    format: Literal[1]
    title: Sentence
    election: ElectionId
    about: Sentence | None = None
    checkpoints: tuple[Checkpoint, ...] = Field(default=(), max_length=100)


@dataclass(frozen=True, slots=True)
class Night:
    """A night. Its events carry the mode ``replay`` until another is asked for."""

    about: About
    maps: tuple[CouncilOpened, ...]
    events: tuple[InputEvent, ...]
    expected: tuple[Expected, ...]

    def arriving(self, mode: Mode) -> tuple[InputEvent, ...]:
        """Maps and events in order of arrival, in a mode."""
        return tuple(event.model_copy(update={"mode": mode}) for event in (*self.maps, *self.events))


class NightRefused(Trouble):
    """A night with mistakes; ``mistakes`` has all of them, the message the first."""

    def __init__(self, folder: Path, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        shown = "\n".join(f"  {mistake}" for mistake in mistakes[:_SHOWN])
        more = f"\n  and {len(mistakes) - _SHOWN} more" if len(mistakes) > _SHOWN else ""
        super().__init__(f"The night in {folder} has {len(mistakes)} mistakes:\n{shown}{more}")


def read_night(folder: Path) -> Night:
    """A night without mistakes; raises :class:`NightRefused` with all of them."""
    night, mistakes = _examine(folder)
    if night is None or mistakes:
        raise NightRefused(folder, mistakes)
    return night


def check_night(folder: Path) -> list[Mistake]:
    """Every mistake of a night's folder, in the order of its files and lines; none when it can be replayed."""
    return _examine(folder)[1]


def encode(event: InputEvent) -> bytes:
    """An event as canonical compact JSON: the contract's order of fields, defaults left out."""
    return event.model_dump_json(exclude_defaults=True).encode()


def write_night(folder: Path, night: Night) -> None:
    """Write a night's folder; the same night gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    about = night.about.model_dump_json(exclude_defaults=True, indent=2)
    (folder / ABOUT).write_bytes(about.encode() + b"\n")
    (folder / MAPS).write_bytes(_lines(night.maps))
    (folder / EVENTS).write_bytes(_lines(night.events))
    (folder / EXPECTED).write_bytes(write_expected(night.expected).encode())


def _lines(events: Iterable[InputEvent]) -> bytes:
    return b"".join(encode(event) + b"\n" for event in events)


def _examine(folder: Path) -> tuple[Night | None, list[Mistake]]:
    raw: dict[str, bytes] = {}
    mistakes: list[Mistake] = []
    for name in (ABOUT, MAPS, EVENTS, EXPECTED):
        try:
            raw[name] = (folder / name).read_bytes()
        except OSError as failed:
            # Figures may be unknown; a night without maps or events is none.
            if name != EXPECTED or not isinstance(failed, FileNotFoundError):
                mistakes.append(Mistake(name, 0, "", f"cannot be read: {failed.strerror}"))
    about = _about(raw[ABOUT], mistakes) if ABOUT in raw else None
    maps, events = read_lines(MAPS, raw.get(MAPS, b"")), read_lines(EVENTS, raw.get(EVENTS, b""))
    mistakes += _told(about, maps, events)
    rows: list[tuple[int, Expected]] = []
    if about is not None and EXPECTED in raw:
        rows, wrong = read_expected(raw[EXPECTED], about.checkpoints)
        mistakes += wrong + _figures(about, maps, events, rows)
    if about is None:
        return None, mistakes
    opened = tuple(p.event for p in maps.events if isinstance(p.event, CouncilOpened))
    return Night(
        about, opened, tuple(p.event for p in events.events), tuple(row for _, row in rows)
    ), mistakes


def _about(raw: bytes, mistakes: list[Mistake]) -> About | None:
    try:
        text = raw.decode()
        json.loads(text)
        return About.model_validate_json(text)
    except UnicodeDecodeError as bad:
        mistakes.append(Mistake(ABOUT, 0, "", f"is not UTF-8 text (byte {bad.start})"))
    except json.JSONDecodeError as bad:
        mistakes.append(Mistake(ABOUT, bad.lineno, "", f"is not JSON: {bad.msg} (column {bad.colno})"))
    except ValidationError as refused:
        for field, sentence in located(refused):
            key = f'"{field.rpartition(".")[2]}"'
            line = next((n for n, row in enumerate(text.splitlines(), start=1) if key in row), 1)
            mistakes.append(Mistake(ABOUT, line, field, sentence))
    return None


def _told(about: About | None, maps: Lines, events: Lines) -> list[Mistake]:
    """Mistakes of maps and events together, in the order of files and lines."""
    story = Story(about.election if about else None, maps.unread)
    found = [*maps.mistakes, *events.mistakes]
    if not maps.events and not maps.mistakes:
        found.append(Mistake(MAPS, 0, "", "has no maps: a night opens its councils first"))
    for placed in maps.events:
        if isinstance(placed.event, CouncilOpened):
            found += told_wrong(story, placed)
        else:
            found.append(
                placed.wrong("type", f"{placed.event.type} belongs in {EVENTS}; this file is for maps")
            )
    for placed in events.events:
        found += told_wrong(story, placed)
    order = [MAPS, EVENTS]
    return sorted(found, key=lambda mistake: (order.index(mistake.file), mistake.line))


def _figures(about: About, maps: Lines, events: Lines, rows: list[tuple[int, Expected]]) -> list[Mistake]:
    """Mistakes of the published figures; silent on councils of which a line could not be read."""
    opened: dict[str, list[CouncilOpened]] = defaultdict(list)
    said: dict[str, list[InputEvent]] = defaultdict(list)
    for placed in (*maps.events, *events.events):
        if isinstance(placed.event, CouncilOpened):
            opened[placed.event.council].append(placed.event)
        else:
            said[placed.event.council].append(placed.event)
    until = {checkpoint.name: checkpoint.until for checkpoint in about.checkpoints}
    lines: dict[tuple[str, str], int] = {}
    found: list[Mistake] = []
    for line, row in rows:
        first = lines.setdefault((row.checkpoint, row.council), line)
        if first != line:
            found.append(Mistake(EXPECTED, line, "council", f"{row.council} also stands in line {first}"))
        if row.council in maps.unread | events.unread:
            continue
        moment = until[row.checkpoint]
        known = [m for m in opened.get(row.council, ()) if m.version == 1 or m.declared_at.at <= moment]
        if not known:
            found.append(Mistake(EXPECTED, line, "council", f"{row.council} has no map in this night"))
            continue
        in_force = max(known, key=lambda council_map: council_map.version)
        found += at_odds(line, row, moment, in_force, said[row.council])
    return found
