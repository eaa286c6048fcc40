"""Changes beyond the table: major gains and losses, transfers, sweeps, survivors, new parties, ranks."""

import pytest

from tests.rules.making import Night, a_baseline, a_declaration, a_map, a_postponed_ward, a_ward, ward_id


def a_night(elected, before=(), *, candidates=None, control="NOC", **fields):
    seats = sum(elected.values())
    everyone = candidates or {"CON": seats, "LAB": seats, "LD": seats, "GRN": seats}
    council_map = a_map(a_ward("All", seats, everyone), baselines=list(before), before=control, **fields)
    return Night(council_map, a_declaration(council_map, "All", elected))


def last(seats, **fields):
    return a_baseline("last_election", seats, **fields)


def eve(seats, **fields):
    return a_baseline("eve_of_poll", seats, **fields)


def test_a_major_loss_is_told_on_both_bases():
    """DR-16, page 41: nine, down from 28 on the eve of poll and 34 at the election."""
    night = a_night({"CON": 9, "LD": 25}, [eve({"CON": 28, "LD": 6}), last({"CON": 34})], control="CON")

    [loss] = night.of("MAJOR_LOSS")
    assert loss.text == (
        "The Conservatives have nine seats on Trumptonshire council, down from 28 on the eve of poll "
        "and 34 at the election of 2019."
    )
    assert loss.bases == {"eve_of_poll": 1, "last_election": 1}
    assert (loss.priority, loss.value["before"]) == ("U", {"eve_of_poll": 28, "last_election": 34})


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        (0, 8, True),
        (0, 7, False),
        (24, 32, True),
        (25, 33, False),
        (24, 16, True),
        (25, 17, False),
        (30, 20, True),
    ],
)
def test_a_change_is_major_from_eight_seats_that_are_a_third(before, now, told):
    rest = 40
    night = a_night({"CON": now, "LAB": rest}, [last({"CON": before, "LAB": rest + now - before})])

    found = [h for h in night.of("MAJOR_GAIN", "MAJOR_LOSS") if h.value["party"] == "CON"]

    assert bool(found) is told


def test_a_wipe_out_is_not_also_a_major_loss():
    night = a_night({"LAB": 20}, [last({"CON": 20})])

    assert [h.type for h in night.of("MAJOR_LOSS", "WIPE_OUT")] == ["WIPE_OUT"]


def test_no_major_loss_where_the_seats_do_not_compare():
    """DR-18: Tonbridge and Malling's Conservatives, 39 of 54 and then 20 of 44."""
    assert (
        a_night({"CON": 20, "LD": 24}, [last({"CON": 39, "LD": 15}, comparable=False)]).of("MAJOR_LOSS") == []
    )


def test_no_change_of_a_party_that_a_bundle_hides():
    """DR-18: what a source only gives together has no figure for one of them."""
    bundle = last({"CON": 20}, others=20, named=["CON", "LAB"])

    night = a_night({"LD": 20, "CON": 20}, [bundle])

    assert [h for h in night.of("MAJOR_GAIN") if h.value["party"] == "LD"] == []


def test_a_sign_depends_on_the_basis_and_both_are_told():
    """I-19, I-20, I-21: the SNP's 2017, minus seven notionally and plus seven in raw figures."""
    night = a_night(
        {"GRN": 31, "CON": 9},
        [last({"GRN": 24, "CON": 16}), a_baseline("notional_last_election", {"GRN": 38, "CON": 2})],
    )

    rows = {h.value["basis"]: h.value["rows"] for h in night.of("SEAT_CHANGE_SUMMARY")}
    assert {basis: row[3] for basis, found in rows.items() for row in found if row[0] == "GRN"} == {
        "last_election": 7,
        "notional_last_election": -7,
    }
    assert all("compared with" in h.text for h in night.of("SEAT_CHANGE_SUMMARY"))


