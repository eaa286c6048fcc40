"""What is said of seats: final tables, changes on a stated basis, largest parties, parties with nothing left."""

import pytest

from tests.rules.making import Night, a_baseline, a_declaration, a_map, a_postponed_ward, a_ward, said


def a_night(elected, *, candidates=None, baselines=(), held=None, before="CON", **fields):
    seats = sum(elected.values())
    everyone = candidates or {"CON": seats, "LAB": seats, "LD": seats, "GRN": seats}
    council_map = a_map(
        a_ward("All", seats, everyone), baselines=list(baselines), held=held or {}, before=before, **fields
    )
    return Night(council_map, a_declaration(council_map, "All", elected))


def test_changes_speak_their_basis_and_close_to_zero():
    """DR-16, DR-19, I-26: Wealden's Greens are up nine since 2019 and seven on the eve."""
    night = a_night(
        {"GRN": 11, "CON": 9},
        baselines=[
            a_baseline("last_election", {"CON": 18, "GRN": 2}),
            a_baseline("eve_of_poll", {"CON": 16, "GRN": 4}),
        ],
    )

    assert [h.text for h in night.of("SEAT_CHANGE_SUMMARY")] == [
        "Seats on Trumptonshire council, compared with the eve of poll: Greens up seven to 11, "
        "Conservatives down seven to nine.",
        "Seats on Trumptonshire council, compared with the election of 2019: Greens up nine to 11, "
        "Conservatives down nine to nine.",
    ]
    for headline in night.of("SEAT_CHANGE_SUMMARY"):
        assert sum(row[3] for row in headline.value["rows"]) == 0
        assert list(headline.bases) == [headline.value["basis"]]


def test_pending_and_vacant_seats_are_rows_of_their_own():
    """DR-12, DR-19, I-25: seats still to be filled are never others."""
    council_map = a_map(
        a_ward("North", 2, {"CON": 2, "LAB": 2}),
        a_postponed_ward("South", 3),
        baselines=[a_baseline("last_election", {"CON": 4}, vacant=1)],
    )

    night = Night(council_map, a_declaration(council_map, "North", {"LAB": 2}))

    [summary] = night.of("SEAT_CHANGE_SUMMARY")
    assert summary.value["rows"] == [
        ["CON", 4, 0, -4, False],
        ["LAB", 0, 2, 2, False],
        ["VACANT", 1, 0, -1, False],
        ["PENDING", 0, 3, 3, False],
    ]
    assert summary.text.endswith(
        "Labour up from none to two, Conservatives down four to none, three still to be filled, none vacant."
    )


def test_others_that_a_source_only_gives_together_are_compared_together():
    baseline = a_baseline("last_election", {"CON": 2}, others=2, named=["CON", "LAB"])
    night = a_night({"LAB": 2, "LD": 1, "GRN": 1}, baselines=[baseline])

    assert night.of("SEAT_CHANGE_SUMMARY")[0].value["rows"] == [
        ["CON", 2, 0, -2, False],
        ["LAB", 0, 2, 2, False],
        ["OTHERS", 2, 2, 0, False],
    ]


def test_a_new_party_is_new_and_not_plus_n():
    """DR-27."""
    night = a_night(
        {"RES": 2, "CON": 2},
        candidates={"RES": 3, "CON": 3},
        parties={"RES": {"new_since": ["last_election"]}},
        baselines=[a_baseline("last_election", {"CON": 4}), a_baseline("eve_of_poll", {"CON": 1, "RES": 3})],
        before="RES",
    )

    eve, last = night.of("SEAT_CHANGE_SUMMARY")
    assert "residents new, with two" in last.text
    assert "residents down one to two" in eve.text


def test_no_figure_of_change_where_the_number_of_seats_changed():
    """DR-18: Tonbridge and Malling lost 19 of 39 by raw figures, though only 44 were to be had."""
    night = a_night(
        {"CON": 4},
        candidates={"CON": 4, "LAB": 4},
        baselines=[a_baseline("last_election", {"CON": 6}, comparable=False)],
    )

    [summary] = night.of("SEAT_CHANGE_SUMMARY")
    assert summary.value["rows"] == []
    assert summary.priority == "B"
    assert summary.text == (
        "No figure of change is given for Trumptonshire, compared with the election of 2019: "
        "the council had six seats then and has four seats now, or other wards."
    )


def test_seats_up_are_compared_with_the_same_seats():
    """DR-21: Elmbridge."""
    night = a_night(
        {"LD": 3},
        held={"LD": 2, "CON": 4},
        baselines=[a_baseline("snapshot", {"LD": 1, "CON": 2}, scope="seats_up")],
    )

    [summary] = night.of("SEAT_CHANGE_SUMMARY")
    assert (
        summary.text
        == "Seats up in Trumptonshire, compared with the list of 2022: Liberal Democrats up two to "
        "three, Conservatives down two to none."
    )
    assert night.of("COUNCIL_FINAL")[0].value["seats"] == {"CON": 4, "LD": 5}


def test_the_largest_party_changes():
    """Swale: a change of rank that the page missed."""
    night = a_night({"LAB": 3, "CON": 2}, baselines=[a_baseline("eve_of_poll", {"CON": 3, "LAB": 2})])

    [largest] = night.of("LARGEST_PARTY_NEW")
    assert largest.bases == {"eve_of_poll": 1}
    assert largest.text == (
        "Labour is now the largest party on Trumptonshire council with 3 of 5 seats; on the eve of poll "
        "it was the Conservatives."
    )


