"""The outcome of the night against the published one: 35 councils at the close of 5 May, and after 15 June."""

from collections import Counter

import pytest

from schemas.declaration import WardDeclared
from streams.rehearsal.night import Night
from tests.night.conftest import GROUPS, Outcome, Row, grouped, table

COUNCILS: list[Row] = table("councils-2023-south-east")
LIBRARY: dict[str, Row] = {row["council_slug"]: row for row in table("councils-2023-england")}
SLUGS = [row["council_slug"] for row in COUNCILS]

pytestmark = pytest.mark.night


def _library_seats(slug: str) -> Counter[str]:
    row = LIBRARY[slug]
    return +Counter({group: int(row[f"{group}_seats_23"] or 0) for group in (*GROUPS, "OTH")})


def _control(published: str) -> str:
    """The Library's OTH is a bundle, not a party: in Epsom and Ewell it is the residents."""
    return "RES" if published == "OTH" else published


def test_all_35_councils_are_here(outcome: Outcome) -> None:
    assert len(SLUGS) == 35
    assert sorted(outcome.at_close) == sorted(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_seats_at_the_close_of_5_may_are_the_librarys(outcome: Outcome, slug: str) -> None:
    standing = outcome.at_close[slug]

    assert grouped(standing) == _library_seats(slug)
    assert standing.seats.total == int(LIBRARY[slug]["Total_seats_23"])
    assert standing.seats.postponed == int(LIBRARY[slug]["Vacant_seats_23"] or 0)
    assert standing.seats.pending == 0
    assert standing.final


@pytest.mark.parametrize("row", COUNCILS, ids=lambda row: row["council_slug"])
def test_control_and_outcome_are_the_published(outcome: Outcome, row: Row) -> None:
    for control in (
        outcome.at_close[row["council_slug"]].control,
        outcome.in_the_end[row["council_slug"]].control,
    ):
        assert control.before == row["control_before"]
        assert control.after == _control(LIBRARY[row["council_slug"]]["Control_23"])
        assert control.outcome == row["outcome"]


def test_outcomes_are_those_that_were_reported_on_the_day(outcome: Outcome) -> None:
    reported = [row for row in table("reported-2023-south-east") if row["level"] == "council"]

    told = {row["council_slug"]: outcome.at_close[row["council_slug"]].control for row in reported}

    assert len(reported) == 27
    assert {slug: (c.outcome, c.after, c.before) for slug, c in told.items()} == {
        row["council_slug"]: (row["outcome"], row["winner"], row["from"]) for row in reported
    }


def test_wards_gained_and_held_are_those_that_were_reported_on_the_day(outcome: Outcome) -> None:
    """The reporters know who held the seat; the feed has it from the list of 2022."""
    kinds = {"GAIN": "WARD_GAIN", "HOLD": "WARD_HOLD"}
    reported = [row for row in table("reported-2023-south-east") if row["level"] == "ward" and row["outcome"]]
    for row in reported:
        found = [
            headline
            for headline in outcome.headlines(row["council_slug"], "WARD_GAIN", "WARD_HOLD", "WARD_SPLIT")
            if row["ward"] in headline.text
        ]
        winner = row["winner"].replace("GREEN", "GRN")
        assert [h.type for h in found] == [kinds[row["outcome"]]], row["ward"]
        assert found[0].value["seats"] == {winner: 1}, row["ward"]
    assert len(reported) == 11


def test_winners_of_wards_are_those_that_were_reported_on_the_day(outcome: Outcome) -> None:
    reported = [row for row in table("reported-2023-south-east") if row["level"] == "ward"]
    for row in reported:
        wards = {w.name: w for w in outcome.at_close[row["council_slug"]].wards}
        winners = {elected.party for elected in wards[row["ward"]].elected}
        assert winners == set(row["winner"].replace("GREEN", "GRN").split("+")), row["ward"]
    assert len(reported) == 21


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_has_changed_by_15_june_but_surrey_heath(outcome: Outcome, slug: str) -> None:
    published = _library_seats(slug)
    if slug == "surrey-heath":
        published["LD"] += 3

    assert grouped(outcome.in_the_end[slug]) == published
    assert outcome.in_the_end[slug].seats.postponed == 0


def test_votes_and_seats_by_party_are_the_handbooks(night: Night, outcome: Outcome) -> None:
    """Totals that the handbook prints by council, with the four differences that docs/nights.md explains."""
    votes: Counter[tuple[str, str]] = Counter()
    won: Counter[tuple[str, str]] = Counter()
    for event in night.events:
        if isinstance(event, WardDeclared):
            for result in event.results:
                key = (event.council.split(".")[1], result.party)
                votes[key] += result.votes or 0
                won[key] += result.elected
    handbook = {
        (row["council_slug"], row["party_code"].replace("GREEN", "GRN")): (
            int(row["votes"]),
            int(row["seats"]),
        )
        for row in table("council-party-2023-england")
        if row["council_slug"] in SLUGS
    }
    residents = tuple(
        map(sum, zip(handbook.pop(("runnymede", "RAIC")), handbook["runnymede", "RES"], strict=True))
    )
    handbook["runnymede", "RES"] = (residents[0], residents[1])
    lot = handbook["canterbury", "LAB"]
    handbook["canterbury", "LAB"] = (lot[0] - 1, lot[1])

    assert {key: (votes[key], won[key]) for key in votes} == handbook
    assert outcome.at_close["wealden"].wards[-1].status == "unopposed"
    assert grouped(outcome.at_close["wealden"])["CON"] == handbook["wealden", "CON"][1] + 1


def test_changes_since_2019_are_the_librarys(outcome: Outcome) -> None:
    """Its own columns of change, for every council that elected all of as many seats as in 2019."""
    comparable = {row["council_slug"] for row in COUNCILS if _compares(row)}
    found = {
        slug: changes
        for slug, standing in outcome.at_close.items()
        for changes in standing.changes
        if changes.basis == "last_election" and changes.comparable
    }

    assert set(found) == comparable
    for slug, changes in found.items():
        told = {row.party: row.change for row in changes.rows if row.party in GROUPS}
        published = {group: int(LIBRARY[slug][f"{group}_change"] or 0) for group in GROUPS}
        assert {group: told.get(group, 0) for group in GROUPS} == published, slug
        assert sum(row.change for row in changes.rows) == 0, slug


def _compares(row: Row) -> bool:
    return row["seats_up"] == "ALL" and row["seats_2019"] == row["seats_2023"]


def test_no_figure_of_change_is_spoken_where_the_number_of_seats_changed(outcome: Outcome) -> None:
    redrawn = [row["council_slug"] for row in COUNCILS if row["seats_2019"] != row["seats_2023"]]
    for slug in redrawn:
        told = outcome.headlines(slug, "SEAT_CHANGE_SUMMARY")
        assert told, slug
        assert not [h for h in told if h.value["comparable"] or h.value["rows"]], slug
    assert redrawn
