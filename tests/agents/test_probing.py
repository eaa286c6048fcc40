"""Does a probe go the way of a declaration, and does nothing of it reach a reader?"""

from datetime import UTC, datetime

import orjson
import pytest

from schemas import topics
from schemas.cloudevents import event_headers
from schemas.probe import Probe, ProbeAnswer, is_probe, probe_headers
from schemas.reading import Unreadable, read
from streams.agents.area import AreaKeeper
from streams.agents.council import CouncilKeeper
from streams.agents.probing import ProbingKeeper
from streams.delivery.drafts import Judge
from streams.delivery.keeper import Addressed, Output, Record
from streams.delivery.partition import partition_of
from streams.delivery.rows import Shelf
from tests.commands.evening import HORSHAM, a_map

PROBE = Probe(id="probe-1", mode="replay", sent_at=datetime(2023, 5, 5, 1, 0, tzinfo=UTC))


def keeper(partitions: int = 1) -> ProbingKeeper[object, object]:
    return ProbingKeeper(CouncilKeeper("replay", partitions), "replay", "council", partitions)  # type: ignore[arg-type]


def areas(partitions: int = 1) -> ProbingKeeper[object, object]:
    return ProbingKeeper(AreaKeeper("replay", partitions), "replay", "area", partitions)  # type: ignore[arg-type]


def record(
    value: bytes, headers: tuple[tuple[str, bytes], ...], key: bytes = b"probe.0", offset: int = 0
) -> Record:
    return Record("results.replay.declarations.v1", 0, offset, key, value, headers, 1000)


def of(probe: Probe, offset: int = 0) -> Record:
    return record(probe.model_dump_json().encode(), probe_headers(probe), offset=offset)


def test_a_probe_is_kept_in_its_row_and_answered_from_there() -> None:
    judge = Judge(keeper(), Shelf(keeper()), "first")

    (draft,) = judge.judge([of(PROBE), of(PROBE.model_copy(update={"id": "probe-2"}), offset=1)])

    assert draft.refusals == []
    assert list(draft.changes) == ["probe.0"]
    assert draft.changes["probe.0"].version == 2
    answers = [
        ProbeAnswer.model_validate_json(output.value)
        for output in draft.changes["probe.0"].outputs
        if output.topic == topics.probes("replay")
    ]
    assert [(answer.id, answer.partition, answer.agent, answer.test) for answer in answers] == [
        ("probe-1", 0, "council", True),
        ("probe-2", 0, "council", True),
    ]


@pytest.mark.parametrize("partition", range(4))
def test_a_probe_goes_on_to_the_area_worker_of_the_same_partition_and_ends_there(partition: int) -> None:
    there = Record("d", partition, 7, b"k", PROBE.model_dump_json().encode(), probe_headers(PROBE), 1000)
    answer, onward = keeper(4).judge(f"probe.{partition}", None, PROBE, there).outputs
    assert (answer.topic, onward.topic) == (topics.probes("replay"), topics.contributions("replay"))
    assert onward.key is not None
    assert partition_of(onward.key.decode(), 4) == partition

    arrived = Record(onward.topic, partition, 3, onward.key, onward.value, onward.headers, 1000)
    found = areas(4).read(arrived)
    assert found == Addressed(f"probe.{partition}", PROBE)
    judged = areas(4).judge(f"probe.{partition}", None, PROBE, arrived)

    (last,) = judged.outputs
    assert last.topic == topics.probes("replay")
    assert ProbeAnswer.model_validate_json(last.value).agent == "area"
    assert areas(4).follow(f"probe.{partition}", PROBE, 1) == ()


def test_nothing_said_of_a_probe_is_on_a_topic_of_readers() -> None:
    said = [
        output
        for probing in (keeper(), areas())
        for output in (
            *probing.judge("probe.0", None, PROBE, of(PROBE)).outputs,
            *probing.follow("probe.0", PROBE, 1),
        )
    ]

    assert {output.topic for output in said} == {topics.probes("replay"), topics.contributions("replay")}
    assert all(is_probe(output.headers) for output in said if output.topic == topics.contributions("replay"))


@pytest.mark.parametrize("probing", [keeper(), areas()], ids=["council", "area"])
def test_the_row_of_a_probe_is_loaded_as_it_was_dumped(probing: ProbingKeeper[object, object]) -> None:
    assert probing.load("probe.3", probing.dump(PROBE), lambda name: b"") == PROBE


def test_the_same_probe_is_always_answered_by_the_same_bytes() -> None:
    first, second = (keeper().judge("probe.0", state, PROBE, of(PROBE)) for state in (None, PROBE))

    assert first.outputs == second.outputs


@pytest.mark.parametrize(
    "probe",
    [
        record(b"not a probe", probe_headers(PROBE)),
        record(PROBE.model_dump_json().encode(), ()),
        of(PROBE.model_copy(update={"mode": "live"})),
    ],
    ids=["unreadable", "without its header", "of another mode"],
)
def test_what_only_looks_like_a_probe_is_rejected_like_anything_else(probe: Record) -> None:
    refused = keeper().read(probe)

    assert isinstance(refused, Output)
    assert refused.topic == topics.rejections("replay")


def test_a_probe_is_no_input_event() -> None:
    with pytest.raises(Unreadable):
        read(PROBE.model_dump_json().encode())


def test_an_input_event_goes_to_the_council_as_before() -> None:
    value = orjson.dumps(a_map())
    opening = record(value, event_headers(read(value)), HORSHAM.encode())
    plain = CouncilKeeper("replay", 1)

    read_by_both = keeper().read(opening)

    assert read_by_both == plain.read(opening)
    assert not isinstance(read_by_both, Output)
    both = [each.judge(HORSHAM, None, read_by_both.event, opening) for each in (keeper(), plain)]  # type: ignore[attr-defined]
    assert both[0].outputs == both[1].outputs
    assert [keeper().dump(judged.state) for judged in both] == [plain.dump(both[1].state)] * 2