def test_the_largest_party_stays():
    night = a_night({"CON": 3, "LAB": 2}, baselines=[a_baseline("snapshot", {"CON": 3, "LAB": 2})])

    assert (
        night.of("LARGEST_PARTY_KEPT")[0].text
        == "The Conservatives remain the largest party on Trumptonshire council with 3 of 5 seats."
    )


def test_two_parties_are_level():
    night = a_night({"CON": 2, "LAB": 2}, baselines=[a_baseline("snapshot", {"CON": 4})])

    assert (
        night.of("LARGEST_PARTY_TIED")[0].text
        == "The Conservatives and Labour are level as the largest parties on Trumptonshire council with two seats each."
    )


def test_the_largest_party_where_two_were_level_before():
    night = a_night({"CON": 3, "LAB": 1}, baselines=[a_baseline("snapshot", {"CON": 2, "LAB": 2})])

    assert night.of("LARGEST_PARTY_NEW")[0].text.endswith(
        "on the list of 2022 the Conservatives and Labour were level."
    )


def test_the_largest_party_is_certain_before_all_is_in():
    """DR-14."""
    wards = [a_ward("North", 4, {"CON": 4, "LAB": 4}), a_ward("South", 1, {"CON": 1, "LAB": 1})]
    council_map = a_map(*wards)

    night = Night(council_map, a_declaration(council_map, "North", {"LAB": 3, "CON": 1}))

    [largest] = night.of("LARGEST_PARTY_NEW")
    assert largest.seats.pending == 1


def test_independents_are_no_party_and_the_sentence_says_so():
    """DR-25: Tandridge."""
    night = a_night({"LD": 2, "IND": 5}, candidates={"LD": 3, "IND": 7, "CON": 1})

    assert night.of("LARGEST_PARTY_NEW")[0].text == (
        "The Liberal Democrats are now the largest party on Trumptonshire council with 2 of 7 seats; "
        "independents, who are no party, have five."
    )


def test_nobody_is_largest_where_no_party_stands():
    assert (
        a_night({"IND": 2}, candidates={"IND": 3}, parties={}).of("LARGEST_PARTY_NEW", "LARGEST_PARTY_TIED")
        == []
    )


def test_all_seats_lost_on_every_basis():
    """Lewes: 19 against 2019, 18 on the eve."""
    night = a_night(
        {"LAB": 20},
        baselines=[
            a_baseline("last_election", {"CON": 19, "LAB": 1}),
            a_baseline("eve_of_poll", {"CON": 18, "LAB": 2}),
        ],
    )

    [gone] = night.of("WIPE_OUT")
    assert (gone.priority, gone.bases) == ("F", {"eve_of_poll": 1, "last_election": 1})
    assert gone.text == (
        "The Conservatives have lost all of their seats on Trumptonshire council: they had 19 seats at "
        "the election of 2019 "
        "and 18 seats on the eve of poll, and have none now."
    )


def test_an_only_seat_lost_is_no_flash():
    night = a_night({"LAB": 2}, baselines=[a_baseline("last_election", {"GRN": 1, "LAB": 1})])

    [gone] = night.of("WIPE_OUT")
    assert gone.priority == "U"
    assert gone.text.startswith(
        "The Greens have lost their only seat on Trumptonshire council: they had one seat"
    )


def test_no_wipe_out_while_a_postponed_ward_could_still_return_the_party():
    """DR-12: Surrey Heath's Greens before 15 June."""
    council_map = a_map(
        a_ward("North", 2, {"CON": 2, "GRN": 2}),
        a_postponed_ward("South", 1),
        baselines=[a_baseline("last_election", {"GRN": 3})],
    )
    night = Night(council_map, a_declaration(council_map, "North", {"CON": 2}))
    assert night.of("WIPE_OUT") == []

    amended = a_map(
        a_ward("North", 2, {"CON": 2, "GRN": 2}),
        a_postponed_ward("South", 1, {"CON": 1, "LAB": 1}),
        baselines=[a_baseline("last_election", {"GRN": 3})],
        version=2,
    )
    night.hear(amended)

    assert said(night.of("WIPE_OUT")) == [("announced", "WIPE_OUT")]


def test_a_party_that_did_not_stand_has_not_lost_all():
    night = a_night(
        {"LAB": 2}, candidates={"LAB": 2, "CON": 1}, baselines=[a_baseline("last_election", {"GRN": 2})]
    )

    assert night.of("WIPE_OUT") == []


@pytest.mark.parametrize(
    ("left", "before", "near"), [(3, 10, True), (4, 10, False), (3, 9, False), (4, 40, True), (5, 40, False)]
)
def test_a_party_is_nearly_wiped_out_with_three_seats_or_a_tenth_left(left, before, near):
    night = a_night(
        {"LAB": before - left, "CON": left}, baselines=[a_baseline("last_election", {"CON": before})]
    )

    assert bool(night.of("NEAR_WIPE_OUT")) is near


def test_near_wipe_out_in_words():
    night = a_night({"LAB": 9, "CON": 3}, baselines=[a_baseline("last_election", {"CON": 12})])

    assert (
        night.of("NEAR_WIPE_OUT")[0].text
        == "The Conservatives have three seats left on Trumptonshire council: they had 12 seats at the "
        "election of 2019."
    )


def test_a_final_result_names_seats_that_nobody_fills():
    council_map = a_map(a_ward("North", 2, {"CON": 1}), a_ward("South", 1, {"CON": 1, "LAB": 1}))

    night = Night(council_map, a_declaration(council_map, "South", {"CON": 1}))

    assert (
        night.of("COUNCIL_FINAL")[0].text
        == "Trumptonshire, final result: Conservatives 2 (one without a candidate or vacant)."
    )
