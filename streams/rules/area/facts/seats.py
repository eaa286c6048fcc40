"""Facts of seats across councils: sums by party and by family, round numbers passed (DR-26)."""

from collections.abc import Iterator

from schemas.headline import HeadlineType
from streams.rules.area.totals import Totals, seats_in
from streams.rules.facts.fact import Fact, Value
from streams.rules.thresholds import AREA_COUNCILS, SEAT_MILESTONES

_ROLLUPS: dict[str, HeadlineType] = {
    "county": "COUNTY_ROLLUP",
    "region": "REGION_ROLLUP",
    "nation": "NATION_ROLLUP",
    "feed": "FEED_ROLLUP",
}


def rollup(totals: Totals) -> Iterator[Fact]:
    """COUNTY_ROLLUP and its like: seats by party in the councils that are final."""
    if len(totals.final) < AREA_COUNCILS:
        return
    value: Value = {
        "final": len(totals.final),
        "of": len(totals.members),
        "complete": totals.complete,
        "seats": seats_in(totals.final),
        "postponed": sum(member.summary.seats.postponed for member in totals.final),
    }
    yield Fact(_ROLLUPS[totals.area.kind], "rollup", "rollup", "R", value)


def by_family(totals: Totals) -> Iterator[Fact]:
    """ROLLUP_BY_FAMILY: the same by family, members listed, where a family has several that won seats."""
    if len(totals.final) < AREA_COUNCILS:
        return
    seats = seats_in(totals.final)
    families = {
        family: {key: seats[key] for key in keys if key in seats} for family, keys in totals.families.items()
    }
    families = {family: members for family, members in families.items() if members}
    if any(len(members) > 1 for members in families.values()):
        value: Value = {"final": len(totals.final), "of": len(totals.members), "families": families}
        yield Fact("ROLLUP_BY_FAMILY", "families", "rollup", "R", value)


def milestones(totals: Totals) -> Iterator[Fact]:
    """MILESTONE: a party has a round number of seats, or more, in the councils that have begun to declare."""
    seats = seats_in(member for member in totals.members if member.begun)
    for key, count in seats.items():
        passed = [number for number in SEAT_MILESTONES if number <= count]
        if passed and totals.parties[key].kind != "independent":
            value: Value = {"party": key, "seats": passed[-1]}
            yield Fact("MILESTONE", f"milestone:{key}", f"milestone:{key}", "R", value)
