"""Facts of a mayor elected by the voters, a contest apart from that of the councillors (DR-37)."""

from collections.abc import Iterator

from schemas.declaration import MayorDeclared
from schemas.headline import HeadlineType
from streams.rules import control
from streams.rules.count import Count
from streams.rules.facts.fact import Fact, Value
from streams.rules.ground import NOC


def mayors(count: Count) -> Iterator[Fact]:
    """MAYOR_ELECTED or MAYOR_GAIN; MAYOR_COUNCIL_SPLIT where another party has the council."""
    contest = count.map.mayor
    for event in count.book.of_kind("mayor"):
        if contest is None or not isinstance(event, MayorDeclared) or not event.results:
            continue
        mayor = next(result for result in event.results if result.elected)
        party = count.ground.tally[mayor.party]
        gained = contest.before is not None and count.ground.tally[contest.before] != party
        kind: HeadlineType = "MAYOR_GAIN" if gained else "MAYOR_ELECTED"
        value: Value = {
            "candidate": mayor.candidate,
            "party": party,
            "before": contest.before,
            "results": [[r.candidate, r.party, r.votes] for r in event.results],
        }
        yield Fact(kind, "mayor", "mayor", "F", value)
        after = control.judge(count).after if count.begun and count.map.control_reported else None
        if after not in (None, NOC, party):
            yield Fact("MAYOR_COUNCIL_SPLIT", "mayor-split", "mayor", "R", {"mayor": party, "council": after})
