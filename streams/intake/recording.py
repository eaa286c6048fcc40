"""The declarations topic as a recording: every record as it lay, and beside it a night that can be replayed."""

import json
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from schemas.contract import Mode
from schemas.council import CouncilOpened
from schemas.reading import InputEvent, Unreadable, read
from streams.rehearsal.night import About, Night, write_night
from streams.trouble import Trouble

LOG = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Lain:
    """A record as it lay on the topic; ``timestamp_ms`` is the log's own."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    def event(self) -> InputEvent | None:
        """The event in it, if it can be read."""
        try:
            return read(self.value)
        except Unreadable:
            return None


def in_order(records: Iterable[Lain]) -> list[Lain]:
    """By the log's own stamps, never against the order of a partition."""
    latest: dict[int, int] = {}
    stamped = []
    for record in sorted(records, key=lambda record: (record.partition, record.offset)):
        # A clock set back on a broker must not turn the order of a council round.
        latest[record.partition] = max(record.timestamp_ms, latest.get(record.partition, 0))
        stamped.append((latest[record.partition], record.partition, record.offset, record))
    return [record for *_, record in sorted(stamped, key=lambda row: row[:3])]


def write_recording(folder: Path, topic: str, mode: Mode, records: Iterable[Lain]) -> tuple[int, int]:
    """Write the recording; gives how many records lay on the topic, and how many events the night has."""
    lain = in_order(records)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOG).open("w") as file:
        file.write(json.dumps({"format": 1, "topic": topic, "mode": mode, "records": len(lain)}) + "\n")
        file.writelines(json.dumps(_row(record)) + "\n" for record in lain)
    return len(lain), _write_night(folder, topic, lain)


def _write_night(folder: Path, topic: str, lain: list[Lain]) -> int:
    """Copies and what cannot be read are in the log alone; a night holds each event once, ready to be replayed."""
    once = {event.id: event for record in reversed(lain) if (event := record.event()) is not None}
    if not once:
        return 0
    order = dict.fromkeys(event.id for record in lain if (event := record.event()) is not None)
    election, _ = Counter(event.election for event in once.values()).most_common(1)[0]
    mine = [once[id].model_copy(update={"mode": "replay"}) for id in order if once[id].election == election]
    maps = tuple(event for event in mine if isinstance(event, CouncilOpened) and event.version == 1)
    first = {opened.id for opened in maps}
    others = tuple(event for event in mine if event.id not in first)
    about = About(format=1, title=f"Recorded from {topic}", election=election)
    write_night(folder, Night(about, maps, others, ()))
    return len(mine)


def read_recording(folder: Path, mode: Mode) -> list[Lain]:
    """The records of a recording, in order; raises ``Trouble`` when it is none, or of another mode."""
    path = folder / LOG
    try:
        with path.open() as file:
            rows = [json.loads(line) for line in file]
        head, found = rows[0], [_lain(row) for row in rows[1:]]
    except (OSError, ValueError, KeyError, IndexError, TypeError) as failed:
        raise Trouble(f"{path} is no recording: {failed}") from None
    if head.get("mode") != mode:
        raise Trouble(f"{path} was recorded in mode {head.get('mode')}, this feed is {mode} (RESULTS_MODE).")
    if head.get("records") != len(found):
        raise Trouble(f"{path} has {len(found)} of its {head.get('records')} records: it was cut short.")
    return found


def by_partition(records: Iterable[Lain]) -> Iterator[list[Lain]]:
    """What must stay in order, apart from what need not."""
    found: dict[int, list[Lain]] = {}
    for record in records:
        found.setdefault(record.partition, []).append(record)
    yield from found.values()


def _row(record: Lain) -> dict[str, Any]:
    return {
        "partition": record.partition,
        "offset": record.offset,
        "at": record.timestamp_ms,
        "key": _text(record.key),
        "value": _text(record.value),
        "headers": [[name, _text(value)] for name, value in record.headers],
    }


def _lain(row: dict[str, Any]) -> Lain:
    headers = tuple((name, _bytes(value) or b"") for name, value in row["headers"])
    return Lain(row["partition"], row["offset"], row["at"], _bytes(row["key"]), _bytes(row["value"]), headers)


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else b64encode(raw).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)
