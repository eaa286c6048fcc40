"""The reader against anything: it refuses or accepts, never fails, and what it accepts it writes and reads alike."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.reading import InputEvent, Unreadable, read, reread
from tests.schemas.good import GOOD, Json, raw

_WILD: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=40),
    st.sampled_from(
        [
            "2023-05-04",
            "9999-12-31",
            "2023-05-04T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "NOC",
            "RED",
            "REDCO",
            "local.trumptonshire.2023-05-04",
            "local.trumptonshire.north.2023-05-04",
            "-0",
            "=1+1",
            "\ud800",
            "\x1b",
        ]
    ),
    st.lists(st.integers(), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def _tried(value: bytes) -> InputEvent | None:
    """The event, or None when it was refused as it must be: nothing else may come of any bytes."""
    try:
        return read(value)
    except Unreadable as why:
        told = why
    assert told.reason
    assert told.sentence.isprintable()
    assert told.field.isprintable()
    return None


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every object or list within a value, with each of its keys."""
    keys = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    return [(value, key) for key in keys] + [place for key in keys for place in _places(value[key])]


@st.composite
def _mutated(draw: st.DrawFn) -> bytes:
    """A good event with up to three places changed, taken out, doubled or filled from elsewhere."""
    event: Json = json.loads(raw(GOOD[draw(st.sampled_from(sorted(GOOD)))]))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(_places(event)))
        match draw(st.sampled_from(["put", "drop", "add", "swap"])):
            case "put":
                holder[key] = draw(_WILD)
            case "drop":
                del holder[key]
            case "add" if isinstance(holder, dict):
                holder[draw(st.text(max_size=8))] = draw(_WILD)
            case "add":
                holder.append(holder[key])
            case _:
                other, at = draw(st.sampled_from(_places(event)))
                holder[key] = json.loads(json.dumps(other[at]))
        if not _places(event):
            break
    return json.dumps(event).encode()


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_read_or_refused(value: bytes) -> None:
    _tried(value)


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 2_000), st.integers(0, 8), st.binary(max_size=8))
def test_a_good_event_with_bytes_replaced_is_read_or_refused(
    kind: str, at: int, cut: int, put: bytes
) -> None:
    value = raw(GOOD[kind])
    place = at % len(value)

    _tried(value[:place] + put + value[place + cut :])


@given(_mutated())
@settings(max_examples=300)
def test_a_mutated_event_is_refused_or_reads_back_equal(value: bytes) -> None:
    event = _tried(value)
    if event is None:
        return
    written = event.model_dump_json().encode()

    assert read(written) == event
    assert reread(written) == event
    assert read(written).model_dump_json().encode() == written


@given(st.dictionaries(st.text(max_size=12), _WILD, max_size=6))
def test_any_object_is_refused_when_it_is_not_an_event(value: Json) -> None:
    assert _tried(json.dumps(value).encode()) is None


def test_every_good_event_reads_back_equal() -> None:
    for event in GOOD.values():
        accepted = read(raw(event))

        assert read(accepted.model_dump_json().encode()) == accepted
        assert read(accepted.model_dump_json(exclude_defaults=True).encode()) == accepted
