"""Does the ledger count what happened, once, whatever comes twice, late, or as nonsense?"""

from collections.abc import Iterable
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from schemas import topics
from schemas.action import RejectionAction
from schemas.probe import PROBE_TYPE
from schemas.rejection import Rejection
from streams.ops.ledger import Ledger, Stage
from tests.commands.evening import HORSHAM, a_declaration, a_headline, a_map, a_standing

DECLARATIONS = topics.declarations("replay")
DENNE = "local.horsham.denne.2023-05-04"
SHA = "a" * 64


class Told:
    """A ledger that is told of records as they would lie on their topics, and the ages that it observed."""

    def __init__(self, mode: str = "replay") -> None:
        self.ages: list[tuple[Stage, float]] = []
        self.delays: list[float] = []
        self.ledger = Ledger(
            mode,  # type: ignore[arg-type]
            observe=lambda stage, seconds: self.ages.append((stage, round(seconds, 3))),
            delay=lambda seconds: self.delays.append(round(seconds, 3)),
        )
        self.offset = 0

    def tell(self, topic: str, value: Any, at: float, headers: Iterable[tuple[str, bytes]] = ()) -> int:
        raw = value if isinstance(value, bytes) else orjson.dumps(value)
        self.ledger.take((topic, 0, self.offset), raw, headers, at)
        self.offset += 1
        return self.offset - 1

    def declare(self, at: float, **other: Any) -> int:
        return self.tell(DECLARATIONS, a_declaration(**other), at)

    def settled(self) -> dict[tuple[str, str], int]:
        self.ledger.settle(DECLARATIONS, {0: self.offset})
        return dict(self.ledger.declarations)


def a_rejection(offset: int, **other: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "id": f"{DECLARATIONS}-0-{offset}", "status": "rejected", "reason": "json", "field": "", "sentence": "no",
        "mode": "replay", "council": None, "event": None, "topic": DECLARATIONS, "partition": 0, "offset": offset,
        "size": 3, "sha256": SHA, "cut": False, "original": "eHh4",
    }  # fmt: skip
    return Rejection(**given | other).model_dump(mode="json")


def an_action(rejection: str) -> dict[str, Any]:
    return orjson.loads(
        RejectionAction(
            id="act-1", mode="replay", action="discarded", rejection=rejection, council=None, sha256=SHA,
            by="A Person", reason="not ours", at="2023-05-05T01:00:00Z",  # type: ignore[arg-type]
        ).model_dump_json()
    )  # fmt: skip


def test_each_event_counts_once_and_with_what_became_of_it() -> None:
    told = Told()
    told.declare(1.0)
    told.declare(2.0)  # the same id again
    told.declare(3.0, id="second", revision=3, reason="transcription")
    told.declare(4.0, id="older", revision=2, reason="transcription")
    bad = told.tell(DECLARATIONS, b"nonsense", 5.0)
    told.tell(topics.rejections("replay"), a_rejection(bad), 5.1)

    assert told.settled() == {
        ("tests", "accepted"): 2,
        ("tests", "duplicate"): 1,
        ("tests", "superseded"): 1,
        ("unreadable", "rejected"): 1,
    }


def test_nothing_counts_before_it_is_committed() -> None:
    told = Told()
    first = told.declare(1.0)
    told.declare(2.0, id="second", ward="forest")

    told.ledger.settle(DECLARATIONS, {0: first + 1})

    assert dict(told.ledger.declarations) == {("tests", "accepted"): 1}


def test_an_event_ages_from_its_arrival_in_a_replay() -> None:
    told = Told()
    told.declare(100.0)
    standing = a_standing().model_dump(mode="json") | {
        "wards": [{"ward": DENNE, "revision": 1, "status": "declared"}]
    }
    told.tell(topics.standings("replay"), standing, 100.25)
    headline = a_headline(causes=("denne-1",)).model_dump(mode="json")
    told.tell(topics.headlines("replay"), headline, 100.5)
    told.tell(topics.headlines("replay"), headline, 160.0)  # said again after a restart

    assert told.ages == [("received", 0.0), ("tallied", 0.25), ("published", 0.5)]
    assert told.delays == [0.5]
    assert dict(told.ledger.headlines) == {("CONTROL_GAIN", "announced"): 1}


def test_topics_may_be_read_in_any_order_beside_each_other() -> None:
    told = Told()
    standing = a_standing().model_dump(mode="json") | {"wards": [{"ward": DENNE, "revision": 1}]}
    told.tell(topics.headlines("replay"), a_headline(causes=("denne-1",)).model_dump(mode="json"), 100.5)
    told.tell(topics.standings("replay"), standing, 100.25)
    told.tell(topics.standings("replay"), standing | {"version": 2}, 107.0)

    told.declare(100.0)

    assert sorted(told.ages) == [("published", 0.5), ("received", 0.0), ("tallied", 0.25)]
    assert told.delays == [0.5]


