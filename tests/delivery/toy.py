"""A toy keeper: councils with a map and wards; small, but with everything that makes delivery hard.

Admission depends on state (a ward refused before a map names it would be accepted after), wards are
corrected by revision, events come twice, maps are attachments, and a hold keeps headlines back until its
release says them.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from streams.delivery.keeper import Addressed, Judged, Output, Record
from streams.delivery.topics import Changelog, TopicSpec

Event = dict[str, Any]


@dataclass(frozen=True)
class Names:
    """The topics of one toy night."""

    prefix: str

    @property
    def declarations(self) -> str:
        return f"{self.prefix}.declarations"

    @property
    def headlines(self) -> str:
        return f"{self.prefix}.headlines"

    @property
    def standings(self) -> str:
        return f"{self.prefix}.standings"

    @property
    def rejections(self) -> str:
        return f"{self.prefix}.rejections"

    @property
    def app(self) -> str:
        return f"{self.prefix}-app"


@dataclass(frozen=True)
class Spec:
    """A plain topic that forgets nothing."""

    name: str
    partitions: int
    config: dict[str, str] = field(default_factory=lambda: {"cleanup.policy": "delete", "retention.ms": "-1"})


def specs(names: Names, partitions: int) -> list[TopicSpec]:
    """The input topic first, then the outputs and the changelog."""
    plain = [names.declarations, names.headlines, names.standings, names.rejections]
    return [*(Spec(name, partitions) for name in plain), Changelog(names.app, partitions)]


@dataclass(frozen=True)
class Tally:
    """A council's state; ``kept`` is what a hold keeps back."""

    n: int
    map_version: int
    wards_up: Mapping[str, int] = field(repr=False)
    wards: Mapping[str, tuple[int, str, Mapping[str, int]]]
    control: str
    held: bool = False
    kept: "tuple[News, ...]" = ()


#: A headline before it has its number: its id and its facts.
News = tuple[str, Mapping[str, Any]]


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def totals(wards: Mapping[str, tuple[int, str, Mapping[str, int]]]) -> dict[str, int]:
    seats: dict[str, int] = {}
    for _, _, by_party in wards.values():
        for party, won in by_party.items():
            seats[party] = seats.get(party, 0) + won
    return seats


def control(wards_up: Mapping[str, int], wards: Mapping[str, tuple[int, str, Mapping[str, int]]]) -> str:
    majority = sum(wards_up.values()) // 2 + 1
    return next((party for party, won in sorted(totals(wards).items()) if won >= majority), "?")


class ToyKeeper:
    """Reads, judges, dumps and loads tallies."""

    def __init__(self, names: Names, padding: int = 0) -> None:
        self._names = names
        self._padding = padding

    def read(self, record: Record) -> Addressed[Event] | Output:
        try:
            event = json.loads(record.value or b"")
            return Addressed(str(event["council"]), event)
        except (ValueError, KeyError, TypeError, RecursionError):
            return self._refusal(record, "unreadable")

    def judge(self, key: str, state: Tally | None, event: Event, record: Record) -> Judged[Tally]:
        if event["kind"] == "map":
            return self._map(key, state, event)
        if event["kind"] == "boom":
            raise RuntimeError("a fault in the keeper")
        if event["kind"] in ("hold", "release"):
            return self._hold(key, state, event, record)
        if state is None or event["ward"] not in state.wards_up:
            return Judged(None, refusals=(self._refusal(record, "no-such-ward"),))
        return self._ward(key, state, event, record)

    def _map(self, key: str, state: Tally | None, event: Event) -> Judged[Tally]:
        if state is not None and event["version"] <= state.map_version:
            return Judged(None)
        before = state or Tally(0, 0, {}, {}, "?")
        up = event["wards"]
        new = replace(before, map_version=event["version"], wards_up=up, control=control(up, before.wards))
        judged = self._told(key, new, ((f"{event['id']}:map", {"wards": len(up)}),))
        return replace(judged, attachments={f"map-{event['version']}": canonical(up)})

    def _hold(self, key: str, state: Tally | None, event: Event, record: Record) -> Judged[Tally]:
        if state is None:
            return Judged(None, refusals=(self._refusal(record, "no-such-council"),))
        held = event["kind"] == "hold"
        if held == state.held:
            return Judged(None)
        return self._told(key, replace(state, held=held, kept=()), () if held else state.kept)

    def _ward(self, key: str, state: Tally, event: Event, record: Record) -> Judged[Tally]:
        have = state.wards.get(event["ward"])
        if have is not None and event["rev"] <= have[0]:
            if event["rev"] == have[0] and event["id"] != have[1]:
                return Judged(None, refusals=(self._refusal(record, "conflict"),))
            return Judged(None)
        wards = {**state.wards, event["ward"]: (event["rev"], event["id"], event["seats"])}
        now = control(state.wards_up, wards)
        facts = {"ward": event["ward"], "rev": event["rev"], "totals": totals(wards)}
        news: list[News] = [(f"{event['id']}:ward", facts)]
        if now != state.control:
            news.append((f"{event['id']}:control", {"control": now, "was": state.control}))
        return self._told(key, replace(state, wards=wards, control=now), tuple(news))

    def _told(self, key: str, state: Tally, news: tuple[News, ...]) -> Judged[Tally]:
        if state.held:
            return Judged(replace(state, kept=(*state.kept, *news)))
        said = tuple(
            self._headline(key, identity, {"n": state.n + number, **facts})
            for number, (identity, facts) in enumerate(news, start=1)
        )
        return Judged(replace(state, n=state.n + len(said)), said)

    def dump(self, state: Tally) -> bytes:
        return canonical(
            {
                "n": state.n,
                "map": state.map_version,
                "wards": {ward: list(entry) for ward, entry in state.wards.items()},
                "control": state.control,
                "held": state.held,
                "kept": [list(news) for news in state.kept],
            }
        )

    def load(self, key: str, row: bytes, attachment: Callable[[str], bytes]) -> Tally:
        have = json.loads(row)
        wards = {ward: (rev, event, seats) for ward, (rev, event, seats) in have["wards"].items()}
        up = json.loads(attachment(f"map-{have['map']}"))
        kept = tuple((identity, facts) for identity, facts in have["kept"])
        return Tally(have["n"], have["map"], up, wards, have["control"], have["held"], kept)

    def follow(self, key: str, state: Tally, version: int) -> tuple[Output, ...]:
        standing = {"council": key, "version": version, "n": state.n, "totals": totals(state.wards)}
        return (Output(self._names.standings, key.encode(), canonical(standing)),)

    def _headline(self, key: str, identity: str, facts: Mapping[str, Any]) -> Output:
        value = {"id": identity, "council": key, "padding": "." * self._padding, **facts}
        return Output(self._names.headlines, key.encode(), canonical(value), (("ce_id", identity.encode()),))

    def _refusal(self, record: Record, why: str) -> Output:
        where = {"why": why, "partition": record.partition, "offset": record.offset}
        digest = hashlib.sha256(record.value or b"").hexdigest()
        return Output(self._names.rejections, record.key, canonical({**where, "sha256": digest}))
