"""People on the watch list: to lose a seat, not to be elected, not to stand and to wait are four things (DR-28)."""

import pytest

from tests.rules.making import Night, a_declaration, a_map, a_postponed_ward, a_ward, an_event, said, ward_id


def watched(**fields):
    return {
        "id": "leader",
        "name": "Pat Trumpton",
        "role": "Conservative leader of the council",
        "as_of": "2023-05-03",
        "incumbent": True,
        "ward": ward_id("Alder"),
        "candidate": "con-1",
    } | fields


def a_night(elected, *, candidates=None, results=None, **person):
    wards = (a_ward("Alder", 1, candidates or {"CON": 1, "LAB": 1}), a_ward("Beech", 1, {"CON": 1, "LAB": 1}))
    council_map = a_map(*wards, watch=[watched(**person)])
    extra = {"results": results} if results else {}
    return Night(council_map, a_declaration(council_map, "Alder", elected, **extra))


def test_a_councillor_who_stood_and_was_not_elected_has_lost_the_seat():
    [defeat] = a_night({"LAB": 1}, flash=True).of("NOTABLE_DEFEAT")

    assert defeat.priority == "F"
    assert defeat.text == (
        "Pat Trumpton, Conservative leader of the council, has lost the seat on Trumptonshire council: not elected "
        "in Alder, 100 votes behind the last seat, where Lab Person 1 (Labour) is."
    )


def test_who_is_no_leader_is_no_flash():
    assert a_night({"LAB": 1}).of("NOTABLE_DEFEAT")[0].priority == "U"


def test_by_three_votes():
    """Thanet's Conservative group leader."""
    results = [
        {"candidate": "con-1", "party": "CON", "votes": 382, "elected": False},
        {"candidate": "lab-1", "party": "LAB", "votes": 385, "elected": True},
    ]

    [defeat] = a_night({"LAB": 1}, results=results).of("NOTABLE_DEFEAT")

    assert "three votes behind the last seat" in defeat.text


def test_a_councillor_who_stood_in_another_ward_is_told_with_the_ward_of_before():
    [defeat] = a_night({"LAB": 1}, represents="Central").of("NOTABLE_DEFEAT")

    assert "has lost the seat on Trumptonshire council, held for Central: not elected in Alder" in defeat.text


def test_who_was_no_councillor_has_no_seat_to_lose():
    """Page 27."""
    night = a_night({"LAB": 1}, incumbent=False, role="chair of the local Conservative association")

    assert night.of("NOTABLE_DEFEAT") == []
    assert night.of("NOTABLE_NOT_ELECTED")[0].text == (
        "Pat Trumpton, chair of the local Conservative association, was not elected in Alder (Trumptonshire), "
        "100 votes behind the last seat; Lab Person 1 (Labour) is."
    )


@pytest.mark.parametrize(("incumbent", "kind"), [(True, "NOTABLE_RE_ELECTED"), (False, "NOTABLE_ELECTED")])
def test_elected_or_elected_again(incumbent, kind):
    assert [
        h.type for h in a_night({"CON": 1}, incumbent=incumbent).headlines if h.fact == "person:leader"
    ] == [kind]


def test_not_standing_is_not_losing():
    night = Night(a_map(a_ward("Alder", 1, {"CON": 1, "LAB": 1}), watch=[watched(ward=None, candidate=None)]))

    assert [(h.type, h.priority, h.text) for h in night.headlines] == [
        (
            "NOTABLE_NOT_STANDING",
            "B",
            "Pat Trumpton, Conservative leader of the council, does not stand for Trumptonshire council "
            "at this election.",
        )
    ]


def test_in_a_postponed_ward_a_fortune_is_pending():
    """Surrey Heath's Liberal Democrat leader."""
    wards = (a_ward("Beech", 1, {"CON": 1, "LAB": 1}), a_postponed_ward("Alder", 1, {"CON": 1, "LAB": 1}))
    council_map = a_map(*wards, watch=[watched()])
    night = Night(council_map)
    source = {"name": "Returning officer", "tier": 1}

    night.hear(
        an_event(
            "PollChanged",
            "p",
            ward=ward_id("Alder"),
            revision=1,
            state="rescheduled",
            new_date="2023-06-15",
            source=source,
        )
    )
    night.hear(a_declaration(council_map, "Alder", {"CON": 1}, "23:00"))

    assert [(h.action, h.type) for h in night.headlines if h.fact == "person:leader"] == [
        ("announced", "NOTABLE_PENDING"),
        ("updated", "NOTABLE_PENDING"),
        ("updated", "NOTABLE_RE_ELECTED"),
    ]
    assert night.of("NOTABLE_PENDING")[1].text == (
        "Pat Trumpton, Conservative leader of the council, stands in Alder (Trumptonshire), "
        "where the poll is still to come, on 15 June 2023."
    )


def test_a_corrected_ward_gives_the_seat_back():
    night = a_night({"LAB": 1})

    told = night.hear(a_declaration(night.last.book.map, "Alder", {"CON": 1}, revision=2))

    assert ("corrected", "NOTABLE_RE_ELECTED") in said(told)


def test_somebody_elected_under_another_label_than_last_time():
    """DR-22: Dartford's Green, elected for Labour in 2019."""
    [outcome] = a_night({"CON": 1}, elected_as="LAB").of("DEFECTOR_OUTCOME")

    assert outcome.text == (
        "Pat Trumpton, last elected for Labour, is now elected for the Conservatives in Alder (Trumptonshire)."
    )


def test_somebody_who_stood_under_another_label_and_was_not_elected():
    [outcome] = a_night({"LAB": 1}, elected_as="IND").of("DEFECTOR_OUTCOME")

    assert outcome.text == (
        "Pat Trumpton, last elected as an independent, stood for the Conservatives and was not elected "
        "in Alder (Trumptonshire)."
    )


def test_a_suspended_candidate_is_elected():
    [told] = a_night({"CON": 1}, suspended=True).of("SUSPENDED_CANDIDATE_ELECTED")

    assert (told.priority, told.text) == (
        "U",
        "Pat Trumpton, suspended by the Conservatives and still on the ballot as its candidate, "
        "has been elected in Alder (Trumptonshire).",
    )
    assert a_night({"LAB": 1}, suspended=True).of("SUSPENDED_CANDIDATE_ELECTED") == []


def test_a_merge_of_two_people_is_an_amended_map_and_loses_no_result():
    """I-36: the fortune follows the person, the tally the candidates."""
    night = a_night({"CON": 1})
    before = night.last.count.seats
    wards = (a_ward("Alder", 1, {"CON": 1, "LAB": 1}), a_ward("Beech", 1, {"CON": 1, "LAB": 1}))

    told = night.hear(a_map(*wards, version=2, watch=[watched(id="merged")]))

    assert night.last.count.seats == before
    assert {(h.action, h.fact) for h in told} == {
        ("withdrawn", "person:leader"),
        ("announced", "person:merged"),
    }