class TestTransfers:
    """DR-20: from whom is said only where one alone lost, or one alone gained."""

    def test_one_loser(self):
        """Page 30: Dartford."""
        night = a_night(
            {"CON": 29, "LAB": 11, "GRN": 1, "RES": 1},
            [last({"CON": 29, "LAB": 10, "RES": 3})],
            candidates={"CON": 42, "LAB": 42, "GRN": 5, "RES": 5},
        )

        [transfer] = night.of("SEAT_TRANSFER")
        assert transfer.text == (
            "In Trumptonshire, compared with the election of 2019, the Greens gained one seat and Labour gained one "
            "seat while the residents lost two seats; all others are level."
        )
        assert transfer.bases == {"last_election": 1}

    def test_one_gainer(self):
        """Page 37: Mole Valley."""
        night = a_night({"LD": 30, "CON": 9}, [last({"LD": 23, "CON": 16})])

        assert night.of("SEAT_TRANSFER")[0].value | {"basis": None} == {
            "basis": None,
            "scope": "council",
            "up": [["LD", 7]],
            "down": [["CON", 7]],
        }

    def test_several_of_both_are_nobodys_transfer(self):
        """Lewes: three gainers, two losers."""
        night = a_night(
            {"GRN": 17, "LD": 15, "LAB": 9},
            [last({"CON": 19, "GRN": 9, "LD": 8, "LAB": 3, "IND": 2})],
            candidates={"GRN": 20, "LD": 20, "LAB": 20, "CON": 20, "IND": 5},
        )

        assert night.of("SEAT_TRANSFER") == []

    def test_none_from_a_bundle_or_while_seats_are_pending(self):
        bundle = a_night({"LAB": 3, "CON": 1}, [last({"CON": 3}, others=1, named=["CON", "LAB"])])
        council_map = a_map(
            a_ward("All", 3, {"CON": 3, "LAB": 3}),
            a_postponed_ward("Later", 1),
            before="NOC",
            baselines=[last({"CON": 4})],
        )
        pending = Night(council_map, a_declaration(council_map, "All", {"CON": 2, "LAB": 1}))

        assert [night.of("SEAT_TRANSFER") for night in (bundle, pending)] == [[], []]


def test_every_seat_up_to_one_party():
    night = a_night({"LD": 6}, held={"CON": 2})

    assert [(h.priority, h.text) for h in night.of("CLEAN_SWEEP")] == [
        ("F", "The Liberal Democrats have won all 6 seats up in Trumptonshire.")
    ]
    assert a_night({"LD": 6}).of("CLEAN_SWEEP")[0].text == (
        "The Liberal Democrats have won all 6 seats of Trumptonshire."
    )
    assert a_night({"LD": 4}).of("CLEAN_SWEEP") == a_night({"LD": 5, "CON": 1}).of("CLEAN_SWEEP") == []


def test_the_last_seat_of_a_party_has_a_name_and_a_ward():
    night = a_night({"LAB": 19, "GRN": 1}, [last({"GRN": 5, "LAB": 15})])

    [survivor] = night.of("LAST_SEAT_HELD")
    assert survivor.text == (
        "The Greens have one seat left on Trumptonshire council, that of Grn Person 1 (Green) in All, "
        "down from five at the election of 2019."
    )
    assert survivor.value["ward"] == ward_id("All")


def test_a_small_party_that_keeps_one_of_two_is_no_survivor():
    assert a_night({"LAB": 1, "GRN": 1}, [last({"GRN": 2})]).of("LAST_SEAT_HELD") == []


def test_a_new_party_has_seats():
    """DR-27: the Rother Association of Independent Councillors."""
    night = a_night(
        {"RES": 8, "CON": 2},
        [last({"CON": 10})],
        candidates={"RES": 9, "CON": 9},
        parties={"RES": {"new_since": ["last_election"]}},
    )

    assert [(h.text, h.bases) for h in night.of("NEW_PARTY_SEATS")] == [
        (
            "The residents have eight seats on Trumptonshire council; they did not exist at the election of 2019.",
            {"last_election": 1},
        )
    ]


def test_a_party_falls_by_two_places():
    """Canterbury's Conservatives, third; the page did not say so."""
    night = a_night({"LAB": 18, "LD": 9, "CON": 8, "GRN": 4}, [eve({"CON": 18, "LAB": 9, "LD": 8, "GRN": 4})])

    assert [(h.text, h.bases) for h in night.of("RANK_DROP")] == [
        (
            "The Conservatives are third in seats on Trumptonshire council; on the eve of poll they were first.",
            {"eve_of_poll": 1},
        )
    ]


def test_a_rank_that_a_bundle_hides_is_not_told():
    bundle = eve({"CON": 8, "LAB": 7}, others=9, named=["CON", "LAB"])

    assert a_night({"LAB": 12, "LD": 9, "CON": 3}, [bundle]).of("RANK_DROP") == []
