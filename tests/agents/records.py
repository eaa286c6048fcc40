"""Records as they lie on a topic, and a table for one council that keeps rows as bytes between two of them."""

import json
from base64 import b64decode
from dataclasses import dataclass, field
from typing import Any

from schemas import topics
from schemas.headline import Headline
from schemas.rejection import Rejection
from streams.agents.council import CouncilKeeper
from streams.delivery.keeper import Addressed, Judged, Output, Record
from streams.rules.council import Council
from tests.schemas.good import COUNCIL, Json, raw

TOPIC = "results.rehearsal.declarations.v1"
TRACE = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")


def a_record(value: Json | bytes | None, offset: int = 7, **place: Any) -> Record:
    """A record of the invented council; only what is said of its place differs from the ordinary."""
    body = raw(value) if isinstance(value, dict) else value
    at: dict[str, Any] = {
        "topic": TOPIC,
        "partition": 0,
        "key": COUNCIL.encode(),
        "headers": (("other", b"x"), TRACE),
        "timestamp_ms": 1_683_249_180_123,
    }
    return Record(offset=offset, value=body, **(at | place))


def rejections(outputs: tuple[Output, ...]) -> list[Rejection]:
    """The rejections among outputs."""
    name = topics.rejections("rehearsal")
    return [Rejection.model_validate_json(o.value) for o in outputs if o.topic == name]


def headlines(outputs: tuple[Output, ...]) -> list[Headline]:
    """The headlines among outputs."""
    name = topics.headlines("rehearsal")
    return [Headline.model_validate_json(o.value) for o in outputs if o.topic == name]


def original(rejection: Rejection) -> bytes:
    """The bytes that a rejection carries."""
    return b64decode(rejection.original)


@dataclass
class Table:
    """The row of a council and its attachments, as bytes; every record is judged from the live state and kept."""

    keeper: CouncilKeeper = field(default_factory=lambda: CouncilKeeper("rehearsal", 1))
    attachments: dict[str, bytes] = field(default_factory=dict)
    live: Council | None = None
    row: bytes | None = None

    def hear(self, record: Record) -> Judged[Council]:
        """Judge a record; its rejection, if it cannot be read, comes as a refusal."""
        found = self.keeper.read(record)
        if not isinstance(found, Addressed):
            return Judged(None, refusals=(found,))
        judged = self.keeper.judge(found.key, self.live, found.event, record)
        if judged.state is not None:
            self.attachments.update(judged.attachments)
            self.live, self.row = judged.state, self.keeper.dump(judged.state)
        return judged

    def recovered(self, key: str = COUNCIL) -> "Table":
        """Another worker's table, from the bytes alone."""
        keeper = CouncilKeeper("rehearsal", 1)
        live = None if self.row is None else keeper.load(key, self.row, self.attachments.__getitem__)
        return Table(keeper, dict(self.attachments), live, self.row)


def opened(*events: Json) -> Table:
    """A table that has heard these events."""
    table = Table()
    for offset, event in enumerate(events):
        assert rejections(table.hear(a_record(event, offset)).refusals) == []
    return table


def parsed(output: Output) -> Json:
    """The JSON of an output."""
    value: Json = json.loads(output.value)
    return value
