"""Who controls the council, as soon as arithmetic allows (DR-01 to DR-15)."""

from schemas.proof import mistakes
from tests.rules.making import (
    Night,
    a_baseline,
    a_declaration,
    a_map,
    a_moment,
    a_postponed_ward,
    a_ward,
    said,
    ward_id,
)

NO_PARTY = {code: {"may_control": False} for code in ("CON", "LAB", "LD", "GRN", "RES", "LABCO")}
TWO_EACH = {"CON": 2, "LAB": 2}


def a_council(wards: int = 3, **fields):
    return a_map(*(a_ward(f"Ward {n}", 2, TWO_EACH) for n in range(1, wards + 1)), **fields)


def test_a_majority_is_called_the_moment_the_floor_reaches_it():
    council_map = a_council()
    night = Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 2}))

    night.hear(a_declaration(council_map, "Ward 2", {"LAB": 2}, "02:10"))

    [call] = night.of("CONTROL_GAIN")
    assert call.value == {
        "before": "CON",
        "after": "LAB",
        "deciding": [ward_id("Ward 2")],
        "before_poll": False,
    }
    assert (
        call.text
        == "Labour has gained Trumptonshire from the Conservatives, Ward 2 completing the majority: "
        "it has 4 of 6 seats (two seats still out)."
    )
    assert call.priority == "F"
    assert call.proof is not None
    assert (call.proof.claim, call.proof.party, call.proof.majority) == ("secured", "LAB", 4)
    assert list(mistakes(call.proof, council_map)) == []


def test_exactly_half_is_no_overall_control():
    council_map = a_council(2)
    night = Night(council_map, a_declaration(council_map, "Ward 1", {"CON": 2}))

    night.hear(a_declaration(council_map, "Ward 2", {"LAB": 2}))

    assert night.last.count.ground.majority == 3
    assert said(night.of("CONTROL_LOSS_TO_NOC")) == [("announced", "CONTROL_LOSS_TO_NOC")]
    assert [h.value["party"] for h in night.of("EXACT_HALF")] == ["CON", "LAB"]
    assert "one short of a majority" in night.of("EXACT_HALF")[0].text


def test_the_holder_loses_for_certain_before_the_new_state_is_known():
    council_map = a_map(*(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1, "LD": 1}) for n in range(1, 8)))
    night = Night(council_map)

    for n, winner in enumerate(["LAB", "LAB", "LAB", "LD"], start=1):
        night.hear(a_declaration(council_map, f"Ward {n}", {winner: 1}, f"02:0{n}"))
    [lost] = night.of("CONTROL_LOST_CERTAIN")
    night.hear(a_declaration(council_map, "Ward 5", {"LAB": 1}, "02:05"))

    [gain] = night.of("CONTROL_GAIN")
    assert lost.value["deciding"] == [ward_id("Ward 4")]
    assert lost.proof is not None
    assert lost.proof.claim == "lost"
    assert list(mistakes(lost.proof, council_map)) == []
    assert lost.text == (
        "The Conservatives have lost control of Trumptonshire: they can reach at most 3 of 7 seats, "
        "and a majority takes 4 (three seats still out)."
    )
    assert gain.action == "updated"
    assert gain.supersedes[0] == lost.id
    assert gain.text == (
        "Labour has gained Trumptonshire from the Conservatives, Ward 5 completing the majority: "
        "it has 4 of 7 seats (two seats still out)."
    )


def test_the_illustrative_council_of_the_domain_loses_control_with_eight_seats_to_come():
    """DR-08: S=44, T=23, Con 15, LD 10, Grn 6, Lab 3, residents 2 after 36 seats; Con can win 7 of the last 8."""
    last = [
        a_ward("North", 3, {"CON": 3, "LD": 3}),
        a_ward("South", 3, {"CON": 2, "LD": 3}),
        a_ward("West", 2, {"CON": 2, "LD": 2}),
    ]
    first = a_ward("Rest", 36, {"CON": 16, "LD": 11, "GRN": 7, "LAB": 4, "RES": 3})
    council_map = a_map(first, *last)
    night = Night(council_map)

    night.hear(a_declaration(council_map, "Rest", {"CON": 15, "LD": 10, "GRN": 6, "LAB": 3, "RES": 2}))

    count = night.last.count
    assert (count.ceiling["CON"], count.ceiling["LD"], count.ground.majority) == (22, 18, 23)
    [loss] = night.of("CONTROL_LOSS_TO_NOC")
    assert loss.seats.pending == 8
    assert list(mistakes(loss.proof, council_map)) == []


def test_nominations_bound_the_ceiling_before_a_vote_is_counted():
    """DR-09: a party that nominated fewer than the majority mark cannot win outright."""
    council_map = a_map(a_ward("All", 5, {"CON": 5, "LAB": 2, "IND": 4}))

    night = Night(council_map)

    assert [(h.value["party"], h.priority) for h in night.of("CANNOT_WIN_OUTRIGHT")] == [("LAB", "B")]
    assert night.headlines[0].text == (
        "Labour cannot win a majority on Trumptonshire council: its candidates can bring its seats "
        "to at most 2 of 5, and a majority takes 3."
    )


