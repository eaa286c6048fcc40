"""What adds up and still looks wrong waits for a person; operators hear of it, readers do not (DR-34)."""

import pytest

from tests.rules.making import Night, a_declaration, a_map, a_ward, an_event, said, ward_id

WIRE = {"name": "Wire", "tier": 2}


def rows(**votes):
    """Rows by candidate id (with _ for -), in order of votes; the first is elected."""
    found = [(id.replace("_", "-"), n) for id, n in votes.items()]
    return [
        {"candidate": id, "party": id.rpartition("-")[0].upper(), "votes": n, "elected": place == 0}
        for place, (id, n) in enumerate(found)
    ]


def a_night(results, ward=None, **fields):
    alder = ward or a_ward("Alder", 1, {"LAB": 1, "CON": 1}, electorate=2000)
    council_map = a_map(alder, a_ward("Beech", 1, {"CON": 1, "LAB": 1}))
    return Night(
        council_map, a_declaration(council_map, "Alder", {"LAB": 1}, results=results, id="alder", **fields)
    )


def a_release(id="alder:anomaly"):
    return an_event("Released", "release", hold=id, by="Duty editor", reason="Confirmed by phone")


def test_a_digit_too_many_is_held_said_to_operators_and_to_nobody_else():
    """I-12: Shiawassee, 153,710 for 15,371, where it stays below the electorate."""
    night = a_night(rows(lab_1=1900, con_1=50))

    assert night.headlines == []
    assert [(n.status, n.event, n.reason, n.sentence) for n in night.notices] == [
        (
            "anomaly",
            "alder",
            "anomaly",
            "Alder: at least 1950 of 2000 electors would have voted, more than 90%; "
            "it counts once the hold alder:anomaly is released",
        )
    ]
    assert night.last.standing(1).wards[0].status == "out"
    assert night.last.standing(1).holds == ()


def test_its_release_lets_it_count():
    night = a_night(rows(lab_1=1900, con_1=50))

    told = night.hear(a_release())

    assert said(told)[0] == ("announced", "WARD_DECLARED")
    assert [n.status for n in night.notices] == ["anomaly", "fitted"]


def test_a_release_may_come_before_what_it_releases():
    """DR-40."""
    alder = a_ward("Alder", 1, {"LAB": 1, "CON": 1}, electorate=2000)
    council_map = a_map(alder, a_ward("Beech", 1, {"CON": 1, "LAB": 1}))
    declared = a_declaration(council_map, "Alder", {"LAB": 1}, results=rows(lab_1=1900, con_1=50), id="alder")

    assert (
        Night(council_map, a_release(), declared).claims()
        == Night(council_map, declared, a_release()).claims()
    )


def test_a_correction_that_is_held_leaves_the_result_before_it_standing():
    night = a_night(rows(lab_1=500, con_1=400))
    told = night.hear(
        a_declaration(
            night.last.book.map,
            "Alder",
            {"CON": 1},
            revision=2,
            results=[*rows(con_1=1950), *[row | {"elected": False} for row in rows(lab_1=0)]],
            id="second",
        )
    )

    assert told == []
    assert night.last.standing(1).wards[0].elected[0].party == "LAB"
    assert [n.status for n in night.notices] == ["anomaly"]


def test_a_right_revision_ends_the_wait():
    night = a_night(rows(lab_1=1900, con_1=50))

    told = night.hear(
        a_declaration(night.last.book.map, "Alder", {"LAB": 1}, revision=2, results=rows(lab_1=190, con_1=50))
    )

    assert ("announced", "WARD_DECLARED") in said(told)
    assert [n.status for n in night.notices] == ["anomaly", "superseded"]


def test_nobody_is_elected_without_a_vote():
    [notice] = a_night(rows(lab_1=0, con_1=0), lot={"winner": "lab-1", "loser": "con-1"}).notices

    assert "somebody is elected without a vote" in notice.sentence


@pytest.mark.parametrize(("stated", "held"), [("50", False), ("52", False), ("52.1", True), ("47.9", True)])
def test_a_stated_turnout_follows_from_the_papers(stated, held):
    """I-13: Antrim, columns shifted."""
    night = a_night(rows(lab_1=600, con_1=390), ballots=1000, electorate=2000, turnout_percent=stated)

    assert [n.status for n in night.notices] == (["anomaly"] if held else [])


@pytest.mark.parametrize(("party", "held"), [("LAB", True), ("IND", False)])
def test_running_mates_fare_alike(party, held):
    """I-17: another party's total added into one of two candidates of a ward."""
    code = party.lower()
    ward = a_ward("Alder", 2, {party: 2, "CON": 2})
    results = [
        {"candidate": f"{code}-1", "party": party, "votes": 1900, "elected": True},
        {"candidate": "con-1", "party": "CON", "votes": 420, "elected": True},
        {"candidate": "con-2", "party": "CON", "votes": 400, "elected": False},
        {"candidate": f"{code}-2", "party": party, "votes": 190, "elected": False},
    ]

    night = a_night(results, ward)

    assert [n.status for n in night.notices] == (["anomaly"] if held else [])


class TestNames:
    """I-16: Prestatyn North. Names a slip apart need the returning officer's own word."""

    def night(self, one, other, source=WIRE):
        ward = a_ward("Alder", 1, {"LAB": 1, "CON": 1})
        for candidate, name in zip(ward["candidates"], (one, other), strict=True):
            candidate["name"] = name
        return a_night(rows(lab_1=580, con_1=366), ward, source=source)

    def test_alike(self):
        [notice] = self.night("Paul Penlington", "Saul Penlinton").notices

        assert "names that are easily confused" in notice.sentence

    def test_the_officers_own_word_counts(self):
        assert self.night("Paul Penlington", "Saul Penlinton", {"name": "Officer", "tier": 1}).notices == []

    def test_other_names_and_initials_are_no_matter(self):
        assert self.night("Ann Howell", "Bob Jones").notices == []
        assert self.night("A. Howell", "B. Howell").notices == []


def test_a_party_wins_where_it_had_no_nominee():
    """ROBUSTNESS: that does not fit the map, and waits for one that it fits (DR-34 f)."""
    night = a_night(rows(grn_1=600, lab_1=390, con_1=10))

    assert [(n.status, n.reason) for n in night.notices] == [("parked", "candidate")]


def test_an_older_map_of_nominations_waits():
    """I-13: definitions changed, but not everywhere."""
    night = a_night(rows(lab_1=600, con_1=390))
    amended = a_map(
        a_ward("Alder", 1, {"LAB": 1, "CON": 1, "GRN": 1}),
        a_ward("Beech", 1, {"CON": 1, "LAB": 1}),
        version=2,
    )

    night.hear(amended)

    assert [(n.status, n.reason) for n in night.notices] == [("parked", "candidate")]
    assert night.last.standing(1).wards[0].ward == ward_id("Alder")


def test_more_votes_than_papers_allow_wait():
    """I-15: Highworth, 41,939 votes from 2,477 papers with three each."""
    ward = a_ward("Alder", 3, {"LAB": 4, "CON": 6})
    results = [
        {"candidate": c["id"], "party": c["party"], "votes": 2400, "elected": place < 3}
        for place, c in enumerate(ward["candidates"])
    ]
    results[3]["votes"] = 2399
    for row in results[4:]:
        row["votes"] = 2398

    night = a_night(results, ward, ballots=2477)

    assert [(n.status, n.reason) for n in night.notices] == [("parked", "votes-sum")]
    assert "(DR-34 c)" in night.notices[0].sentence
