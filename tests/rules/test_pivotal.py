"""What can still decide control: pivotal wards, postponed polls, one seat short, and sums of parties."""

from itertools import product

from hypothesis import given, settings

from streams.rules import control
from tests.rules.making import Night, a_declaration, a_map, a_postponed_ward, a_ward, said, ward_id
from tests.rules.test_properties import partly_declared, results_of


def a_council(*sizes, **fields):
    wards = (a_ward(f"Ward {n}", seats, {"CON": seats, "LAB": seats}) for n, seats in enumerate(sizes, 1))
    return a_map(*wards, before="NOC", **fields)


def test_wards_that_could_decide_if_declared_next():
    council_map = a_council(3, 1, 3)
    night = Night(council_map)

    night.hear(a_declaration(council_map, "Ward 1", {"LAB": 3}))

    [pivotal] = night.of("PIVOTAL_WARDS")
    assert pivotal.text == (
        "Any of Ward 2 and Ward 3, if declared next, can decide control of Trumptonshire (four seats still out)."
    )
    assert pivotal.confidence == "arithmetic"


def test_a_ward_too_small_to_decide_is_not_pivotal():
    council_map = a_council(2, 1, 3, 3)
    night = Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 2}))

    assert night.of("PIVOTAL_WARDS")[-1].value["wards"] == [ward_id("Ward 3"), ward_id("Ward 4")]


def test_the_one_that_is_expected_first_is_named():
    times = ("2023-05-05T03:00:00Z", "2023-05-05T02:00:00Z")
    wards = [
        a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1}, expected_at=time) for n, time in enumerate(times, 1)
    ]
    council_map = a_map(*wards, a_ward("Ward 3", 1, {"CON": 1, "LAB": 1}), before="NOC")

    night = Night(council_map, a_declaration(council_map, "Ward 3", {"LAB": 1}))

    assert night.of("PIVOTAL_WARDS")[0].text == (
        "Any of Ward 1 and Ward 2, if declared next, can decide control of Trumptonshire; "
        "first expected is Ward 2 (two seats still out)."
    )


def test_pivotal_wards_lapse_into_the_call():
    council_map = a_council(1, 1, 1)
    night = Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 1}))
    [pivotal] = night.of("PIVOTAL_WARDS")

    night.hear(a_declaration(council_map, "Ward 2", {"LAB": 1}))

    assert pivotal.id in night.of("CONTROL_GAIN")[0].supersedes
    assert "withdrawn" not in {h.action for h in night.headlines}


@given(partly_declared())
@settings(max_examples=150, deadline=None)
def test_a_ward_is_pivotal_exactly_where_one_of_its_results_decides_control(case):
    council_map, declared = case
    if len(council_map.wards) - len(declared) > 4 or not declared:
        return
    events = [a_declaration(council_map, council_map.wards[n].name, r) for n, r in declared.items()]
    night = Night(council_map, *events)
    told = night.claims().get("pivotal")
    if control.judge(night.last.count).after is not None:
        assert told is None
        return
    deciding = [
        ward.id
        for n, ward in enumerate(council_map.wards)
        if n not in declared and ward.state == "contested" and _decides(council_map, events, n)
    ]
    assert (told[1]["wards"] if told else []) == deciding


def _decides(council_map, events, n):
    for result in results_of(council_map, n):
        night = Night(council_map, *events, a_declaration(council_map, council_map.wards[n].name, result))
        if control.judge(night.last.count).after is not None:
            return True
    return False


def test_control_waits_for_a_postponed_poll():
    """DR-12."""
    council_map = a_map(
        a_ward("North", 2, {"CON": 2, "LAB": 2}),
        a_postponed_ward("South", 1, {"CON": 1, "LAB": 1}),
        before="CON",
    )
    night = Night(council_map, a_declaration(council_map, "North", {"LAB": 1, "CON": 1}))

    [waits] = night.of("CONTROL_UNCALLABLE")
    night.hear(a_declaration(council_map, "South", {"LAB": 1}, "10:00"))

    assert waits.text == "Control of Trumptonshire depends on South, still to poll (one seat still out)."
    assert waits.id in night.of("CONTROL_GAIN")[0].supersedes


def test_one_seat_short_of_a_majority():
    council_map = a_map(a_ward("All", 5, {"CON": 5, "LAB": 5, "GRN": 5}), before="CON")

    night = Night(council_map, a_declaration(council_map, "All", {"CON": 2, "LAB": 2, "GRN": 1}))

    assert [h.text for h in night.of("ONE_SEAT_SHORT")] == [
        "The Conservatives are one seat short of a majority on Trumptonshire council, with 2 of 5.",
        "Labour is one seat short of a majority on Trumptonshire council, with 2 of 5.",
    ]


def test_nobody_is_one_short_where_another_has_the_majority():
    council_map = a_map(a_ward("All", 5, {"CON": 5, "LAB": 5}), before="CON")

    assert (
        Night(council_map, a_declaration(council_map, "All", {"CON": 2, "LAB": 3})).of("ONE_SEAT_SHORT") == []
    )


def a_result(elected, **fields):
    seats = sum(elected.values())
    codes = ("CON", "LAB", "LD", "GRN", "RES", "IND")
    council_map = a_map(a_ward("All", seats, dict.fromkeys(codes, seats)), before="NOC", **fields)
    return Night(council_map, a_declaration(council_map, "All", elected))


class TestCoalitions:
    """Arithmetic, and no forecast."""

    def test_pairs_that_reach_a_majority(self):
        """Page 47: Wealden."""
        night = a_result({"LD": 13, "GRN": 11, "CON": 9, "IND": 10, "LAB": 2})

        assert night.of("COALITION_ARITHMETIC")[0].text == (
            "On Trumptonshire council, where a majority takes 23: "
            "the Liberal Democrats and the Greens have 24 together."
        )

    def test_threes_where_no_pair_does(self):
        night = a_result({"LD": 5, "GRN": 5, "CON": 5, "LAB": 5})

        assert night.of("COALITION_ARITHMETIC")[0].value["sums"][0] == [["CON", "GRN", "LAB"], 15]
        assert len(night.of("COALITION_ARITHMETIC")[0].value["sums"]) == 4

    def test_independents_are_in_no_sum(self):
        """DR-25."""
        night = a_result({"LD": 4, "IND": 6, "CON": 2})

        assert night.of("COALITION_ARITHMETIC") == []

    def test_none_where_a_party_has_a_majority(self):
        assert a_result({"LD": 7, "CON": 3}).of("COALITION_ARITHMETIC") == []

    def test_each_sum_is_the_sum_of_its_seats_and_reaches_the_mark(self):
        for seats in product((0, 2, 4), repeat=4):
            elected = {code: n for code, n in zip(("CON", "LAB", "LD", "GRN"), seats, strict=True) if n}
            if not elected:
                continue
            for headline in a_result(elected).of("COALITION_ARITHMETIC"):
                for group, total in headline.value["sums"]:
                    assert total == sum(elected[code] for code in group) >= headline.seats.majority


def test_a_withdrawn_ward_takes_a_sum_back():
    night = a_result({"LD": 5, "GRN": 5, "CON": 5})

    told = night.hear(a_declaration(night.last.book.map, "All", {"LD": 10, "CON": 5}, revision=2))

    assert ("withdrawn", "COALITION_ARITHMETIC") in said(told)
