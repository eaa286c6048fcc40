"""Does the log say of each record what is worth it, with its place, and never what stood in it?"""

import logging
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from schemas import topics
from streams.agents.council import CouncilKeeper
from streams.agents.telling import Pace, TellingKeeper
from streams.delivery.keeper import Judged, Record
from streams.rehearsal.night import encode, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rules.council import Council
from tests.agents.records import Table, a_record, headlines
from tests.schemas.good import COUNCIL, DECLARED, GOOD, MAP, Json, raw, spoilt

RAW = "canary-81d2-raw"
CORRECTED_WARD = DECLARED["ward"]


@pytest.fixture(autouse=True)
def _level() -> Iterator[None]:
    logger = logging.getLogger("streams.agents.telling")
    before = logger.level
    logger.setLevel(logging.INFO)
    yield
    logger.setLevel(before)


def told(*records: Record, pace: Pace | None = None) -> tuple[list[dict[str, Any]], list[Judged[Council]]]:
    """What is logged of these records, with what is bound, and what came of them."""
    keeper: Any = TellingKeeper(CouncilKeeper("rehearsal", 1), "rehearsal", pace)
    table = Table(keeper)
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        judged = [table.hear(record) for record in records]
    return [dict(line) for line in lines], judged


def placed(*values: Json | bytes) -> list[Record]:
    return [a_record(value, offset) for offset, value in enumerate(values)]


def test_what_cannot_be_read_is_told_by_its_place() -> None:
    lines, _ = told(*placed(f"{RAW} no json".encode(), raw({RAW: RAW, "schema_version": 1})))

    assert [(line["event"], line["log_level"], line["offset"]) for line in lines] == [
        ("record.refused", "warning", 0),
        ("record.refused", "warning", 1),
    ]
    assert {line["rejection"] for line in lines} == {f"{a_record(None).topic}-0-{n}" for n in (0, 1)}
    assert RAW not in str(lines)
    assert "council" not in lines[0]


def test_what_the_rules_refuse_is_told_by_council_ward_and_event() -> None:
    other = spoilt(DECLARED, "results", 0, "votes", DECLARED["results"][0]["votes"] + 1)

    lines, _ = told(*placed(MAP, DECLARED, spoilt(other, "id", f"{RAW}-2")))

    (line,) = [line for line in lines if line["event"] == "record.refused"]
    assert (line["council"], line["ward"], line["event_id"]) == (COUNCIL, CORRECTED_WARD, f"{RAW}-2")
    assert (line["partition"], line["offset"], line["reason"]) == (0, 2, "conflict")


def test_a_hold_and_what_waits_for_a_map_are_told() -> None:
    unknown = spoilt(DECLARED, "ward", f"{COUNCIL.removesuffix('.2023-05-04')}.nowhere.2023-05-04")

    lines, _ = told(*placed(MAP, GOOD["Held"], unknown))

    assert Counter(line["event"] for line in lines)["hold.changed"] == 1
    (waits,) = [line for line in lines if line["event"] == "record.noticed"]
    assert (waits["status"], waits["council"], waits["offset"]) == ("parked", COUNCIL, 2)


def test_nothing_is_left_bound() -> None:
    told(*placed(b"no json"))

    assert structlog.contextvars.get_contextvars() == {}


def test_a_night_is_judged_as_without_and_each_flash_is_told() -> None:
    night = read_night(SOUTH_EAST_2023)
    arriving = night.arriving("rehearsal")
    events = [event for event in arriving if event.council == arriving[0].council]
    records = [
        a_record(encode(event), offset, key=event.council.encode()) for offset, event in enumerate(events)
    ]
    plain = Table()

    lines, judged = told(*records, pace=Pace(most=1e9))

    assert [j.outputs for j in judged] == [plain.hear(record).outputs for record in records]
    flashes = [h.id for j in judged for h in headlines(j.outputs) if h.priority == "F"]
    assert flashes
    assert [line["headline"] for line in lines if line["event"] == "headline.flash"] == flashes
    assert {line["event"] for line in lines} <= {"headline.flash", "record.noticed", "hold.changed"}


def test_with_debug_there_is_a_line_for_each_record() -> None:
    logging.getLogger("streams.agents.telling").setLevel(logging.DEBUG)

    lines, _ = told(*placed(MAP, DECLARED))

    each = [line for line in lines if line["event"] == "record.judged"]
    assert [(line["council"], line["offset"], line["changed"]) for line in each] == [
        (COUNCIL, 0, True),
        (COUNCIL, 1, True),
    ]


def test_a_flood_is_a_few_lines_and_a_number() -> None:
    moment = [0.0]
    pace = Pace(clock=lambda: moment[0], most=3, a_second=1)
    keeper: Any = TellingKeeper(CouncilKeeper("rehearsal", 1), "rehearsal", pace)
    with capture_logs() as lines:
        for offset in range(50):
            keeper.read(a_record(b"no json", offset))
        moment[0] = 1.0
        keeper.read(a_record(b"no json", 50))

    assert [line["left_out"] for line in lines] == [0, 0, 0, 47]


def test_a_fault_carries_the_place_of_its_record() -> None:
    class Broken(CouncilKeeper):
        def judge(self, *_: object) -> Judged[Council]:
            raise RuntimeError("a rule is broken")

    keeper: Any = TellingKeeper(Broken("rehearsal", 1), "rehearsal")
    record = a_record(MAP, 41)
    with pytest.raises(RuntimeError) as fault:
        keeper.judge(COUNCIL, None, keeper.read(record).event, record)

    assert fault.value.__notes__ == [
        f"judging council {COUNCIL}, event_id {MAP['id']}, topic {topics.declarations('rehearsal')}, "
        "partition 0, offset 41"
    ]
