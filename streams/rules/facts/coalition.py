"""Facts of sums: which parties together have a majority where none has it alone."""

from collections.abc import Iterator
from itertools import combinations

from streams.rules import control
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import NOC
from streams.rules.thresholds import COALITIONS


def coalitions(count: Count) -> Iterator[Fact]:
    """COALITION_ARITHMETIC: the pairs of parties that have a majority together; where no pair has, the threes.

    Arithmetic and no forecast: nothing is said of who would join whom. Independents are no party (DR-25).
    """
    if not count.map.control_reported or not count.final or not count.begun:
        return
    if control.judge(count).after != NOC:
        return
    parties = sorted(
        (code for code in count.ground.parties if _counts(count, code)),
        key=lambda code: (-count.seats[code], code),
    )
    for size in (2, 3):
        sums = [
            [list(group), total]
            for group in combinations(parties, size)
            if (total := sum(count.seats[code] for code in group)) >= count.ground.majority
        ]
        if sums:
            sums.sort(key=lambda row: (-int(row[1]), row[0]))  # type: ignore[call-overload]
            value: Value = {"sums": sums[:COALITIONS], "more": max(0, len(sums) - COALITIONS)}
            yield Fact("COALITION_ARITHMETIC", "coalition", "coalition", "R", value, "arithmetic")
            return


def _counts(count: Count, code: str) -> bool:
    party = count.ground.parties[code]
    return party.may_control and party.kind != "independent" and count.seats[code] > 0
