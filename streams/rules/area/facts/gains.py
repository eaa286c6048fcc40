"""Facts of control across councils: the scoreboard, gains by party, gains in a row (DR-04)."""

from collections.abc import Iterator
from datetime import datetime

from streams.rules.area.totals import Member, Totals
from streams.rules.facts.fact import Fact, Value
from streams.rules.thresholds import STREAK_GAINS


def controlled(totals: Totals) -> Iterator[Fact]:
    """COUNCILS_CONTROLLED: who has how many councils, of those whose control is certain, with gains and losses."""
    if not totals.decided:
        return
    board = totals.controlled
    of = sum(1 for member in totals.members if member.summary.control.reported)
    value: Value = {
        "decided": len(totals.decided),
        "of": of,
        "councils": dict(sorted(board.councils.items())),
        "gains": dict(sorted(board.gains.items())),
        "losses": dict(sorted(board.losses.items())),
        "new": dict(sorted(board.new.items())),
    }
    yield Fact("COUNCILS_CONTROLLED", "controlled", "controlled", "R", value, "arithmetic")


def _gained(totals: Totals) -> list[Member]:
    return [m for m in totals.decided if m.summary.control.outcome == "GAIN"]


def gains(totals: Totals) -> Iterator[Fact]:
    """NTH_GAIN: the councils that a party has gained so far. A count, and no claim about their order."""
    by_party: dict[str, Value] = {}
    for member in _gained(totals):
        party, before = (
            str(member.key(member.summary.control.after)),
            member.key(member.summary.control.before),
        )
        by_party.setdefault(party, {})[member.given.council] = before
    for party, councils in sorted(by_party.items()):
        value: Value = {"party": party, "count": len(councils), "from": councils}
        yield Fact("NTH_GAIN", f"gains:{party}", f"gains:{party}", "U", value, "arithmetic")


def streaks(totals: Totals) -> Iterator[Fact]:
    """STREAK: the longest row of gains by one party, where the times of all gains are known and tell their order."""
    timed = []
    for member in _gained(totals):
        moment = member.summary.decided_at
        if moment is None or moment.earliest is None or moment.latest is None:
            return
        timed.append((moment.earliest, moment.latest, str(member.key(member.summary.control.after)), member))
    timed.sort(key=lambda gain: (gain[0], gain[3].given.council))
    best: list[Member] = []
    run: list[Member] = []
    over: datetime | None = None
    for place, (start, end, party, member) in enumerate(timed):
        before = timed[place - 1][2] if place else party
        if before != party:
            if over is not None and start <= over:
                return
            run = []
        run = [*run, member]
        best = run if len(run) > len(best) else best
        over = end if over is None else max(over, end)
    if len(best) >= STREAK_GAINS:
        value: Value = {
            "party": best[0].key(best[0].summary.control.after),
            "councils": [member.given.council for member in best],
        }
        yield Fact("STREAK", "streak", "streak", "R", value, "arithmetic")