def test_a_party_is_sure_of_seats_that_nobody_else_can_fill():
    """DR-10: three seats, Con 3, Lab 1, LD 1: low(Con) = 1."""
    council_map = a_map(a_ward("All", 3, {"CON": 3, "LAB": 1, "LD": 1}))

    night = Night(council_map)

    assert night.last.count.floor == {"CON": 1, "LAB": 0, "LD": 0, "GRN": 0, "RES": 0, "IND": 0}


def test_holdovers_can_decide_control_before_the_poll():
    """DR-13: seats not up that make a majority by themselves."""
    council_map = a_map(a_ward("Third", 2, TWO_EACH), held={"LAB": 4}, before="LAB")
    night = Night(council_map)
    [decided] = night.of("CONTROL_DECIDED_BEFORE_POLL")
    assert night.of("CONTROL_HOLD") == []

    night.hear(a_declaration(council_map, "Third", {"CON": 2}))

    [hold] = night.of("CONTROL_HOLD")
    assert decided.text == "Labour will control Trumptonshire, whatever the result of the poll."
    assert decided.value == {"before": "LAB", "after": "LAB"}
    assert hold.value["before_poll"] is True
    assert hold.value["deciding"] == []
    assert hold.text == "Labour has held Trumptonshire: it has 4 of 6 seats."


def test_no_overall_control_can_be_certain_before_the_poll():
    council_map = a_map(
        a_ward("Third", 2, TWO_EACH), held={"LAB": 2, "CON": 2, "LD": 2, "IND": 2}, before="NOC"
    )

    night = Night(council_map)

    [decided] = night.of("CONTROL_DECIDED_BEFORE_POLL")
    assert (
        decided.text == "Trumptonshire will remain under no overall control, whatever the result of the poll."
    )


def test_postponed_seats_stay_in_the_majority_mark_and_anybody_may_still_win_them():
    """DR-12."""
    council_map = a_map(a_ward("North", 2, TWO_EACH), a_postponed_ward("South", 2))
    night = Night(council_map)

    night.hear(a_declaration(council_map, "North", {"LAB": 2}))

    count = night.last.count
    assert (count.ground.majority, count.ceiling["GRN"], count.floor["LAB"]) == (3, 2, 2)
    assert night.of("CONTROL_GAIN", "CONTROL_LOSS_TO_NOC") == []
    [final] = night.of("COUNCIL_FINAL")
    assert final.text == "Trumptonshire, final result: Labour 2 (2 of 4; South to follow)."


def test_a_newcomer_in_a_postponed_ward_can_keep_control_open():
    council_map = a_map(a_ward("North", 1, {"CON": 1, "LAB": 1}), a_postponed_ward("South", 2))

    night = Night(council_map, a_declaration(council_map, "North", {"LAB": 1}))

    assert night.of("CONTROL_LOSS_TO_NOC", "CONTROL_NO_CHANGE") == []


def test_a_newcomer_keeps_control_open_even_where_no_party_stands():
    council_map = a_map(
        a_ward("North", 1, {"IND": 2}), a_postponed_ward("South", 2), parties=NO_PARTY, before="NOC"
    )

    night = Night(council_map, a_declaration(council_map, "North", {"IND": 1}))

    assert [h for h in night.headlines if h.fact == "control"] == []


def test_independents_do_not_control_unless_the_map_says_so():
    """DR-06, DR-25."""
    wards = [a_ward(f"Ward {n}", 1, {"IND": 2, "CON": 1}) for n in range(1, 4)]
    plain = a_map(*wards, before="NOC")
    bloc = a_map(*wards, before="NOC", parties={"IND": {"may_control": True}})
    results = {}

    for name, council_map in (("plain", plain), ("bloc", bloc)):
        night = Night(council_map, *(a_declaration(council_map, f"Ward {n}", {"IND": 1}) for n in (1, 2)))
        results[name] = [h.type for h in night.headlines if h.fact == "control"]

    assert results == {"plain": ["CONTROL_NO_CHANGE"], "bloc": ["CONTROL_GAIN"]}


def test_joint_candidates_are_tallied_under_their_party():
    """DR-24: six and two joint ones are eight."""
    council_map = a_map(a_ward("All", 5, {"LAB": 2, "LABCO": 2, "CON": 5}))
    night = Night(council_map)

    night.hear(a_declaration(council_map, "All", {"LAB": 2, "LABCO": 1, "CON": 2}))

    [gain] = night.of("CONTROL_GAIN")
    assert gain.value["after"] == "LAB"
    assert night.last.count.seats["LAB"] == 3
    assert list(mistakes(gain.proof, council_map)) == []


