"""The table of verdicts, row by row and edge by edge."""

import pytest

from streams.ops.lag import Sample
from streams.ops.verdict import VERDICTS, WINDOW, Verdict, judge, worst

POLL = 5.0
NOW = 1000.0


def window(*looks: tuple[int | None, int], age: float | None = 60.0, heard: bool = True) -> list[Sample]:
    """Looks as (committed, end), the last of them now; each shows its oldest unread record ``age`` seconds old."""
    found = []
    for number, (committed, end) in enumerate(looks):
        at = NOW - POLL * (len(looks) - 1 - number)
        found.append(Sample(at, committed, 0, end, None if age is None else at - age, heard))
    return found


def judged(looks: list[Sample], *, members: int | None = 1, now: float = NOW) -> Verdict:
    return judge(looks, now=now, poll_seconds=POLL, members=members)


STILL = ((10, 100),) * WINDOW
MOVING = tuple((10 + n, 100 + n) for n in range(WINDOW))

CASES: dict[str, tuple[list[Sample], int | None, Verdict]] = {
    # 1 unknown
    "nothing seen yet": ([], 1, "unknown"),
    "two looks are not enough": (window((10, 10), (10, 10)), 1, "unknown"),
    "three looks are": (window(*[(10, 10)] * 3), 1, "ok"),
    # 2 ok: below the floor
    "all is read": (window(*[(10, 10)] * 3), 1, "ok"),
    "never committed and nothing to read": (window(*[(None, 0)] * 3), 1, "ok"),
    "lag and age exactly at the floor": (window(*[(10, 15)] * 10, age=5.0, heard=False), 1, "ok"),
    "one record above the floor": (window(*[(10, 16)] * 10, age=5.0, heard=False), 1, "stopped"),
    "a little older than the floor": (window(*[(10, 15)] * 10, age=5.1, heard=False), 1, "stopped"),
    "few records, but of unknown age": (window(*[(10, 15)] * 10, age=None, heard=False), 1, "stopped"),
    "all is read, and nobody is there": (window(*[(10, 10)] * 3), 0, "ok"),
    # 3 empty
    "lag and no members": (window(*STILL), 0, "empty"),
    "lag and no members, while the last commits still show": (window(*MOVING), 0, "empty"),
    "members unknown is not no members": (window(*MOVING), None, "warn"),
    # 4 stopped
    "no commit in the window": (window(*STILL, heard=False), None, "stopped"),
    "no commit, never one before": (window(*[(None, 100)] * 10, heard=False), None, "stopped"),
    "no commit, but all was read inside the window": (
        window(*[(100, 100)] * 5, *[(100, 140)] * 5, heard=False), None, "ok",
    ),
    "the same with the end moving on": (window(*[(10, 100 + n) for n in range(10)], heard=False), None, "stopped"),
    # 5 rewound
    "an offset went back": (window(*[(90, 100)] * 9, (10, 100)), 1, "rewound"),
    "it went back and is not regained": (window((90, 100), (10, 100), (50, 100)), 1, "rewound"),
    "it went back and is regained": (window((60, 100), (10, 100), (40, 100), (61, 100)), 1, "ok"),
    "it went back, small lag all the same": (window((9, 10), (9, 10), (8, 10), age=2.0), 1, "ok"),
    # 6 ok: the floor was reached inside the window
    "the floor was reached once": (window((10, 100), (100, 103), (100, 200), age=1.0), 1, "ok"),
    "the floor was left exactly a window ago": (window((100, 103), *[(100, 200)] * 9, age=1.0), 1, "ok"),
    "the floor was not reached in the window": (window(*[(100, 200)] * 10, age=1.0), 1, "stalled"),
    # 7 stalled
    "alive, and the offset does not move": (window(*STILL), 1, "stalled"),
    "alive, and the end moves on": (window(*[(10, 100 + n) for n in range(10)]), 1, "stalled"),
    # 8 warn
    "offsets move, lag never falls": (window(*MOVING), 1, "warn"),
    "offsets move, lag rises": (window(*[(10 + n, 100 + 3 * n) for n in range(10)]), 1, "warn"),
    "lag fell in one step": (window((10, 100), (20, 120), (40, 130), (45, 190)), 1, "ok"),
    "offsets move, lag rises below the floor": (window((10, 11), (12, 14), (14, 18), age=1.0), 1, "ok"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_verdict(case: str) -> None:
    looks, members, expected = CASES[case]

    assert judged(looks, members=members) == expected


@pytest.mark.parametrize(("late", "expected"), [(3 * POLL, "ok"), (3 * POLL + 0.1, "unknown")])
def test_an_old_look_is_no_verdict(late: float, expected: Verdict) -> None:
    assert judged(window(*[(10, 10)] * 10), now=NOW + late) == expected


def test_every_verdict_has_a_case() -> None:
    assert {expected for _, _, expected in CASES.values()} == set(VERDICTS)


@pytest.mark.parametrize(
    ("partitions", "group"),
    [
        (["ok", "ok"], "ok"),
        (["ok", "unknown"], "unknown"),
        (["unknown", "warn", "ok"], "warn"),
        (["warn", "empty"], "empty"),
        (["empty", "rewound", "stalled", "stopped"], "stopped"),
        ([], "unknown"),
    ],
)
def test_a_group_is_as_well_as_its_worst_partition(partitions: list[Verdict], group: Verdict) -> None:
    assert worst(partitions) == group
