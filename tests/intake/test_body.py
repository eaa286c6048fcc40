"""The body parser against whatever bytes: events or a problem, and never anything else."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from streams.intake.body import cut
from streams.intake.checks import understand
from streams.intake.problem import Problem
from tests.intake.conftest import as_json, declaration
from tests.intake.poison import POISON

GOOD = as_json(declaration())
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))  # noqa: E501  # fmt: skip
SEEDS = [GOOD, *(p.value for p in POISON if p.value and len(p.value) < 5_000)]


def answer(body: bytes) -> list[Any] | Problem:
    try:
        return [understand(raw)[0] for raw in cut(body)[0]]
    except Problem as problem:
        return problem


@given(st.binary(max_size=400) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_get_an_answer(body: bytes) -> None:
    assert isinstance(answer(body), list | Problem)


@given(st.sampled_from(SEEDS), st.data())
def test_a_damaged_event_gets_an_answer(seed: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(seed)))
    until = data.draw(st.integers(at, min(len(seed), at + 40)))
    body = seed[:at] + data.draw(st.binary(max_size=12)) + seed[until:]

    assert isinstance(answer(body), list | Problem)


@given(
    st.lists(JSON.map(lambda value: json.dumps(value).encode()), min_size=1, max_size=8),
    st.text(" \n\t", max_size=3),
)
def test_an_array_is_cut_where_its_elements_end(elements: list[bytes], space: str) -> None:
    gap = space.encode()
    body = b"[" + gap + (gap + b"," + gap).join(elements) + gap + b"]" + gap

    found, many = cut(body)

    assert many
    assert [json.loads(one) for one in found] == [json.loads(one) for one in elements]
