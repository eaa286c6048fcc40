"""The verdict on a night: the log is read back and folded again, on its own, and compared with all that was written."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from streams.delivery.envelope import ROW, open_row
from streams.delivery.table import changelog_topic
from tests.delivery.night import Night, Read, loads

Reads = list[Read]


@dataclass
class Verdict:
    """All zero is a night without loss; the lists hold examples."""

    lost: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    conflicting: list[str] = field(default_factory=list)  # same id, other bytes
    refusals_lost: list[str] = field(default_factory=list)
    refusals_wrong: list[str] = field(default_factory=list)
    rows_wrong: list[str] = field(default_factory=list)
    standings_wrong: list[str] = field(default_factory=list)
    disordered: list[str] = field(default_factory=list)
    headlines: int = 0
    copies: int = 0

    @property
    def clean(self) -> bool:
        return not any(isinstance(found, list) and found for found in vars(self).values())

    def __add__(self, other: "Verdict") -> "Verdict":
        """The verdict on two nights together."""
        return Verdict(**{name: found + getattr(other, name) for name, found in vars(self).items()})


class Fold:
    """The toy's rules once more, event by event and with nothing shared but the format."""

    def __init__(self) -> None:
        self.councils: dict[str, dict[str, Any]] = {}
        self.headlines: dict[str, dict[str, Any]] = {}
        self.refused: set[tuple[int, int, str, str]] = set()

    def take(self, partition: int, offset: int, value: bytes | None) -> None:
        place = (partition, offset, hashlib.sha256(value or b"").hexdigest())
        try:
            event = loads(value)
            key = str(event["council"])
        except (ValueError, TypeError, KeyError, RecursionError):
            self.refused.add((*place, "unreadable"))
            return
        if event["kind"] == "map":
            self._map(key, event)
        elif event["kind"] in ("hold", "release"):
            self._hold(key, event, place)
        else:
            self._ward(key, event, place)

    def _map(self, key: str, event: dict[str, Any]) -> None:
        council = self.councils.setdefault(
            key,
            {"map": 0, "up": {}, "wards": {}, "n": 0, "v": 0, "control": "?", "held": False, "kept": []},
        )
        if event["version"] > council["map"]:
            council.update(map=event["version"], up=event["wards"], v=council["v"] + 1)
            council["control"] = self._control(council)
            self._say(key, f"{event['id']}:map", {"wards": len(event["wards"])})

    def _hold(self, key: str, event: dict[str, Any], place: tuple[int, int, str]) -> None:
        council = self.councils.get(key)
        if council is None:
            self.refused.add((*place, "no-such-council"))
        elif council["held"] != (event["kind"] == "hold"):
            council["held"] = not council["held"]
            council["v"] += 1
            waiting, council["kept"] = council["kept"], []
            for identity, facts in waiting:
                self._say(key, identity, facts)

    def _ward(self, key: str, event: dict[str, Any], place: tuple[int, int, str]) -> None:
        council = self.councils.get(key)
        if council is None or event["ward"] not in council["up"]:
            self.refused.add((*place, "no-such-ward"))
            return
        have = council["wards"].get(event["ward"])
        if have and event["rev"] <= have["rev"]:
            if event["rev"] == have["rev"] and event["id"] != have["id"]:
                self.refused.add((*place, "conflict"))
            return
        council["wards"][event["ward"]] = event
        council["v"] += 1
        was, council["control"] = council["control"], self._control(council)
        facts = {"ward": event["ward"], "rev": event["rev"], "totals": self._totals(council)}
        self._say(key, f"{event['id']}:ward", facts)
        if council["control"] != was:
            self._say(key, f"{event['id']}:control", {"control": council["control"], "was": was})

    def _totals(self, council: dict[str, Any]) -> dict[str, int]:
        parties = {party for event in council["wards"].values() for party in event["seats"]}
        return {p: sum(event["seats"].get(p, 0) for event in council["wards"].values()) for p in parties}

    def _control(self, council: dict[str, Any]) -> str:
        over = [p for p, won in self._totals(council).items() if 2 * won > sum(council["up"].values())]
        return min(over, default="?")  # a ward declared with another's seats can give two the majority

    def _say(self, key: str, identity: str, facts: dict[str, Any]) -> None:
        if self.councils[key]["held"]:
            self.councils[key]["kept"].append([identity, facts])
            return
        self.councils[key]["n"] += 1
        self.headlines[identity] = {"id": identity, "council": key, "n": self.councils[key]["n"], **facts}


