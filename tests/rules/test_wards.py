"""What is said of a single ward."""

from tests.rules.making import (
    Night,
    a_declaration,
    a_map,
    a_moment,
    a_postponed_ward,
    a_ward,
    an_event,
    said,
    ward_id,
)


def a_ward_with_baseline(seats, candidates, before, basis="last_election"):
    return a_ward("Alder", seats, candidates, baselines=[{"basis": basis, "seats": before}])


def told(ward, elected, **fields):
    council_map = a_map(ward, a_ward("Elsewhere", 9, {"CON": 9, "LAB": 9}), baselines=[BASELINE])
    return Night(council_map, a_declaration(council_map, ward["name"], elected, **fields)).headlines[0]


BASELINE = {
    "basis": "last_election",
    "scope": "council",
    "version": 3,
    "seats": {"CON": 11},
    "comparable": True,
    "as_of": "2019-05-02",
    "source": "made up",
}


def test_a_ward_without_anything_to_compare_is_declared():
    headline = told(a_ward("Alder", 2, {"CON": 2, "LAB": 2}), {"LAB": 1, "CON": 1})

    assert (headline.type, headline.priority, headline.bases) == ("WARD_DECLARED", "R", {})
    assert headline.text == "Alder (Trumptonshire): Con Person 1 (Conservative) and Lab Person 1 (Labour)."
    assert headline.value["results"][0] == ["con-1", "CON", 100_000, True]


def test_a_ward_is_held_on_a_stated_basis():
    headline = told(a_ward_with_baseline(2, {"CON": 2, "LAB": 2}, {"CON": 2}), {"CON": 2})

    assert (headline.type, headline.bases) == ("WARD_HOLD", {"last_election": 3})
    assert headline.text == (
        "No change of seats in Alder (Trumptonshire), compared with the election of 2019: "
        "Con Person 1 (Conservative) and Con Person 2 (Conservative)."
    )


def test_a_ward_is_gained_from_the_one_party_that_lost_it():
    headline = told(a_ward_with_baseline(2, {"CON": 2, "LAB": 2}, {"CON": 2}), {"LAB": 2})

    assert headline.type == "WARD_GAIN"
    assert headline.text.startswith(
        "Labour has gained Alder (Trumptonshire) from the Conservatives, compared with the election of 2019:"
    )


def test_a_gain_from_several_parties_names_none_of_them():
    """DR-20: in a ward of several members seats are not tracked one by one."""
    headline = told(a_ward_with_baseline(2, {"CON": 2, "LAB": 2, "LD": 1}, {"CON": 1, "LD": 1}), {"LAB": 2})

    assert headline.text.startswith(
        "Labour has gained Alder (Trumptonshire), compared with the election of 2019:"
    )


def test_a_shared_ward_is_split_and_its_changes_speak_their_basis():
    headline = told(a_ward_with_baseline(2, {"CON": 2, "LAB": 2}, {"CON": 2}), {"LAB": 1, "CON": 1})

    assert headline.type == "WARD_SPLIT"
    assert headline.text.endswith(
        "Seats, compared with the election of 2019: Conservatives down one to one, Labour up from none to one."
    )


def test_a_shared_ward_with_the_same_seats_is_no_change():
    headline = told(a_ward_with_baseline(2, {"CON": 2, "LAB": 2}, {"CON": 1, "LAB": 1}), {"LAB": 1, "CON": 1})

    assert headline.type == "WARD_HOLD"


def test_a_baseline_of_another_number_of_seats_is_not_compared():
    """DR-18."""
    headline = told(a_ward_with_baseline(2, {"CON": 2, "LAB": 2}, {"CON": 3}), {"CON": 2})

    assert headline.type == "WARD_DECLARED"


def test_the_eve_of_poll_is_spoken_before_other_bases():
    """DR-17: control and wards compare with the eve where it is known."""
    ward = a_ward(
        "Alder",
        1,
        {"CON": 1, "LAB": 1},
        baselines=[{"basis": "snapshot", "seats": {"LAB": 1}}, {"basis": "eve_of_poll", "seats": {"CON": 1}}],
    )

    assert told(ward, {"CON": 1}).type == "WARD_HOLD"


def test_the_last_seat_by_lot_is_told_with_the_real_votes_and_a_majority_of_none():
    """DR-30: Seasalter."""
    council_map = a_map(a_ward("Seasalter", 1, {"LAB": 1, "IND": 1}))
    results = [
        {"candidate": "lab-1", "party": "LAB", "votes": 825, "elected": True},
        {"candidate": "ind-1", "party": "IND", "votes": 825, "elected": False},
    ]

    night = Night(
        council_map,
        a_declaration(
            council_map, "Seasalter", {"LAB": 1}, results=results, lot={"winner": "lab-1", "loser": "ind-1"}
        ),
    )

    [lot] = night.of("TIE_BY_LOT")
    assert lot.text == (
        "The last seat in Seasalter (Trumptonshire) was decided by lot: Lab Person 1 (Labour) and Ind Person 1 "
        "(independent) had 825 votes each, and Lab Person 1 (Labour) is elected."
    )
    assert night.of("CLOSE_RESULT") == []


