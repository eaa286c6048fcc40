"""The verdict on a simulated night: its log folded again, record by record, and compared with all that was written."""

import json
from dataclasses import dataclass, field, fields
from typing import Any

from streams.delivery.envelope import ROW, open_row, rank
from streams.delivery.keeper import Addressed, Output, Record
from streams.delivery.table import changelog_topic
from tests.delivery.oracle import Fold, Reads, compare
from tests.simulation.broker import Broker
from tests.simulation.night import Night


@dataclass
class Verdict:
    """All empty is a clean night."""

    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    conflicting: list[str] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    standings: list[str] = field(default_factory=list)
    independent: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def dirty(self) -> list[str]:
        """The names of what is not as it should be."""
        return [f.name for f in fields(self) if getattr(self, f.name)]


@dataclass
class Straight:
    """What the log comes to when nothing ever goes wrong: one process, one record at a time."""

    outputs: set[tuple[str, bytes | None, bytes]] = field(default_factory=set)
    rows: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    standings: dict[bytes | None, bytes] = field(default_factory=dict)


def straight(night: Night, partitions: int) -> Straight:
    """Fold the log with the keeper alone."""
    keeper, found, states = night.keeper(), Straight(), dict[str, tuple[Any, int]]()
    for records in night.inputs:
        broker = Broker(partitions)
        broker.declare(night.declarations, list(records))
        for run in broker.log:
            for r in run:
                _take(
                    keeper,
                    found,
                    states,
                    Record(r.topic, r.partition, r.offset, r.key, r.value, (), r.timestamp),
                )
    for key, (state, version) in states.items():
        found.rows[key.encode()] = (version, keeper.dump(state))
        for output in keeper.follow(key, state, version):
            found.standings[output.key] = output.value
    return found


def _take(keeper: Any, found: Straight, states: dict[str, tuple[Any, int]], record: Record) -> None:
    read = keeper.read(record)
    if not isinstance(read, Addressed):
        _note(found, (read,))
        return
    state, version = states.get(read.key, (None, 0))
    judged = keeper.judge(read.key, state, read.event, record)
    _note(found, (*judged.refusals, *judged.outputs))
    if judged.state is not None:
        states[read.key] = judged.state, version + 1


def _note(found: Straight, outputs: tuple[Output, ...]) -> None:
    found.outputs.update((o.topic, o.key, o.value) for o in outputs)


def verdict(night: Night, broker: Broker, faults: list[BaseException]) -> Verdict:
    """Compare everything on the broker with the straight fold, and a toy's also with the oracle's own fold."""
    result = Verdict(faults=[f"{type(f).__name__}: {f}" for f in faults])
    expected = straight(night, broker.partitions)
    _outputs(result, expected, night, broker)
    _refusals(result, expected, night, broker)
    _rows(result, expected, broker, changelog_topic(night.app))
    _standings(result, expected, night, broker)
    if night.toy:
        _independent(result, night, broker)
    return result


def _said(broker: Broker, topic: str) -> list[tuple[bytes | None, bytes]]:
    return [(key, value or b"") for run in broker.topics[topic] for key, value in run]


def _outputs(result: Verdict, expected: Straight, night: Night, broker: Broker) -> None:
    """Headlines, and whatever else is neither a rejection nor follows from a row."""
    others = {night.rejections, night.standings, changelog_topic(night.app)}
    due = {output for output in expected.outputs if output[0] not in others}
    written = {
        (topic, *said) for topic in broker.topics for said in _said(broker, topic) if topic not in others
    }
    result.lost = [str(output) for output in due - written]
    result.wrong = [str(output) for output in written - due]
    first: dict[str, bytes] = {}
    numbers: dict[bytes | None, list[int]] = {}
    for key, value in _said(broker, night.headlines):
        said = json.loads(value)
        if said["id"] not in first:
            first[said["id"]] = value
            numbers.setdefault(key, []).append(said["n"])
        elif first[said["id"]] != value:
            result.conflicting.append(said["id"])
    result.gaps = [str(key) for key, ns in numbers.items() if ns != list(range(1, len(ns) + 1))]


def _refusals(result: Verdict, expected: Straight, night: Night, broker: Broker) -> None:
    due = {(key, value) for topic, key, value in expected.outputs if topic == night.rejections}
    said = set(_said(broker, night.rejections))
    result.refusals = [f"lost {value!r}" for _, value in due - said]
    result.refusals += [f"wrong {value!r}" for _, value in said - due]


def _rows(result: Verdict, expected: Straight, broker: Broker, changelog: str) -> None:
    latest: dict[bytes | None, bytes] = {}
    for key, value in _said(broker, changelog):
        if value[:1] == ROW and (key not in latest or rank(value) > rank(latest[key])):
            latest[key] = value
    found = {key: (open_row(value).version, open_row(value).state) for key, value in latest.items()}
    result.rows = [str(key) for key, row in expected.rows.items() if found.get(key) != row]


def _standings(result: Verdict, expected: Straight, night: Night, broker: Broker) -> None:
    latest: dict[bytes | None, tuple[int, bytes]] = {}
    for key, value in _said(broker, night.standings):
        version = json.loads(value)["version"]
        if key not in latest or version >= latest[key][0]:
            latest[key] = version, value
    result.standings = [
        str(key) for key, value in expected.standings.items() if latest.get(key, (0, b""))[1] != value
    ]


def _independent(result: Verdict, night: Night, broker: Broker) -> None:
    fold = Fold()
    for records in night.inputs:
        log = Broker(broker.partitions)
        log.declare(night.declarations, list(records))
        for run in log.log:
            for record in run:
                fold.take(record.partition, record.offset, record.value)

    def read(topic: str) -> Reads:
        return [
            (partition, offset, key, value)
            for partition, run in enumerate(broker.topics[topic])
            for offset, (key, value) in enumerate(run)
        ]

    found = compare(
        fold,
        headlines=read(night.headlines),
        rejections=read(night.rejections),
        changelog=read(changelog_topic(night.app)),
        standings=read(night.standings),
    )
    result.independent = [] if found.clean else [repr(found)]