def test_an_event_ages_from_its_declaration_in_a_live_night_and_may_be_late() -> None:
    told = Told("live")
    declared = 1683248400.0  # 2023-05-05T01:00:00Z
    for ward, after in (("denne", 30.0), ("forest", 901.0)):
        told.tell(topics.declarations("live"), a_declaration(ward, mode="live"), declared + after)

    told.ledger.settle(topics.declarations("live"), {0: told.offset})

    assert told.ages == [("received", 30.0), ("received", 901.0)]
    assert dict(told.ledger.declarations) == {("tests", "accepted"): 1, ("tests", "late"): 1}


def test_a_rejection_is_open_until_somebody_acts_on_it() -> None:
    told = Told()
    told.tell(topics.rejections("replay"), a_rejection(7), 1.0)
    told.tell(topics.rejections("replay"), a_rejection(7), 2.0)  # said again after a restart
    assert [found.rejection.offset for found in told.ledger.open] == [7]

    told.tell(topics.actions("replay"), an_action(f"{DECLARATIONS}-0-7"), 3.0)

    assert told.ledger.open == []
    assert dict(told.ledger.dead_letters) == {(DECLARATIONS, "json"): 1}


def test_an_action_that_is_read_before_its_rejection_counts_too() -> None:
    told = Told()
    told.tell(topics.actions("replay"), an_action(f"{DECLARATIONS}-0-7"), 1.0)
    told.tell(topics.rejections("replay"), a_rejection(7), 1.0)

    assert told.ledger.open == []


def test_what_waits_for_a_map_is_no_dead_letter() -> None:
    told = Told()
    parked = a_rejection(7, status="parked", event="denne-1", id="p1")
    told.tell(topics.rejections("replay"), parked, 1.0)
    assert list(told.ledger.parked) == ["denne-1"]
    assert told.ledger.open == []

    told.tell(topics.rejections("replay"), parked | {"status": "fitted", "id": "p2"}, 2.0)

    assert told.ledger.parked == {}


def test_a_council_is_overdue_by_the_clock_of_its_night() -> None:
    told = Told()
    wards = a_map()["wards"]
    wards[0]["expected_at"], wards[1]["expected_at"] = "2023-05-05T02:00:00Z", "2023-05-05T04:00:00Z"
    told.tell(DECLARATIONS, a_map(wards=wards), 1.0)
    out = [{"ward": ward["id"], "revision": None, "status": "out"} for ward in wards]
    told.tell(topics.standings("replay"), a_standing().model_dump(mode="json") | {"wards": out}, 1.0)
    council = told.ledger.councils[HORSHAM]
    assert council.overdue(told.ledger.clock) == []

    told.tell(DECLARATIONS, {"declared_at": {"at": "2023-05-05T03:00:00Z"}}, 2.0)

    assert (council.overdue(told.ledger.clock), council.style) == ([DENNE], "district")


def test_an_older_standing_changes_nothing() -> None:
    told = Told()
    for version, declared in ((2, 20), (1, 10)):
        standing = a_standing(version=version, wards=(declared, 22)).model_dump(mode="json")
        told.tell(topics.standings("replay"), standing, 1.0)

    assert told.ledger.councils[HORSHAM].declared == 20


def test_a_probe_is_no_source_and_no_declaration() -> None:
    told = Told()
    answered: list[tuple[str, str, float]] = []
    told.ledger.answered = lambda *told: answered.append(told)
    told.tell(DECLARATIONS, {"id": "p", "producer": "x"}, 1.0, headers=(("ce_type", PROBE_TYPE.encode()),))
    told.tell(topics.probes("replay"), {"id": "p", "agent": "area"}, 2.0)

    assert (told.ledger.sources, told.settled(), answered) == ({}, {}, [("p", "area", 2.0)])


def test_sources_beyond_the_limit_count_together() -> None:
    told = Told()
    for number in range(60):
        told.declare(1.0, id=f"e{number}", producer=f"Producer {number}")

    assert len(told.ledger.sources) == 51
    assert told.settled()["other", "accepted"] == 10


NOISE = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**40) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                "id type ward wards revision causes holds version council area declared_at at expected_at".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)
ANY_TOPIC = st.sampled_from(
    [of("replay") for of in (
        topics.declarations, topics.headlines, topics.standings, topics.boards, topics.rejections, topics.actions,
        topics.probes,
    )]
)  # fmt: skip


@given(st.lists(st.tuples(ANY_TOPIC, NOISE.map(orjson.dumps) | st.binary(max_size=30)), max_size=10))
def test_no_record_stops_the_ledger(records: list[tuple[str, bytes]]) -> None:
    told = Told()
    for topic, raw in records:
        told.tell(topic, raw, 1.0)

    told.settled()