def a_close_night(margin):
    council_map = a_map(a_ward("Alder", 1, {"LAB": 1, "CON": 1}))
    results = [
        {"candidate": "lab-1", "party": "LAB", "votes": 500 + margin, "elected": True},
        {"candidate": "con-1", "party": "CON", "votes": 500, "elected": False},
    ]
    return Night(council_map, a_declaration(council_map, "Alder", {"LAB": 1}, results=results)).of(
        "CLOSE_RESULT", "ONE_VOTE"
    )


def test_a_close_result_names_both():
    assert [(h.type, h.priority, h.text) for h in a_close_night(2)] == [
        (
            "CLOSE_RESULT",
            "R",
            "The last seat in Alder (Trumptonshire) was won by two votes: Lab Person 1 (Labour), "
            "ahead of Con Person 1 (Conservative).",
        )
    ]


def test_one_vote_is_news_of_its_own():
    assert [(h.type, h.priority, h.text) for h in a_close_night(1)] == [
        (
            "ONE_VOTE",
            "U",
            "The last seat in Alder (Trumptonshire) was won by one vote: Lab Person 1 (Labour), "
            "ahead of Con Person 1 (Conservative).",
        )
    ]


def test_a_result_is_close_up_to_ten_votes():
    assert [len(a_close_night(margin)) for margin in (1, 10, 11)] == [1, 1, 0]


def test_results_without_votes_are_declared_and_never_close():
    council_map = a_map(a_ward("Alder", 1, {"LAB": 1, "CON": 1}))
    results = [
        {"candidate": "lab-1", "party": "LAB", "votes": None, "elected": True},
        {"candidate": "con-1", "party": "CON", "votes": None, "elected": False},
    ]

    night = Night(council_map, a_declaration(council_map, "Alder", {"LAB": 1}, results=results))

    assert night.headlines[0].type == "WARD_DECLARED"
    assert night.of("CLOSE_RESULT") == []


def three_wards(times="known"):
    return a_map(
        *(a_ward(name, 1, {"LAB": 1, "CON": 1}) for name in ("Alder", "Beech", "Cedar")), times=times
    )


def test_the_first_declaration_is_the_one_declared_first_whichever_arrives_first():
    council_map = three_wards()
    night = Night(council_map, a_declaration(council_map, "Beech", {"LAB": 1}, "02:10"))

    night.hear(a_declaration(council_map, "Alder", {"LAB": 1}, "02:05"))

    assert [(h.action, h.text) for h in night.of("FIRST_DECLARATION")] == [
        ("announced", "Beech is the first ward of Trumptonshire to declare."),
        ("updated", "Alder is the first ward of Trumptonshire to declare."),
    ]


def test_wards_of_the_same_minute_are_among_the_first():
    council_map = three_wards()

    night = Night(council_map, *(a_declaration(council_map, ward, {"LAB": 1}) for ward in ("Alder", "Beech")))

    assert (
        night.of("FIRST_DECLARATION")[-1].text
        == "Alder and Beech are among the first wards of Trumptonshire to declare."
    )


def test_nobody_is_first_where_times_are_not_all_known():
    partly = three_wards("partly")
    known = three_wards()

    nights = [
        Night(partly, a_declaration(partly, "Alder", {"LAB": 1})),
        Night(known, a_declaration(known, "Alder", {"LAB": 1}, declared_at=a_moment(basis="assumed"))),
    ]

    assert [night.of("FIRST_DECLARATION") for night in nights] == [[], []]


def test_unopposed_and_under_contested_wards_are_filled_on_nomination_day():
    """DR-10, DR-11."""
    council_map = a_map(
        a_ward("Alder", 2, {"LAB": 2}),
        a_ward("Beech", 2, {"CON": 1}),
        a_ward("Cedar", 1, {"CON": 1, "LAB": 1}),
    )

    night = Night(council_map)

    [returns] = night.of("UNOPPOSED_RETURNS")
    assert (
        returns.text
        == "Three of the five seats on Trumptonshire council are filled without a poll: Labour 2, Conservatives 1."
    )
    count = night.last.count
    assert (count.won, count.unfilled) == ({"LAB": 2, "CON": 1}, 1)


def a_poll(state, revision=1, **fields):
    source = {"name": "Returning officer", "tier": 1}
    return an_event(
        "PollChanged",
        f"poll-{revision}",
        ward=ward_id("Alder"),
        revision=revision,
        state=state,
        source=source,
        **fields,
    )


