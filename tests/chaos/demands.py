"""What the log of a real night demands, folded without Faust and without a broker, and the verdict on what was said."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas import topics
from streams.agents.council import CouncilKeeper
from streams.delivery.envelope import ROW, Envelope, open_row, rank
from streams.delivery.keeper import Output, Record
from streams.rules.council import Council
from tests.delivery.oracle import Verdict


@dataclass
class Demands:
    """Bytes by the id in their header: what agents say of their own, and refusals; the last row and standing."""

    said: dict[bytes, bytes] = field(default_factory=dict)
    refused: dict[bytes, bytes] = field(default_factory=dict)
    rows: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    standings: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Said:
    """What was read back, topic by topic."""

    headlines: list[Record]
    contributions: list[Record]
    rejections: list[Record]
    standings: list[Record]
    changelog: list[Record]


def demands(log: Iterable[Record], partitions: int) -> Demands:
    """Fold a log record by record."""
    keeper = CouncilKeeper("replay", partitions)
    councils: dict[str, Council] = {}
    found = Demands()

    def keep(output: Output) -> None:
        place = found.refused if output.topic == topics.rejections("replay") else found.said
        place[_id(output.headers)] = output.value

    for record in log:
        read = keeper.read(record)
        if isinstance(read, Output):
            keep(read)
            continue
        judged = keeper.judge(read.key, councils.get(read.key), read.event, record)
        for output in (*judged.refusals, *judged.outputs):
            keep(output)
        if judged.state is not None:
            councils[read.key] = judged.state
            version = found.rows.get(read.key, (0, b""))[0] + 1
            found.rows[read.key] = (version, keeper.dump(judged.state))
            [standing] = keeper.follow(read.key, judged.state, version)
            found.standings[read.key] = standing.value
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
    latest = _latest_rows(said.changelog)
    result.rows_wrong = [
        council
        for council, (version, state) in due.rows.items()
        if (row := latest.get(council)) is None or (row.version, row.state) != (version, state)
    ]
    standings = _latest_standings(said.standings)
    result.standings_wrong = [c for c, value in due.standings.items() if standings.get(c) != value]
    return result


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


def _latest_standings(standings: list[Record]) -> dict[str, bytes]:
    latest: dict[str, tuple[int, bytes]] = {}
    for record in standings:
        value = record.value or b""
        standing = json.loads(value)
        council, version = standing["council"], standing["version"]
        if version >= latest.get(council, (0, b""))[0]:
            latest[council] = (version, value)
    return {council: value for council, (_, value) in latest.items()}
