"""Votes: shares and swing with the method stated, turnout, and where votes and seats part."""

import pytest

from tests.rules.making import Night, a_declaration, a_map, a_ward, ward_id


def results(**votes):
    """Candidates and votes; the first is elected."""
    return [
        {"candidate": f"{code.lower()}-1", "party": code, "votes": n, "elected": place == 0}
        for place, (code, n) in enumerate(votes.items())
    ]


def a_night(*wards, votes_before=None, **fields):
    made = [a_ward(f"Ward {n}", 1, {row["party"]: 1 for row in rows}) for n, rows in enumerate(wards, 1)]
    council_map = a_map(*made, before="NOC", votes_before=votes_before)
    return Night(
        council_map,
        *(
            a_declaration(council_map, f"Ward {n}", {rows[0]["party"]: 1}, results=rows, **fields)
            for n, rows in enumerate(wards, 1)
        ),
    )


def before(**fields):
    common = {"basis": "last_election", "version": 2, "year": 2019, "source": "made up"}
    return common | fields


def test_shares_of_all_votes_with_the_method_stated():
    night = a_night(results(LAB=600, CON=300, GRN=40), results(CON=700, LAB=360))

    [share] = night.of("VOTE_SHARE")
    assert share.text == (
        "Shares of the 2,000 votes in Trumptonshire, all candidates' votes added up: Conservatives 50.0%, Labour 48.0%."
    )
    assert share.value["shares"] == [["CON", 500], ["LAB", 480]]


def test_no_share_while_a_ward_lacks_its_votes():
    night = a_night(results(LAB=600, CON=300), results(CON=None, LAB=None))

    assert night.of("VOTE_SHARE", "SWING", "VOTES_SEATS_GAP") == []


def test_no_share_before_the_last_ward():
    council_map = a_map(*(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1}) for n in (1, 2)))

    assert Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 1})).of("VOTE_SHARE") == []


def test_swing_beside_the_last_election():
    """Page 40: 10.2 points down to 35.0%, on votes of 2019 that are made up here."""
    night = a_night(
        results(CON=350, LD=301, GRN=349), votes_before=before(votes={"CON": 452, "LD": 200, "GRN": 348})
    )

    [swing] = night.of("SWING")
    assert swing.bases == {"last_election": 2}
    assert "Conservatives down 10.2 points to 35.0%" in swing.text
    assert swing.text.endswith("a swing of 5.1 points from the Conservatives to the Greens.")


def test_most_votes_and_most_seats():
    wards = [results(LAB=500, CON=490), results(LAB=500, CON=490), results(CON=900, LAB=100)]

    [gap] = a_night(*wards).of("VOTES_SEATS_GAP")

    assert gap.text == (
        "In Trumptonshire the Conservatives won most votes (1,880) and one seat, Labour most seats (two seats) "
        "with 1,100 votes."
    )


def test_no_gap_where_the_same_party_has_both():
    assert a_night(results(LAB=500, CON=490)).of("VOTES_SEATS_GAP") == []


@pytest.mark.parametrize(
    ("ballots", "kind"), [(450, "TURNOUT_HIGH"), (449, None), (350, "TURNOUT_LOW"), (351, None)]
)
def test_turnout_is_high_or_low_from_five_points_beside_last_time(ballots, kind):
    night = a_night(
        results(LAB=200, CON=100), votes_before=before(turnout_percent="40"), ballots=ballots, electorate=1000
    )

    assert [h.type for h in night.of("TURNOUT_HIGH", "TURNOUT_LOW")] == ([kind] if kind else [])


def test_turnout_in_words():
    night = a_night(
        results(LAB=200, CON=100), votes_before=before(turnout_percent="33.3"), ballots=440, electorate=1000
    )

    assert [(h.text, h.bases) for h in night.of("TURNOUT_HIGH")] == [
        (
            "Turnout in Trumptonshire is 44.0%, up 10.7 points, compared with the election of 2019.",
            {"last_election": 2},
        )
    ]


def test_no_turnout_without_ballot_papers():
    assert a_night(results(LAB=2, CON=1), votes_before=before(turnout_percent="40")).of("TURNOUT_HIGH") == []


def test_corrected_votes_correct_the_shares_and_the_winner():
    """I-35: who is elected follows from the declaration and is nowhere stored beside it."""
    night = a_night(results(LAB=600, CON=300))

    told = night.hear(
        a_declaration(
            night.last.book.map,
            "Ward 1",
            {"CON": 1},
            revision=2,
            results=[
                {"candidate": "lab-1", "party": "LAB", "votes": 600, "elected": False},
                {"candidate": "con-1", "party": "CON", "votes": 3000, "elected": True},
            ],
        )
    )

    assert [(h.action, h.type) for h in told if h.type in ("WARD_DECLARED", "VOTE_SHARE")] == [
        ("corrected", "WARD_DECLARED"),
        ("corrected", "VOTE_SHARE"),
    ]
    [ward] = night.last.standing(1).wards
    assert (ward.ward, ward.elected[0].party) == (ward_id("Ward 1"), "CON")
