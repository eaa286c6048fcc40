"""Our headers against the published CloudEvents package: it reads them as what they mean, and writes the same names."""

import re
from datetime import UTC, datetime

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent

from schemas.area import AreaHeld
from schemas.cloudevents import Headers, area_headers, event_headers
from schemas.event import Moment
from schemas.reading import InputEvent, read
from streams.agents.council import CouncilKeeper
from streams.delivery.keeper import Addressed, Output, Record
from tests.schemas.good import DECLARED, GOOD, MAP, Json, raw, spoilt

#: RFC 3986, as far as a reference may look like: no space, no quote, nothing beyond ASCII.
_URI_REFERENCE = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")


def _heard(headers: Headers, value: bytes, key: bytes | None = None) -> CloudEvent:
    event = from_kafka_event(KafkaMessage(headers=dict(headers), key=key, value=value))
    assert isinstance(event, CloudEvent)
    return event


def _outputs() -> list[Output]:
    """A headline, a standing and a rejection of each status, as the council agent says them."""
    keeper = CouncilKeeper("rehearsal", partitions=1)
    stranger = spoilt(DECLARED, "results", 0, "candidate", "z")
    council, said = None, []
    for offset, value in enumerate(
        [MAP, spoilt(stranger, "id", "north-9"), DECLARED, DECLARED | {"id": "x y"}]
    ):
        record = Record("in", 0, offset, MAP["council"].encode(), raw(value), (), 1_683_249_180_123)
        found = keeper.read(record)
        if isinstance(found, Addressed):
            judged = keeper.judge(found.key, council, found.event, record)
            council = judged.state or council
            said += [*judged.outputs, *judged.refusals]
        else:
            said.append(found)
    assert council is not None
    return [*said, *keeper.follow(MAP["council"], council, 3)]


@pytest.mark.parametrize("kind", GOOD)
def test_an_input_event_is_heard_as_a_cloud_event(kind: str) -> None:
    event = read(raw(GOOD[kind]))
    value = event.model_dump_json().encode()

    heard = _heard(event_headers(event), value, event.council.encode())

    assert heard.get_id() == event.id
    assert heard.get_type() == f"uk.results.{kind}.v1"
    assert heard.get_source() == "/producers/test-desk"
    assert heard.get_subject() == GOOD[kind].get("ward", event.council)
    assert heard.get_time() == event.declared_at.at
    assert heard.get_specversion() == "1.0"
    assert heard.get_datacontenttype() == "application/json"
    assert str(heard.get_dataschema()).endswith(f"/{kind}.json")
    assert _read_back(heard.get_data()) == event


def _read_back(data: object) -> InputEvent:
    assert isinstance(data, dict)
    return read(raw(data))


def test_what_the_desk_says_of_an_area_is_heard_as_a_cloud_event() -> None:
    held = AreaHeld(
        schema_version=1, type="AreaHeld", id="sussex:hold-1", mode="rehearsal", election="local.2023-05-04",
        area="sussex", declared_at=Moment(at=datetime(2023, 5, 5, 17, tzinfo=UTC), basis="reported"),
        producer="Desk", by="Duty editor", reason="told twice", scope="area",
    )  # fmt: skip

    heard = _heard(area_headers(held), held.model_dump_json().encode(), held.key.encode())

    assert (heard.get_id(), heard.get_source()) == ("sussex:hold-1", "/producers/desk")
    assert (heard.get_type(), heard.get_subject()) == ("uk.results.AreaHeld.v1", "sussex@local.2023-05-04")


@pytest.mark.parametrize("kind", GOOD)
def test_the_published_package_writes_the_same_headers(kind: str) -> None:
    event = read(raw(GOOD[kind]))
    ours = dict(event_headers(event))
    value = event.model_dump_json().encode()

    theirs = to_binary_event(_heard(event_headers(event), value)).headers

    assert dict(theirs) == ours


def test_every_output_is_heard_as_a_cloud_event() -> None:
    outputs = _outputs()

    for output in outputs:
        heard = _heard(output.headers, output.value, output.key)
        said = heard.get_data()
        assert isinstance(said, dict)
        area = f":{said['area']['id']}" if isinstance(said.get("area"), dict) else ""
        assert heard.get_id() == said.get("id", f"{said['council']}:{said.get('version')}{area}")
        assert heard.get_source() == "/feeds/rehearsal/council"
        assert heard.get_subject() == (said["council"] or "unknown")
        assert heard.get_time() is not None

    kinds = {_heard(o.headers, o.value).get_type().split(".")[2] for o in outputs}
    assert kinds == {"Headline", "Rejection", "Standing", "Contribution"}
    assert len(
        {(_heard(o.headers, o.value).get_source(), _heard(o.headers, o.value).get_id()) for o in outputs}
    ) == (len(outputs))


@pytest.mark.parametrize("producer", ['The "Post", Wŷe & Usk', "Desk (night) 50:50", "A; B/C+D!"])
def test_a_source_is_a_uri_reference_whatever_the_producer_is_called(producer: str) -> None:
    named: Json = spoilt(DECLARED, "producer", producer)

    heard = _heard(event_headers(read(raw(named))), raw(named))

    assert _URI_REFERENCE.fullmatch(heard.get_source())
    assert heard.get_source().count("/") == 2
