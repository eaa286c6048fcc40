"""The area agent without a broker: contributions in, headlines and boards out, rows read back, refusals."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from schemas import topics
from schemas.area import Board, Contribution
from schemas.contract import Contract
from schemas.headline import Headline
from schemas.reading import InputEvent
from streams.agents.area import AreaKeeper
from streams.agents.council import CouncilKeeper
from streams.agents.row import RowOfNewerRules
from streams.delivery.keeper import Addressed, Judged, Output, Record
from streams.delivery.partition import partition_of
from streams.rules.area.take import AreaState
from streams.rules.council import Council
from tests.agents.records import TRACE, original, rejections
from tests.rules.area.counties import SHIRE_KEY, Town, a_hold, a_release

ABBEY, BURGH = Town("Abbey"), Town("Burgh")
NIGHT = (ABBEY.map, BURGH.map, *ABBEY.all_to("LAB", "LAB", "CON"), *BURGH.all_to("LAB", "LAB", "GRN"))


def a_record(topic: str, key: str, value: bytes, offset: int = 0, **place: Any) -> Record:
    at: dict[str, Any] = {"partition": 0, "headers": (TRACE,), "timestamp_ms": 1_683_249_180_123}
    return Record(topic=topic, key=key.encode(), value=value, offset=offset, **(at | place))


def of_council(*events: InputEvent) -> list[Output]:
    """Contributions as the council agent says them."""
    keeper, councils = CouncilKeeper("rehearsal", 1), dict[str, Council]()
    found: list[Output] = []
    for offset, event in enumerate(events):
        body = event.model_dump_json().encode()
        read = keeper.read(a_record(topics.declarations("rehearsal"), event.council, body, offset))
        assert isinstance(read, Addressed)
        judged = keeper.judge(read.key, councils.get(read.key), read.event, _any_record(offset))
        assert judged.state is not None
        councils[read.key] = keeper.load(read.key, keeper.dump(judged.state), _map_of(read.event, judged))
        found += [o for o in judged.outputs if o.topic == topics.contributions("rehearsal")]
    return found


_maps: dict[str, bytes] = {}


def _map_of(event: InputEvent, judged: Judged[Council]) -> Any:
    _maps.update({f"{event.council}#{name}": data for name, data in judged.attachments.items()})
    return lambda name: _maps[f"{event.council}#{name}"]


def _any_record(offset: int) -> Record:
    return a_record(topics.declarations("rehearsal"), "any", b"", offset)


GIVEN = of_council(*NIGHT)


def as_records(outputs: list[Output], key: str | None = SHIRE_KEY) -> list[Record]:
    """The records of one area, or of all."""
    kept = [o for o in outputs if key is None or o.key == key.encode()]
    return [
        a_record(o.topic, (o.key or b"").decode(), o.value, offset, headers=o.headers)
        for offset, o in enumerate(kept)
    ]


@dataclass
class Areas:
    """The rows of a worker as bytes; every record is judged from what the bytes give."""

    keeper: AreaKeeper = field(default_factory=lambda: AreaKeeper("rehearsal", 1))
    rows: dict[str, bytes] = field(default_factory=dict)
    said: list[Output] = field(default_factory=list)
    refused: list[Output] = field(default_factory=list)

    def state(self, key: str) -> AreaState | None:
        return (
            None if key not in self.rows else AreaKeeper("rehearsal", 1).load(key, self.rows[key], _nothing)
        )

    def hear(self, record: Record) -> Judged[AreaState] | None:
        found = self.keeper.read(record)
        if not isinstance(found, Addressed):
            self.refused.append(found)
            return None
        judged = self.keeper.judge(found.key, self.state(found.key), found.event, record)
        self.said += judged.outputs
        self.refused += judged.refusals
        if judged.state is not None:
            self.rows[found.key] = self.keeper.dump(judged.state)
        return judged

    def headlines(self) -> list[Headline]:
        return [Headline.model_validate_json(o.value) for o in self.said]

    def board(self, key: str = SHIRE_KEY, version: int = 5) -> Board:
        state = self.state(key)
        assert state is not None
        [output] = self.keeper.follow(key, state, version)
        assert (output.topic, output.key) == (topics.boards("rehearsal"), key.encode())
        return Board.model_validate_json(output.value)


def _nothing(name: str) -> bytes:
    raise AssertionError(f"an area's row has no attachment {name}")


def heard(records: list[Record]) -> Areas:
    areas = Areas()
    for record in records:
        areas.hear(record)
    assert areas.refused == []
    return areas


def test_a_contribution_says_where_it_comes_from():
    output = GIVEN[-1]
    headers = dict(output.headers)
    contribution = Contribution.model_validate_json(output.value)

    assert output.key == contribution.key.encode()
    assert headers["ce_source"] == b"/feeds/rehearsal/council"
    assert headers["ce_type"] == b"uk.results.Contribution.v1"
    assert (
        headers["ce_id"] == f"{contribution.council}:{contribution.version}:{contribution.area.id}".encode()
    )
    assert headers["traceparent"] == TRACE[1]


def test_what_councils_give_becomes_headlines_and_a_board():
    areas = heard(as_records(GIVEN))

    board = areas.board()
    assert {total.party: total.seats for total in board.parties if total.seats} == {
        "CON": 1,
        "GRN": 1,
        "LAB": 4,
    }
    assert (board.version, board.n) == (5, len(areas.said))
    assert [h.n for h in areas.headlines()] == list(range(1, len(areas.said) + 1))
    assert {h.area for h in areas.headlines()} == {SHIRE_KEY}
    headers = dict(areas.said[0].headers)
    assert headers["ce_source"] == b"/feeds/rehearsal/area"
    assert headers["ce_subject"] == SHIRE_KEY.encode()
    assert headers["traceparent"] == TRACE[1]


def test_the_same_records_give_the_same_bytes():
    one, other = heard(as_records(GIVEN, None)), heard(as_records(GIVEN, None))

    assert [o.value for o in one.said] == [o.value for o in other.said]
    assert one.rows == other.rows


def test_records_that_come_again_change_nothing():
    records = as_records(GIVEN)
    areas = heard(records)
    before = dict(areas.rows), len(areas.said)

    for record in records:
        judged = areas.hear(record)
        assert judged is not None
        assert judged.state is None

    assert (areas.rows, len(areas.said)) == before


def test_a_row_keeps_holds_and_the_board_that_they_keep():
    records = as_records(GIVEN)
    areas = heard(records[:4])
    shown = areas.board()
    areas.hear(a_desk_record(a_hold()))

    for record in records[4:]:
        areas.hear(record)

    held = areas.board()
    assert held.held
    assert held.parties == shown.parties
    areas.hear(a_desk_record(a_release()))
    assert areas.board().parties == heard(records).board().parties


def a_desk_record(event: Any) -> Record:
    assert isinstance(event, Contract)
    return a_record(topics.contributions("rehearsal"), SHIRE_KEY, event.model_dump_json().encode())


def test_a_row_of_newer_rules_is_left_alone():
    areas = heard(as_records(GIVEN))
    newer = areas.rows[SHIRE_KEY].replace(b'"rules":', b'"rules":9', 1)

    with pytest.raises(RowOfNewerRules, match="start the newer version"):
        areas.keeper.load(SHIRE_KEY, newer, _nothing)


def _changed(**fields: Any) -> bytes:
    body = json.loads(GIVEN[0].value)
    return json.dumps(body | fields).encode()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"", "json"),
        (b"\xff", "json"),
        (b"[]", "not-object"),
        (b"{}", "schema"),
        (b'{"type":"Contribution"}', "schema"),
        (_changed(type="WardDeclared"), "schema"),
        (_changed(version=0), "field"),
        (_changed(version=1.5), "field"),
        (_changed(surprise=1), "schema"),
        (_changed(summary=None), "summary"),
        (_changed(action="leave"), "summary"),
        (_changed(mode="live"), "mode"),
        (GIVEN[0].value.replace(b'"version":', b'"version":1,"version":', 1), "dup-key"),
        (b" " * (256 * 1024 + 1), "size"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_bytes(value: bytes, reason: str):
    areas = heard(as_records(GIVEN))
    before = dict(areas.rows)
    key = (GIVEN[0].key or b"").decode()

    areas.hear(a_record(topics.contributions("rehearsal"), key, value, 99))

    [told] = rejections(tuple(areas.refused))
    assert (told.reason, told.offset, told.status) == (reason, 99, "rejected")
    assert original(told) == value[: len(original(told))]
    assert areas.rows == before


def test_a_record_under_another_key_or_on_another_partition_is_refused():
    keeper = AreaKeeper("rehearsal", 8)
    due = partition_of(SHIRE_KEY, 8)
    [value, *_] = [o.value for o in GIVEN if o.key == SHIRE_KEY.encode()]

    right = keeper.read(a_record("t", SHIRE_KEY, value, partition=due))
    wrong_key = keeper.read(a_record("t", "marches@local.2023-05-04", value, partition=due))
    wrong_place = keeper.read(a_record("t", SHIRE_KEY, value, partition=(due + 1) % 8))

    assert isinstance(right, Addressed)
    for refused in (wrong_key, wrong_place):
        assert isinstance(refused, Output)
        assert rejections((refused,))[0].reason == "key"


def test_a_hold_on_an_area_that_nobody_named_is_refused():
    areas = Areas()

    areas.hear(a_desk_record(a_hold()))

    [told] = rejections(tuple(areas.refused))
    assert told.reason == "unknown-area"
    assert told.event == "hold"


def test_two_contents_of_one_version_are_a_conflict():
    areas = heard(as_records(GIVEN))
    body = json.loads(as_records(GIVEN)[-1].value or b"")

    areas.hear(a_record("t", SHIRE_KEY, json.dumps(body | {"council_name": "Another"}).encode()))

    [told] = rejections(tuple(areas.refused))
    assert (told.reason, told.council) == ("conflict", body["council"])
