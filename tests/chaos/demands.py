"""What the log of an agent demands, folded without Faust and without a broker, and the verdict on what was said."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from schemas import topics
from streams.delivery.envelope import ROW, Envelope, open_row, rank
from streams.delivery.keeper import Keeper, Output, Record
from tests.delivery.oracle import Verdict


@dataclass
class Demands:
    """Bytes by the id in their header: what an agent says of its own, and refusals.

    By council or area: the last row, and the last picture, which is a council's standing and an area's board.
    """

    said: dict[bytes, bytes] = field(default_factory=dict)
    refused: dict[bytes, bytes] = field(default_factory=dict)
    rows: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)

    def __or__(self, other: "Demands") -> "Demands":
        """What two agents owe together."""
        return Demands(**{name: found | getattr(other, name) for name, found in vars(self).items()})


@dataclass
class Said:
    """What was read back, of all agents that ran: pictures are standings and boards."""

    headlines: list[Record]
    contributions: list[Record]
    rejections: list[Record]
    pictures: list[Record]
    changelog: list[Record]

    def records(self) -> int:
        """How many there are."""
        return sum(len(found) for found in vars(self).values())


def demands(keeper: Keeper[Any, Any], log: Iterable[Record]) -> Demands:
    """Fold the log that an agent reads, record by record, as its keeper says."""
    states: dict[str, tuple[int, Any]] = {}
    found = Demands()

    def keep(output: Output) -> None:
        place = found.refused if output.topic == topics.rejections("replay") else found.said
        place[_id(output.headers)] = output.value

    for record in log:
        read = keeper.read(record)
        if isinstance(read, Output):
            keep(read)
            continue
        version, state = states.get(read.key, (0, None))
        judged = keeper.judge(read.key, state, read.event, record)
        for output in (*judged.refusals, *judged.outputs):
            keep(output)
        if judged.state is not None:
            states[read.key] = version + 1, judged.state
    for key, (version, state) in states.items():
        found.rows[key] = version, keeper.dump(state)
        [picture] = keeper.follow(key, state, version)
        found.pictures[key] = picture.value
    return found


def compared(said: Said, due: Demands) -> Verdict:
    """The verdict on a night's outputs; contributions count as headlines do."""
    result = Verdict()
    first: dict[bytes, bytes] = {}
    for record in (*said.headlines, *said.contributions):
        name, value = _id(record.headers), record.value or b""
        if name not in first:
            first[name] = value
            if due.said.get(name) != value:
                result.wrong.append(name.decode())
        elif first[name] != value:
            result.conflicting.append(name.decode())
    result.headlines = len(first)
    result.copies = len(said.headlines) + len(said.contributions) - len(first)
    result.lost = [name.decode() for name in due.said.keys() - first.keys()]
    result.disordered = _gaps(said.headlines)
    refused = {(_id(r.headers), r.value) for r in said.rejections}
    result.refusals_lost = [str(name) for name, _ in due.refused.items() - refused]
    result.refusals_wrong = [str(name) for name, _ in refused - due.refused.items()]
    rows = {key: (row.version, row.state) for key, row in _latest_rows(said.changelog).items()}
    result.rows_wrong = _different(rows, due.rows)
    result.standings_wrong = _different(_latest_pictures(said.pictures), due.pictures)
    return result


def _different(found: dict[str, Any], due: dict[str, Any]) -> list[str]:
    return [key for key in found.keys() | due.keys() if found.get(key) != due.get(key)]


def _id(headers: Iterable[tuple[str, bytes]]) -> bytes:
    return dict(headers)["ce_id"]


def _gaps(headlines: list[Record]) -> list[str]:
    numbers: dict[bytes | None, dict[int, None]] = {}
    for record in headlines:
        numbers.setdefault(record.key, {})[json.loads(record.value or b"")["n"]] = None
    return [str(key) for key, ns in numbers.items() if list(ns) != list(range(1, len(ns) + 1))]


def _latest_rows(changelog: list[Record]) -> dict[str, Envelope]:
    latest: dict[bytes | None, bytes] = {}
    for record in changelog:
        value = record.value or b""
        if value[:1] == ROW and (record.key not in latest or rank(value) > rank(latest[record.key])):
            latest[record.key] = value
    return {(key or b"").decode(): open_row(value) for key, value in latest.items()}


def _latest_pictures(pictures: list[Record]) -> dict[str, bytes]:
    latest: dict[str, tuple[int, bytes]] = {}
    for record in pictures:
        key, value = (record.key or b"").decode(), record.value or b""
        version = json.loads(value)["version"]
        if version >= latest.get(key, (0, b""))[0]:
            latest[key] = (version, value)
    return {key: value for key, (_, value) in latest.items()}