def test_a_new_council_is_won():
    council_map = a_council(1, before=None)

    night = Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 2}))

    [won] = night.of("NEW_COUNCIL_WON")
    assert won.text == "Labour has won the new Trumptonshire council with 2 of 2 seats."


def test_a_new_council_without_a_majority():
    council_map = a_council(1, before=None)

    night = Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 1, "CON": 1}))

    assert night.of("NEW_COUNCIL_WON")[0].text == "The new Trumptonshire council is under no overall control."


def test_control_is_not_reported_where_power_is_shared():
    """DR-36."""
    council_map = a_council(1, control_reported=False)

    night = Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 2}))

    assert not any(
        "CONTROL" in h.type or h.type in ("NEEDS_N", "CANNOT_WIN_OUTRIGHT", "EXACT_HALF")
        for h in night.headlines
    )
    assert night.of("LARGEST_PARTY_NEW")
    assert night.last.standing(1).control.outcome is None


def test_a_party_in_sight_of_a_majority():
    council_map = a_council(3)
    night = Night(council_map)

    night.hear(a_declaration(council_map, "Ward 1", {"LAB": 2}))
    night.hear(a_declaration(council_map, "Ward 2", {"LAB": 1, "CON": 1}))

    assert [(h.action, h.text) for h in night.of("NEEDS_N") if h.value["party"] == "LAB"] == [
        ("announced", "Labour needs two more seats to control Trumptonshire (four seats still out)."),
        ("updated", "Labour needs one more seat to control Trumptonshire (two seats still out)."),
    ]


def test_a_need_that_is_met_lapses_into_the_call_and_is_not_withdrawn():
    council_map = a_council(3)
    night = Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 2}))
    [needs] = night.of("NEEDS_N")

    night.hear(a_declaration(council_map, "Ward 2", {"LAB": 2}))

    [gain] = night.of("CONTROL_GAIN")
    assert needs.id in gain.supersedes
    assert "withdrawn" not in {h.action for h in night.headlines}
    assert "needs:LAB" not in night.claims()


def test_a_contender_that_falls_out_of_the_running_in_the_count():
    council_map = a_map(
        *(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1, "LD": 1}) for n in range(1, 6)), before="NOC"
    )

    night = Night(
        council_map,
        *(a_declaration(council_map, f"Ward {n}", {w: 1}) for n, w in ((1, "LAB"), (2, "LAB"), (3, "LD"))),
    )

    [out] = night.of("CANNOT_WIN_OUTRIGHT")
    assert (out.value["party"], out.priority) == ("CON", "R")
    assert out.proof is not None
    assert list(mistakes(out.proof, council_map)) == []


def test_a_majority_won_last_time_and_lost_since_is_context_and_not_a_loss():
    """DR-05, I-24: Canterbury."""
    baseline = a_baseline("last_election", {"CON": 4, "LAB": 2})
    council_map = a_council(3, before="NOC", baselines=[baseline])

    night = Night(
        council_map,
        *(a_declaration(council_map, f"Ward {n}", {"LAB": 1, "CON": 1}) for n in (1, 2, 3)),
    )

    [no_change] = [h for h in night.headlines if h.fact == "control"]
    assert no_change.type == "CONTROL_NO_CHANGE"
    assert no_change.text.endswith(
        "The Conservatives won a majority at the election of 2019 and lost it before this election."
    )


class TestDecidingWards:
    """DR-40: found by the times of declaration, not of arrival, and only where those times are known."""

    council_map = a_council(3)

    def deciding(self, *times):
        events = [
            a_declaration(self.council_map, f"Ward {n}", {"LAB": 2}, declared_at=moment)
            for n, moment in enumerate(times, start=1)
        ]
        return {
            tuple(order): Night(self.council_map, *(events[n] for n in order)).claims()["control"][1][
                "deciding"
            ]
            for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0))
        }

    def test_the_second_of_two_is_named_whatever_order_they_arrive_in(self):
        found = self.deciding(a_moment("02:00"), a_moment("02:10"), a_moment("02:20"))

        assert set(map(tuple, found.values())) == {(ward_id("Ward 2"),)}

    def test_wards_of_one_minute_are_named_together(self):
        found = self.deciding(a_moment("02:00"), a_moment("02:10"), a_moment("02:10"))

        assert set(map(tuple, found.values())) == {(ward_id("Ward 2"), ward_id("Ward 3"))}

    def test_no_claim_of_order_rests_on_an_assumed_time(self):
        found = self.deciding(a_moment("02:00"), a_moment("02:10", basis="assumed"), a_moment("02:20"))

        assert set(found.values()) == {None}

    def test_known_bounds_of_an_assumed_time_are_enough(self):
        before = a_moment("01:00", basis="assumed", not_after="2023-05-05T01:59:59Z")
        found = self.deciding(before, a_moment("02:10"), a_moment("02:20"))

        assert set(map(tuple, found.values())) == {(ward_id("Ward 2"),)}
