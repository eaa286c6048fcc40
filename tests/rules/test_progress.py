"""A count under way: tallies and trends at each step, of the wards that reach it, whatever arrives when."""

from itertools import permutations

from tests.rules.making import Night, a_baseline, a_declaration, a_map, a_moment, a_ward, ward_id

SNAPSHOT = a_baseline("snapshot", {"CON": 20})


def a_council(**ward):
    """Four wards of five seats, all Conservative on the list of 2022."""
    fields = {"baselines": [{"basis": "snapshot", "seats": {"CON": 5}}]} | ward
    wards = [a_ward(f"Ward {n}", 5, {"CON": 5, "LAB": 5}, **fields) for n in range(1, 5)]
    return a_map(*wards, before="NOC", baselines=[SNAPSHOT])


MAP = a_council()
RESULTS = ({"LAB": 5}, {"CON": 5}, {"LAB": 2, "CON": 3})
EVENTS = [a_declaration(MAP, f"Ward {n}", elected, f"02:{n}0") for n, elected in enumerate(RESULTS, start=1)]


def test_a_tally_and_a_trend_at_each_step():
    night = Night(MAP, *EVENTS)

    assert [(h.action, h.text) for h in night.of("TALLY_UPDATE")] == [
        ("announced", "Trumptonshire, with 10 of 20 seats filled: Conservatives 5, Labour 5."),
        ("updated", "Trumptonshire, with 15 of 20 seats filled: Conservatives 8, Labour 7."),
    ]
    assert [h.text for h in night.of("PARTIAL_TREND")] == [
        "Trumptonshire, with 10 of the 20 seats up declared, in the same wards compared with the list of 2022: "
        "Labour up from none to five, Conservatives down five to five.",
        "Trumptonshire, with 15 of the 20 seats up declared, in the same wards compared with the list of 2022: "
        "Labour up from none to seven, Conservatives down seven to eight.",
    ]
    assert night.of("PARTIAL_TREND")[0].bases == {"snapshot": 1}


def test_no_step_before_ten_seats_are_in():
    """I-39: no edge at a few percent."""
    assert Night(MAP, EVENTS[0]).of("TALLY_UPDATE", "PARTIAL_TREND") == []


def test_the_order_of_arrival_changes_no_claim():
    """DR-40."""
    claims = [Night(MAP, *order).claims() for order in permutations(EVENTS)]

    assert all(found == claims[0] for found in claims)
    assert claims[0]["tally"][1]["seats"] == {"CON": 8, "LAB": 7}


def test_a_later_ward_changes_nothing_of_an_earlier_step():
    council_map = a_map(*(a_ward(f"Ward {n}", 5, {"CON": 5, "LAB": 5}) for n in range(1, 9)), before="NOC")
    night = Night(
        council_map, *(a_declaration(council_map, f"Ward {n}", {"LAB": 5}, f"02:{n}0") for n in (1, 2))
    )

    later = night.hear(a_declaration(council_map, "Ward 3", {"CON": 5}, "02:30"))

    assert [h.type for h in later if h.type == "TALLY_UPDATE"] == []
    assert night.claims()["tally"][1]["seats"] == {"LAB": 10}


def test_a_correction_within_the_step_corrects_it():
    night = Night(MAP, *EVENTS[:2])

    told = night.hear(a_declaration(MAP, "Ward 1", {"CON": 5}, "02:10", revision=2))

    assert [(h.action, h.type) for h in told if h.fact in ("tally", "partial-trend")] == [
        ("corrected", "TALLY_UPDATE"),
        ("corrected", "PARTIAL_TREND"),
    ]


def test_a_trend_compares_like_wards_or_is_not_told():
    """DR-18: one ward in hand that does not compare is enough."""
    wards = [
        a_ward("Ward 1", 5, {"CON": 5, "LAB": 5}, baselines=[{"basis": "snapshot", "seats": {"CON": 5}}]),
        *(a_ward(f"Ward {n}", 5, {"CON": 5, "LAB": 5}) for n in (2, 3, 4)),
    ]
    council_map = a_map(*wards, before="NOC", baselines=[SNAPSHOT])

    night = Night(council_map, *(a_declaration(council_map, f"Ward {n}", {"LAB": 5}) for n in (1, 2)))

    assert night.of("TALLY_UPDATE")
    assert night.of("PARTIAL_TREND") == []


def test_the_final_result_takes_the_place_of_the_tally():
    night = Night(MAP, *EVENTS)
    tally, trend = night.of("TALLY_UPDATE")[-1], night.of("PARTIAL_TREND")[-1]

    night.hear(a_declaration(MAP, "Ward 4", {"CON": 5}, "02:50"))

    assert {tally.id, trend.id} <= set(night.of("COUNCIL_FINAL")[0].supersedes)
    assert "withdrawn" not in {h.action for h in night.headlines}


def test_assumed_times_pace_a_tally_and_claim_no_order():
    moments = [a_moment(f"02:{n}0", "assumed") for n in (1, 2)]
    events = [
        a_declaration(MAP, f"Ward {n}", {"LAB": 5}, declared_at=moment) for n, moment in enumerate(moments, 1)
    ]

    [tally] = Night(MAP, *events).of("TALLY_UPDATE")

    assert "first" not in tally.text
    assert ward_id("Ward 1") not in str(tally.value)