def verdict(night: Night) -> Verdict:
    """Compare everything that a night's workers wrote with the fold of its log."""
    fold = Fold()
    for partition, offset, _, value in night.read(night.names.declarations):
        fold.take(partition, offset, value)
    return compare(
        fold,
        headlines=night.read(night.names.headlines),
        rejections=night.read(night.names.rejections),
        changelog=night.read(changelog_topic(night.names.app)),
        standings=night.read(night.names.standings),
    )


def compare(
    fold: Fold, *, headlines: Reads, rejections: Reads, changelog: Reads, standings: Reads
) -> Verdict:
    """Compare what lies on the output topics with a fold of the input."""
    result = Verdict()
    _headlines(result, fold, headlines)
    _refusals(result, fold, rejections)
    _rows(result, fold, changelog)
    _standings(result, fold, standings)
    return result


def _headlines(result: Verdict, fold: Fold, reads: Reads) -> None:
    first: dict[str, bytes] = {}
    numbers: dict[str, list[int]] = {}
    for _, _, _, value in reads:
        said = loads(value)
        identity = said["id"]
        if identity not in first:
            first[identity] = value or b""
            numbers.setdefault(said["council"], []).append(said["n"])
            said.pop("padding", None)
            if fold.headlines.get(identity) != said:
                result.wrong.append(identity)
        elif first[identity] != value:
            result.conflicting.append(identity)
    result.headlines, result.copies = len(first), len(reads) - len(first)
    result.lost = [identity for identity in fold.headlines if identity not in first]
    result.disordered = [key for key, ns in numbers.items() if ns != list(range(1, len(ns) + 1))]


def _refusals(result: Verdict, fold: Fold, reads: Reads) -> None:
    refusals = [loads(value) for *_, value in reads]
    said = {(r["partition"], r["offset"], r["sha256"], r["why"]) for r in refusals}
    result.refusals_lost = [str(place) for place in fold.refused - said]
    result.refusals_wrong = [str(place) for place in said - fold.refused]


def _rows(result: Verdict, fold: Fold, reads: Reads) -> None:
    latest: dict[bytes | None, Any] = {}
    for _, _, key, value in reads:
        if value and value[:1] == ROW:
            row = open_row(value)
            if (row.version, row.judged) > latest.get(key, (0, -1, None))[:2]:
                latest[key] = (row.version, row.judged, loads(row.state))
    for name, council in fold.councils.items():
        version, _, state = latest.get(name.encode(), (0, -1, None))
        wards = {ward: [e["rev"], e["id"], e["seats"]] for ward, e in council["wards"].items()}
        expected = {"wards": wards} | {n: council[n] for n in ("n", "map", "control", "held", "kept")}
        if state != expected or version != council["v"]:
            result.rows_wrong.append(name)


def _standings(result: Verdict, fold: Fold, reads: Reads) -> None:
    latest: dict[str, Any] = {}
    for *_, value in reads:
        standing = loads(value)
        if standing["version"] >= latest.get(standing["council"], standing)["version"]:
            latest[standing["council"]] = standing
    for key, council in fold.councils.items():
        expected = {
            "council": key,
            "version": council["v"],
            "n": council["n"],
            "totals": fold._totals(council),
        }
        if latest.get(key) != expected:
            result.standings_wrong.append(key)
