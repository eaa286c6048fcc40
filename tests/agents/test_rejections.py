"""What cannot be accepted: refused once, with its place, its reason, a sentence and its own bytes."""

import hashlib
from typing import Any

import pytest

from schemas.rejection import BEGINNING_BYTES, ORIGINAL_BYTES
from streams.agents.council import CouncilKeeper
from streams.delivery.keeper import Addressed, Output
from streams.delivery.partition import partition_of
from tests.agents.records import TOPIC, TRACE, Table, a_record, headlines, opened, original, rejections
from tests.schemas.good import COUNCIL, DECLARED, GOOD, MAP, NORTH, Json, raw, spoilt

FORM: dict[str, tuple[Any, str]] = {
    "no value": (None, "json"),
    "broken JSON": (raw(DECLARED)[:-1], "json"),
    "not an object": (b"[]", "not-object"),
    "too deep": (b"[" * 100_000, "depth"),
    "a key twice": (raw(DECLARED)[:-1] + b',"id":"x"}', "dup-key"),
    "a number beyond any count": (raw(DECLARED).replace(b"900", b"1" + b"0" * 30), "range"),
    "too large": (raw(DECLARED) + b" " * 65_536, "size"),
    "another schema": (spoilt(DECLARED, "schema_version", 2), "schema"),
    "a wrong type": (spoilt(DECLARED, "revision", "1"), "field"),
    "no id": (spoilt(DECLARED, "ward", "north"), "id-format"),
    "no name": (spoilt(DECLARED, "producer", "<b>desk</b>"), "name"),
    "no time": (spoilt(DECLARED, "declared_at", "at", "now"), "time"),
    "before polls close (I-02)": (spoilt(DECLARED, "declared_at", "at", "2023-05-04T20:59:59Z"), "time"),
    "another mode (I-01)": (spoilt(DECLARED, "mode", "live"), "mode"),
    "another election (I-03)": (spoilt(DECLARED, "election", "local.2019-05-02"), "election"),
    "another kind of election": (spoilt(DECLARED, "election", "parl.2023-05-04"), "election"),
    "a ward of another council": (
        spoilt(DECLARED, "ward", "local.chigley.north.2023-05-04"),
        "ward-not-in-council",
    ),
    "more votes than ballot papers": (spoilt(DECLARED, "ballots", 100), "votes-sum"),
    "the wrong ones elected": (spoilt(DECLARED, "results", 1, "votes", 1), "votes-order"),
    "a lot that was none": (spoilt(DECLARED, "lot", {"winner": "a", "loser": "d"}), "lot"),
    "a rumour (I-28)": (spoilt(DECLARED, "source", "tier", 3), "tier"),
    "a correction without a reason": (spoilt(DECLARED, "revision", 2), "reason"),
    "seats that do not add up": (spoilt(MAP, "seats", 8), "seats-sum"),
    "a party that nobody lists": (spoilt(MAP, "held", {"GREY": 1}), "party"),
    "a candidate twice": (spoilt(MAP, "wards", 0, "candidates", 1, "id", "a"), "candidate"),
    "a contest that is none": (spoilt(MAP, "wards", 1, "state", "contested"), "nominations"),
    "a ward twice": (spoilt(MAP, "wards", 1, "id", NORTH), "ward"),
    "a baseline twice": (spoilt(MAP, "baselines", MAP["baselines"] * 2), "baseline"),
    "a hold on nothing": (spoilt(GOOD["Held"], "ward", None), "hold"),
}


def _refused(value: Any, **place: Any) -> Output:
    found = CouncilKeeper("rehearsal", 1).read(a_record(value, **place))
    assert isinstance(found, Output)
    return found


