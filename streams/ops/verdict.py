"""How a group is judged by what was seen of it: the rules in their order, values in, a verdict out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, get_args

from streams.ops.lag import Sample

Verdict = Literal["ok", "unknown", "warn", "empty", "rewound", "stalled", "stopped"]

#: From the best to the worst; a group is as well as its worst partition.
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

#: Looks that are kept, and those that it takes for a judgement.
WINDOW = 10
ENOUGH = 3
#: The newest look counts for so many polls; after that nothing is known.
FRESH_POLLS = 3


@dataclass(frozen=True, slots=True)
class Floor:
    """Lag that nobody needs to hear of: a healthy group commits twice a second, and in between it lags a little."""

    records: int = 5
    seconds: float = 5.0

    def holds(self, sample: Sample) -> bool:
        """Whether a look shows no more than that; lag of unknown age shows more."""
        age = sample.lag_seconds
        return sample.lag <= self.records and age is not None and age <= self.seconds


DEFAULT_FLOOR = Floor()


def judge(
    window: Sequence[Sample],
    *,
    now: float,
    poll_seconds: float,
    members: int | None,
    floor: Floor = DEFAULT_FLOOR,
) -> Verdict:
    """The verdict on one partition of a group; ``members`` None: the broker does not tell.

    After Burrow's rules, with the gaps closed that its users found: silence is not green, small lag is no
    alarm, a group without members says so.  Burrow hears each commit; by polling, a commit shows as a moved
    offset, and a group that lives without moving shows by its members.
    """
    if len(window) < ENOUGH or now - window[-1].at > FRESH_POLLS * poll_seconds:
        return "unknown"
    last = window[-1]
    if floor.holds(last):
        return "ok"
    if members == 0 and last.lag > 0:
        return "empty"
    if _silent(window) and not any(sample.lag == 0 for sample in window):
        return "stopped"
    if max(sample.position for sample in window) > last.position:
        return "rewound"
    if any(floor.holds(sample) for sample in window):
        return "ok"
    if window[0].position == last.position:
        return "stalled"
    if all(after.lag >= before.lag for before, after in pairwise(window)):
        return "warn"
    return "ok"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of several; of none at all nothing is known."""
    return max(verdicts, key=VERDICTS.index, default="unknown")


def _silent(window: Sequence[Sample]) -> bool:
    """No commit and no sign of life for as long as the window spans."""
    return not any(sample.heard for sample in window) and window[0].committed == window[-1].committed
