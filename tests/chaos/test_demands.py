"""The verdict on a real night must be able to fail: each kind of damage to what was said is counted as what it is."""

import random
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from schemas import topics
from streams.agents.area import AreaKeeper
from streams.agents.council import CouncilKeeper
from streams.delivery.envelope import Envelope, seal_row
from streams.delivery.keeper import Keeper, Output, Record
from streams.delivery.partition import partition_of
from streams.rehearsal.night import encode
from tests.chaos.demands import Demands, Said, compared, demands
from tests.chaos.story import story

PARTITIONS = 4
COUNCILS = ("horsham", "lewes", "dover")

Damage = Callable[[Said], object]


def record(topic: str, place: int, key: bytes, value: bytes, headers: Any = ()) -> Record:
    return Record(topic, partition_of(key.decode(), PARTITIONS), place, key, value, headers, 0)


def told(keeper: Keeper[Any, Any], log: list[Record], said: Said) -> None:
    """What a worker that nobody disturbs writes, record by record, added to what was said."""
    states: dict[str, Any] = {}
    versions: dict[str, int] = {}
    places = {
        topics.headlines("replay"): said.headlines,
        topics.contributions("replay"): said.contributions,
        topics.rejections("replay"): said.rejections,
    }

    def say(output: Output, place: list[Record]) -> None:
        place.append(record(output.topic, len(place), output.key or b"none", output.value, output.headers))

    for read in log:
        found = keeper.read(read)
        assert not isinstance(found, Output)
        judged = keeper.judge(found.key, states.get(found.key), found.event, read)
        for output in (*judged.refusals, *judged.outputs):
            say(output, places[output.topic])
        if judged.state is not None:
            states[found.key] = judged.state
            version = versions[found.key] = versions.get(found.key, 0) + 1
            row = Envelope(version, read.offset, "t1", (), keeper.dump(judged.state))
            said.changelog.append(record("rows", read.offset, found.key.encode(), seal_row(row)))
            for output in keeper.follow(found.key, judged.state, version):
                say(output, said.pictures)


@pytest.fixture(scope="module")
def night() -> tuple[Said, Demands]:
    """Three councils and their areas: all that was said, by area workers of which one was killed, and what is due."""
    events = [event for event in story(1) if event.council.split(".")[1] in COUNCILS]
    log = [
        record("declarations", place, event.council.encode(), encode(event))
        for place, event in enumerate(events)
    ]
    said = Said([], [], [], [], [])
    told(CouncilKeeper("replay", PARTITIONS), log, said)
    again = random.Random(1).sample(range(len(said.contributions)), 20)
    for place in sorted(again):  # a worker that takes over says again what it may have said
        said.contributions.append(replace(said.contributions[place], offset=len(said.contributions)))
    told(AreaKeeper("replay", PARTITIONS), said.contributions, said)
    said.headlines.append(said.headlines[-1])
    due = demands(CouncilKeeper("replay", PARTITIONS), log)
    return said, due | demands(AreaKeeper("replay", PARTITIONS), said.contributions)


def last(records: list[Record], kind: str) -> int:
    """The place of the last record of a council or of an area."""
    of_council = (kind == "council",)
    return max(n for n, r in enumerate(records) if ((r.key or b"").startswith(b"local."),) == of_council)


def changed(records: list[Record], place: int) -> None:
    records[place] = replace(records[place], value=(records[place].value or b"").replace(b'"n":', b'"n":1'))


def test_what_is_said_as_the_log_demands_is_clean(night: tuple[Said, Demands]) -> None:
    said, due = night
    found = compared(said, due)

    assert found.clean, found
    assert found.copies == 21
    assert {key.split(".")[0] for key in due.rows} > {"local"}


@pytest.mark.parametrize("kind", ["council", "area"])
@pytest.mark.parametrize(
    ("damage", "counted"),
    [
        ("a headline is said by nobody", "lost"),
        ("a headline says something else", "wrong"),
        ("a headline comes again with other bytes", "conflicting"),
        ("a headline comes before an earlier one", "disordered"),
        ("the last row is acknowledged and never written", "rows_wrong"),
        ("the last picture stays behind its row", "standings_wrong"),
    ],
)
def test_damage_is_counted(night: tuple[Said, Demands], kind: str, damage: str, counted: str) -> None:
    said, due = deepcopy(night[0]), night[1]
    del said.headlines[-1]  # the copy
    place = last(said.headlines, kind)
    if damage == "a headline is said by nobody":
        del said.headlines[place]
    elif damage == "a headline says something else":
        changed(said.headlines, place)
    elif damage == "a headline comes again with other bytes":
        said.headlines.append(said.headlines[place])
        changed(said.headlines, -1)
    elif damage == "a headline comes before an earlier one":
        key = said.headlines[place].key
        first = next(n for n, r in enumerate(said.headlines) if r.key == key)
        said.headlines.insert(first, said.headlines.pop(place))
    elif damage == "the last row is acknowledged and never written":
        del said.changelog[last(said.changelog, kind)]
    else:
        del said.pictures[last(said.pictures, kind)]

    assert getattr(compared(said, due), counted)


def test_a_contribution_that_is_lost_is_counted(night: tuple[Said, Demands]) -> None:
    said, due = deepcopy(night[0]), night[1]
    lost = dict(said.contributions[0].headers)["ce_id"]
    said.contributions[:] = [r for r in said.contributions if dict(r.headers)["ce_id"] != lost]

    assert compared(said, due).lost == [lost.decode()]


def test_a_refusal_that_is_lost_or_made_up_is_counted(night: tuple[Said, Demands]) -> None:
    said, due = deepcopy(night[0]), night[1]
    gone = said.rejections.pop()
    said.rejections.append(replace(gone, value=b"{}"))
    found = compared(said, due)

    assert (len(found.refusals_lost), len(found.refusals_wrong)) == (1, 1)