@pytest.mark.parametrize("what", FORM)
def test_each_form_that_is_wrong_is_rejected_with_place_reason_and_bytes(what: str) -> None:
    value, reason = FORM[what]
    record = a_record(value)
    sent = record.value or b""

    output = _refused(value)
    (said,) = rejections((output,))

    assert (said.status, said.reason) == ("rejected", reason)
    assert (said.topic, said.partition, said.offset) == (TOPIC, 0, 7)
    assert len(said.sentence) > 10
    assert said.sentence.isprintable()
    assert (original(said), said.cut) == (sent, False)
    assert (said.size, said.sha256) == (len(sent), hashlib.sha256(sent).hexdigest())
    assert {("dlq_topic", TOPIC.encode()), ("dlq_partition", b"0"), ("dlq_offset", b"7")} <= set(
        output.headers
    )


def test_a_rejection_knows_its_council_and_event_when_the_event_could_be_read() -> None:
    read, unread = _refused(FORM["another mode (I-01)"][0]), _refused(b"{}")

    (known,), (unknown,) = rejections((read,)), rejections((unread,))
    assert (known.council, known.event, read.key) == (COUNCIL, "north-1", COUNCIL.encode())
    assert (unknown.council, unknown.event, unread.key) == (None, None, None)


@pytest.mark.parametrize(
    ("size", "cut"), [(ORIGINAL_BYTES, False), (ORIGINAL_BYTES + 1, True), (5 * 1024 * 1024, True)]
)
def test_above_256_kb_a_rejection_carries_the_beginning_and_the_hash(size: int, cut: bool) -> None:
    sent = (bytes(range(256)) * (size // 256 + 1))[:size]

    (said,) = rejections((_refused(sent),))

    assert (said.size, said.sha256, said.cut) == (size, hashlib.sha256(sent).hexdigest(), cut)
    assert original(said) == (sent[:BEGINNING_BYTES] if cut else sent)


@pytest.mark.parametrize(
    "key", [None, b"", b"local.chigley.2023-05-04", b"\xff\xfe", COUNCIL.encode() + b" "]
)
def test_a_record_under_another_key_is_rejected(key: bytes | None) -> None:
    (said,) = rejections((_refused(DECLARED, key=key),))

    assert (said.reason, said.council) == ("key", COUNCIL)
    assert COUNCIL in said.sentence


def test_a_record_on_another_partition_is_rejected_and_told_where_it_belongs() -> None:
    keeper, due = CouncilKeeper("rehearsal", 8), partition_of(COUNCIL, 8)

    for partition in range(8):
        found = keeper.read(a_record(DECLARED, partition=partition))
        if partition == due:
            assert isinstance(found, Addressed)
        else:
            assert isinstance(found, Output)
            (said,) = rejections((found,))
            assert said.reason == "key"
            assert f"partition {due} of 8, not {partition}" in said.sentence


@pytest.mark.parametrize("mode", ["live", "rehearsal", "replay"])
@pytest.mark.parametrize("sent", ["live", "rehearsal", "replay"])
@pytest.mark.parametrize("kind", GOOD)
def test_no_event_of_one_mode_reaches_another(kind: str, sent: Any, mode: Any) -> None:
    """I-01 to I-06: the mode is in the event, and what is said of it goes to topics of the worker's own mode."""
    found = CouncilKeeper(mode, 1).read(a_record(spoilt(GOOD[kind], "mode", sent)))

    if sent == mode:
        assert isinstance(found, Addressed)
    else:
        assert isinstance(found, Output)
        assert found.topic == f"results.{mode}.rejections.v1"
        assert b'"reason":"mode"' in found.value


@pytest.mark.parametrize(
    ("stamp", "told"),
    [
        (None, "1970-01-01T00:00:00.000Z"),
        (-1, "1970-01-01T00:00:00.000Z"),
        (1_683_249_180_123, "2023-05-05T01:13:00.123Z"),
        (2**63 - 1, "9999-12-31T00:00:00.000Z"),
    ],
)
def test_a_stamp_beyond_the_calendar_ends_nobody(stamp: int | None, told: str) -> None:
    assert dict(_refused(b"{}", timestamp_ms=stamp).headers)["ce_time"] == told.encode()


def test_a_council_that_was_not_opened_is_unknown() -> None:
    judged = Table().hear(a_record(DECLARED))

    (said,) = rejections(judged.refusals)
    assert (judged.state, judged.outputs, said.reason) == (None, (), "unknown-council")
    assert original(said) == raw(DECLARED)
    assert "send its map first" in said.sentence


def test_a_duplicate_changes_nothing_and_says_nothing() -> None:
    table = opened(MAP, DECLARED)

    for event in (DECLARED, MAP):
        judged = table.hear(a_record(event, 9))

        assert (judged.state, judged.outputs, judged.refusals, dict(judged.attachments)) == (None, (), (), {})


@pytest.mark.parametrize(
    "other",
    [
        spoilt(DECLARED, "ballots", 1_501),
        spoilt(DECLARED, "id", "north-1-again"),
        spoilt(MAP, "id", "map-1-again"),
        spoilt(MAP, "name", "Chigley"),
        spoilt(GOOD["Review"], "id", "north-1"),
    ],
    ids=["content", "revision", "version", "map", "id of another kind"],
)
def test_of_two_contents_the_first_stands(other: Json) -> None:
    table = opened(MAP, DECLARED)
    before = table.row

    judged = table.hear(a_record(other, 9))

    (said,) = rejections(judged.refusals)
    assert (judged.state, said.reason, said.offset, original(said)) == (None, "conflict", 9, raw(other))
    assert table.row == before


def test_a_late_lower_revision_is_taken_without_a_word() -> None:
    again = spoilt(DECLARED, "revision", 3) | {"id": "north-3", "reason": "transcription"}
    table = opened(MAP, again)

    judged = table.hear(a_record(DECLARED, 9))

    assert (judged.outputs, judged.refusals) == ((), ())


def test_what_does_not_fit_the_map_is_parked_with_its_own_bytes_and_fitted_by_a_later_map() -> None:
    stranger = spoilt(DECLARED, "results", 3, "candidate", "z")
    sent = raw(stranger) + b"\n"
    amended = spoilt(MAP, "wards", 0, "candidates", 3, "id", "z") | {
        "id": "map-2",
        "version": 2,
        "reason": "nomination_amended",
    }
    table = opened(MAP)

    parked = table.hear(a_record(sent, 1))
    fitted = table.hear(a_record(amended, 2))

    (waits,), (counts,) = rejections(parked.outputs), rejections(fitted.outputs)
    assert (waits.status, waits.reason, waits.event, waits.offset) == ("parked", "candidate", "north-1", 1)
    assert original(waits) == sent
    assert (counts.status, counts.event, counts.offset) == ("fitted", "north-1", 2)
    assert parked.state is not None
    assert headlines(parked.outputs) == []
    assert "WARD_" in headlines(fitted.outputs)[0].type


def test_a_map_can_park_what_counted() -> None:
    amended = spoilt(MAP, "wards", 0, "candidates", 3, "id", "z") | {
        "id": "map-2",
        "version": 2,
        "reason": "nomination_amended",
    }
    table = opened(MAP, DECLARED)

    judged = table.hear(a_record(amended, 2))

    (waits,) = rejections(judged.outputs)
    assert (waits.status, waits.event, waits.offset, waits.cut) == ("parked", "north-1", 2, False)
    assert b'"north-1"' in original(waits)
    assert {h.action for h in headlines(judged.outputs)} == {"withdrawn"}


def test_a_trace_is_passed_on_with_each_headline_and_nothing_else_of_the_record() -> None:
    judged = opened(MAP).hear(a_record(DECLARED))

    told = [output for output in judged.outputs if output.topic.endswith(".headlines.v1")]
    assert told
    for output in told:
        assert TRACE in output.headers
        assert "other" not in dict(output.headers)


def test_each_rejection_has_its_own_id() -> None:
    ids = {
        rejections((_refused(b"{}", topic=t, partition=p, offset=o),))[0].id
        for t in ("a", "b")
        for p in (0, 1)
        for o in (0, 1)
    }

    assert len(ids) == 8