def test_the_story_of_a_countermanded_poll():
    """DR-29."""
    council_map = three_wards()
    night = Night(council_map)

    night.hear(a_poll("countermanded", cause="a candidate has died"))
    night.hear(a_poll("rescheduled", 2, new_date="2023-06-15"))
    night.hear(a_declaration(council_map, "Alder", {"LAB": 1}))

    assert [(h.action, h.type, h.text) for h in night.headlines if h.story.startswith("ward:")] == [
        (
            "announced",
            "POLL_COUNTERMANDED",
            "The poll in Alder (Trumptonshire) has been countermanded (a candidate has died); "
            "one seat still to be filled.",
        ),
        (
            "updated",
            "POLL_RESCHEDULED",
            "The poll in Alder (Trumptonshire) has a new date, on 15 June 2023; one seat still to be filled.",
        ),
        ("announced", "WARD_DECLARED", "Alder (Trumptonshire): Lab Person 1 (Labour)."),
        (
            "announced",
            "POSTPONED_RESULT",
            "The postponed poll in Alder (Trumptonshire) has its result: Labour 1.",
        ),
    ]


def test_a_poll_abandoned_after_its_declaration_takes_the_result_back():
    council_map = three_wards()
    night = Night(council_map, a_declaration(council_map, "Alder", {"LAB": 1}))

    headlines = night.hear(a_poll("abandoned"))

    assert ("withdrawn", "WARD_DECLARED") in said(headlines)
    assert ("announced", "POLL_ABANDONED") in said(headlines)
    assert [n.status for n in night.notices] == ["parked"]
    assert night.last.count.open == {ward_id("Alder")}


def test_a_postponed_poll_is_said_from_the_map():
    night = Night(a_map(a_ward("Alder", 1, {"LAB": 1, "CON": 1}), a_postponed_ward("Beech", 3)))

    assert [h.text for h in night.of("POLL_POSTPONED")] == [
        "The poll in Beech (Trumptonshire) is postponed; three seats still to be filled."
    ]


def test_a_recount_is_told_and_is_no_result_and_changes_no_standing():
    """DR-31."""
    council_map = three_wards()
    night = Night(council_map)
    before = night.last.standing(1)

    told = [*night.hear(a_poll("recount")), *night.hear(a_poll("recount_over", 2))]

    assert [(h.action, h.type, h.text) for h in told] == [
        ("announced", "RECOUNT", "There is a recount in Alder (Trumptonshire)."),
        (
            "updated",
            "RECOUNT",
            "The recount in Alder (Trumptonshire) is over, and its declaration is awaited.",
        ),
    ]
    assert night.last.standing(1).model_copy(update={"n": before.n}) == before
    night.hear(a_declaration(council_map, "Alder", {"LAB": 1}))
    assert f"recount:{ward_id('Alder')}" not in night.claims()
    assert "withdrawn" not in {h.action for h in night.headlines}


def test_a_declaration_that_is_late_is_told_when_intake_says_so_and_lapses_with_the_result():
    """Time arrives as an event: no rule looks at a clock."""
    council_map = three_wards()
    night = Night(council_map, a_poll("delayed", cause="ballot papers are checked again"))

    night.hear(a_declaration(council_map, "Alder", {"LAB": 1}))

    assert [(h.type, h.priority, h.text) for h in night.headlines][:1] == [
        (
            "DECLARATION_DELAYED",
            "B",
            "The declaration of Alder (Trumptonshire) is later than expected (ballot papers are checked again).",
        )
    ]
    assert "withdrawn" not in {h.action for h in night.headlines}


def test_a_recount_at_a_postponed_poll_leaves_its_new_day_and_the_final_result_alone():
    council_map = three_wards()
    night = Night(
        council_map,
        a_poll("countermanded"),
        a_poll("rescheduled", 2, new_date="2023-06-15"),
        *(a_declaration(council_map, ward, {"LAB": 1}) for ward in ("Beech", "Cedar")),
    )

    told = night.hear(a_poll("recount", 3))

    assert said(told) == [("announced", "RECOUNT")]
    assert night.last.standing(1).final


def test_seats_without_a_candidate_are_unfilled_and_nobodys():
    """DR-11."""
    night = Night(a_map(a_ward("Alder", 3, {"CON": 1}), a_ward("Beech", 1, {"CON": 1, "LAB": 1})))

    [unfilled] = night.of("UNFILLED_SEATS")
    assert (unfilled.priority, unfilled.text) == (
        "R",
        "Two seats on Trumptonshire council have no candidate: Alder 2.",
    )
    assert night.last.standing(1).seats.unfilled == 2
