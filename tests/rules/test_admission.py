"""May an event stand at all, and does it fit the map? (DR-34)"""

import pytest

from streams.rules.admission import close_of_polls, refuse
from tests.rules.making import (
    Night,
    a_declaration,
    a_map,
    a_moment,
    a_postponed_ward,
    a_ward,
    an_event,
    ward_id,
)

COUNCIL_MAP = a_map(
    a_ward("Alder", 2, {"CON": 2, "LAB": 2}, electorate=1_000),
    a_ward("Beech", 1, {"LAB": 1}),
    a_postponed_ward("Cedar", 1),
)


def test_polls_close_at_ten_by_the_clocks_of_london():
    """DR-39: summer time in May, winter time in January."""
    assert [close_of_polls(day).hour for day in ("2023-05-04", "2023-01-12")] == [21, 22]


def test_an_event_of_its_own_mode_and_election_stands():
    assert refuse(a_declaration(COUNCIL_MAP, "Alder", {"LAB": 2}), "rehearsal") is None


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (a_declaration(COUNCIL_MAP, "Alder", {"LAB": 2}, mode="live"), "mode"),
        (a_declaration(COUNCIL_MAP, "Alder", {"LAB": 2}, election="local.2022-05-05"), "election"),
        (a_declaration(COUNCIL_MAP, "Alder", {"LAB": 2}, election="mayor.2023-05-04"), "election"),
        (
            a_declaration(
                COUNCIL_MAP,
                "Alder",
                {"LAB": 2},
                declared_at={"at": "2023-05-04T20:59:59Z", "basis": "officer"},
            ),
            "time",
        ),
    ],
)
def test_what_cannot_stand_is_refused_with_its_reason(event, reason):
    """I-02, I-03: another mode, last year's data, a declaration before the close of polls."""
    refusal = refuse(event, "rehearsal")

    assert refusal is not None
    assert refusal.reason == reason
    assert refusal.sentence


def parked(event):
    night = Night(COUNCIL_MAP, event)
    assert night.headlines == [h for h in Night(COUNCIL_MAP).headlines if h in night.headlines]
    return [(notice.reason, notice.sentence) for notice in night.notices]


def results(**votes):
    """Votes by candidate id; a star marks the elected."""
    return [
        {
            "candidate": id.rstrip("X").replace("_", "-"),
            "party": id.split("_")[0].upper(),
            "votes": n,
            "elected": id.endswith("X"),
        }
        for id, n in votes.items()
    ]


def alder(**fields):
    return a_declaration(COUNCIL_MAP, "Alder", {"LAB": 2}, **fields)


ALL = {"con_1": 10, "con_2": 9, "lab_1X": 20, "lab_2X": 19}


@pytest.mark.parametrize(
    ("event", "reason", "words"),
    [
        (
            alder(results=results(con_1=1, lab_1X=3, lab_2X=2)),
            "candidate",
            "nominated but not in the result: con-2",
        ),
        (alder(results=results(**ALL, grn_1=1)), "candidate", "not nominated on version 1 of the map: grn-1"),
        (
            alder(results=[r | {"party": "GRN"} if r["candidate"] == "con-1" else r for r in results(**ALL)]),
            "party",
            "candidate con-1 stands for CON, not GRN",
        ),
        (
            alder(results=results(con_1=1, con_2=1, lab_1X=3, lab_2=2)),
            "seats-sum",
            "1 elected where 2 are to be",
        ),
        (
            alder(results=results(con_1=1, con_2=1, lab_1X=1_001, lab_2X=2)),
            "votes-sum",
            "1001 votes for one candidate",
        ),
        (
            alder(results=results(**ALL), ballots=25),
            "votes-sum",
            "58 votes from 25 ballot papers with 2 each",
        ),
        (alder(results=results(**ALL), ballots=1_001), "votes-sum", "1001 ballot papers from 1000 electors"),
        (a_declaration(COUNCIL_MAP, "Beech", {"LAB": 1}), "cancelled", "filled without a poll"),
        (
            a_declaration(a_map(a_ward("Cedar", 1, {"CON": 1, "LAB": 1})), "Cedar", {"LAB": 1}),
            "cancelled",
            "postponed and its nominations are open",
        ),
        (
            a_declaration(a_map(a_ward("Nowhere", 1, {"CON": 1, "LAB": 1})), "Nowhere", {"LAB": 1}),
            "ward-not-in-council",
            "is not on version 1 of the map",
        ),
        (
            an_event("Held", "h", scope="ward", ward=ward_id("Nowhere"), by="Desk", reason="Checking"),
            "ward-not-in-council",
            "is not on version 1 of the map",
        ),
        (
            an_event(
                "CouncilReported",
                "r",
                revision=1,
                source={"name": "Wire", "tier": 2},
                seats={"XYZ": 1},
                control="XYZ",
            ),
            "party",
            "not among the parties of Trumptonshire: XYZ",
        ),
        (
            an_event(
                "EditorialCall", "c", revision=1, by="Jo", source={"name": "Wire", "tier": 2}, outcome="XYZ"
            ),
            "party",
            "XYZ",
        ),
        (
            an_event(
                "SeatChanged",
                "s",
                seat="alder-1",
                revision=1,
                cause="death",
                party_from="XYZ",
                party_to=None,
                source={"name": "Wire", "tier": 2},
            ),
            "party",
            "XYZ",
        ),
    ],
)
def test_what_does_not_fit_the_map_waits_with_its_reason(event, reason, words):
    [(found, sentence)] = parked(event)

    assert found == reason
    assert words in sentence


def test_results_without_votes_or_papers_need_no_arithmetic():
    bare = a_map(a_ward("Alder", 1, {"CON": 1, "LAB": 1}))

    assert Night(bare, a_declaration(bare, "Alder", {"LAB": 1})).notices == []


def test_a_poll_called_off_without_a_new_date_takes_no_declaration():
    """DR-34 i."""
    source = {"name": "Officer", "tier": 1}
    off = an_event("PollChanged", "p", ward=ward_id("Alder"), revision=1, state="abandoned", source=source)

    night = Night(COUNCIL_MAP, off, alder(results=results(**ALL), declared_at=a_moment()))

    assert [(n.reason, "was called off" in n.sentence) for n in night.notices] == [("cancelled", True)]
