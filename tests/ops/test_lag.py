"""Is lag right where tools of its kind go wrong: below zero, not a number, after a loss, when nothing is known?"""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.ops.lag import Retention, Sample, catch_up_seconds, retention_used, trend

OFFSETS = st.integers(0, 10**12)
MOMENTS = st.floats(0, 2e9, allow_nan=False)


def seen(
    committed: int | None, end: int, *, at: float = 1000.0, start: int = 0, oldest: float | None = None
) -> Sample:
    return Sample(at, committed, start, end, oldest)


@pytest.mark.parametrize(
    ("sample", "lag", "seconds"),
    [
        (seen(10, 10), 0, 0.0),
        (seen(7, 10, oldest=990.0), 3, 10.0),
        (seen(None, 10, oldest=400.0), 10, 600.0),  # never committed: all of the log is unread
        (seen(None, 0), 0, 0.0),  # never committed, nothing to read
        (seen(10, 7), 0, 0.0),  # the end was seen late
        (seen(3, 10, start=6, oldest=999.0), 4, 1.0),  # 3 to 5 are gone: no lag is made up of them
        (seen(7, 10), 3, None),  # the record could not be read: blank, not zero and not huge
        (seen(7, 10, oldest=1001.0), 3, 0.0),  # the producer's clock is ahead
    ],
)
def test_lag_in_records_and_in_time(sample: Sample, lag: int, seconds: float | None) -> None:
    assert (sample.lag, sample.lag_seconds) == (lag, seconds)


@given(st.none() | OFFSETS, OFFSETS, OFFSETS, st.none() | MOMENTS, MOMENTS)
def test_lag_is_never_negative_and_never_nan(
    committed: int | None, start: int, end: int, oldest: float | None, at: float
) -> None:
    sample = Sample(at, committed, start, end, oldest)
    age = sample.lag_seconds
    used = retention_used(sample, Retention(3600.0, 10**9))

    assert sample.lag >= 0
    assert age is None or (age >= 0 and math.isfinite(age))
    assert 0 <= used <= 1


def test_an_unread_record_ages_between_two_looks() -> None:
    assert seen(7, 10, at=1000.0, oldest=990.0).age(1004.0) == 14.0
    assert seen(10, 10, at=1000.0).age(1004.0) == 0.0


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ((1.0, 5.0, 9.0), "rising"),
        ((9.0, 5.0, 1.0), "falling"),
        ((5.0, 5.2, 5.9), "steady"),
        ((5.0,), "steady"),
    ],
)
def test_the_trend_is_that_of_time_lag(ages: tuple[float, ...], expected: str) -> None:
    window = [seen(1, 2, at=1000.0 + n, oldest=1000.0 + n - age) for n, age in enumerate(ages)]

    assert trend(window) == expected


def test_time_to_catch_up_is_lag_by_net_rate() -> None:
    window = [seen(0, 100, at=0.0), seen(50, 130, at=10.0)]  # 100 unread, then 80: two a second net

    assert catch_up_seconds(window) == 40.0


@pytest.mark.parametrize("after", [(50, 150), (0, 100), (100, 100)])
def test_time_to_catch_up_is_blank_unless_lag_shrinks(after: tuple[int, int]) -> None:
    assert catch_up_seconds([seen(0, 100, at=0.0), seen(*after, at=10.0)]) is None
    assert catch_up_seconds([seen(0, 100, at=0.0)]) is None


@pytest.mark.parametrize(
    ("sample", "kept", "used"),
    [
        (seen(7, 10, oldest=100.0), Retention(), 0.0),  # kept for ever
        (seen(7, 10, oldest=100.0), Retention(seconds=1800.0), 0.5),
        (seen(10, 10), Retention(seconds=1800.0), 0.0),
        (seen(4, 10, start=0, oldest=1000.0), Retention(size=10**9), 0.6),
        (seen(3, 10, start=6, oldest=999.0), Retention(seconds=1e9), 1.0),  # loss has begun
        (seen(None, 10, start=6, oldest=999.0), Retention(), 0.0),  # it begins with what there is
    ],
)
def test_retention_used(sample: Sample, kept: Retention, used: float) -> None:
    assert retention_used(sample, kept) == pytest.approx(used)
