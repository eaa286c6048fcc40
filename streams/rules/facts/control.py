"""Facts of control: one story per council, what nominations decide, and who comes close (DR-01 to DR-13)."""

from collections.abc import Iterator

from schemas.headline import HeadlineType
from streams.rules import control
from streams.rules.count import Count
from streams.rules.facts.fact import Claim, Fact, Value
from streams.rules.ground import NOC
from streams.rules.thresholds import CONTENDER_ONE_IN, IN_SIGHT


def outcome(count: Count) -> Iterator[Fact]:
    """The control story: lost for certain, then gain, hold, loss to NOC or no change, each a flash.

    Nothing is said of it before the first ward is declared: what is certain earlier is ``decided_before_poll``.
    """
    if not count.map.control_reported or not count.begun:
        return
    verdict = control.judge(count)
    if verdict.after is None and not verdict.lost:
        return
    if verdict.after is None:
        how = control.deciding(count, None, lost=verdict.before)
        kind: HeadlineType = "CONTROL_LOST_CERTAIN"
        value: Value = {"before": verdict.before, "after": None}
        claim = Claim("lost", verdict.before)
    else:
        how = control.deciding(count, verdict.after)
        kind = _kind(verdict.before, verdict.after)
        value = {"before": verdict.before, "after": verdict.after}
        claim = Claim("noc", None) if verdict.after == NOC else Claim("secured", verdict.after)
    value["deciding"] = None if how.wards is None else list(how.wards)
    value["before_poll"] = how.before_poll
    yield Fact(kind, "control", "control", "F", value, "arithmetic", proves=claim)


def _kind(before: str | None, after: str) -> HeadlineType:
    if before is None:
        return "NEW_COUNCIL_WON"
    if after == NOC:
        return "CONTROL_NO_CHANGE" if before == NOC else "CONTROL_LOSS_TO_NOC"
    return "CONTROL_HOLD" if before == after else "CONTROL_GAIN"


def decided_before_poll(count: Count) -> Iterator[Fact]:
    """CONTROL_DECIDED_BEFORE_POLL: seats not up and nominations leave one outcome only (DR-10, DR-13)."""
    if not count.map.control_reported:
        return
    after = control.before_poll(count.ground)
    if after is not None:
        before = count.map.control_before
        value = {"before": before.control if before else None, "after": after}
        yield Fact("CONTROL_DECIDED_BEFORE_POLL", "decided-before-poll", "control", "U", value, "arithmetic")


def out_of_the_running(count: Count) -> Iterator[Fact]:
    """CANNOT_WIN_OUTRIGHT, from nominations alone (stays) or in the count (until control is settled) (DR-08, DR-09)."""
    if not count.map.control_reported:
        return
    ground = count.ground
    _, from_nominations = control.nomination_bounds(ground)
    verdict = control.judge(count)
    told = {verdict.before} if verdict.lost and count.begun else set()
    for code in control.eligible(ground):
        if code in told or ground.nominated.get(code, 0) * CONTENDER_ONE_IN < ground.seats_up:
            continue
        if from_nominations[code] < ground.majority:
            value: Value = {"party": code, "from_nominations": True, "ceiling": from_nominations[code]}
            yield Fact("CANNOT_WIN_OUTRIGHT", f"cannot-win:{code}", "control", "B", value, "arithmetic")
        elif verdict.after is None and count.ceiling[code] < ground.majority:
            value = {"party": code, "from_nominations": False, "ceiling": None}
            yield Fact(
                "CANNOT_WIN_OUTRIGHT",
                f"cannot-win:{code}",
                "control",
                "R",
                value,
                "arithmetic",
                proves=Claim("lost", code),
                lapses=True,
            )


def in_sight(count: Count) -> Iterator[Fact]:
    """NEEDS_N: a party needs one or two more seats for a majority, and can still get them."""
    if not count.map.control_reported or not count.begun:
        return
    for code in control.eligible(count.ground):
        needs = count.ground.majority - count.floor[code]
        if 0 < needs <= IN_SIGHT and count.ceiling[code] >= count.ground.majority and count.out:
            yield Fact(
                "NEEDS_N",
                f"needs:{code}",
                "control",
                "U",
                {"party": code, "needs": needs},
                "arithmetic",
                lapses=True,
            )


def exact_half(count: Count) -> Iterator[Fact]:
    """EXACT_HALF: a party is certain of exactly half of all seats, which is no majority (DR-02)."""
    if not count.map.control_reported or not count.begun:
        return
    for code in control.eligible(count.ground):
        if count.floor[code] == count.ceiling[code] and 2 * count.floor[code] == count.map.seats:
            value = {"party": code, "seats": count.floor[code]}
            yield Fact("EXACT_HALF", f"exact-half:{code}", "exact-half", "U", value, "arithmetic")
