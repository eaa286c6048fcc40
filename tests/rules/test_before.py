"""What a map says of before: conflicts and amendments are told to operators, corrections to readers (DR-05, DR-18)."""

from tests.rules.making import Night, a_baseline, a_declaration, a_map, a_ward, said

WARDS = tuple(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1, "LD": 1}) for n in range(1, 6))


def a_night(version=1, before="NOC", **fields):
    council_map = a_map(*WARDS, before=before, version=version, **fields)
    winners = ("LAB", "LAB", "CON", "LD", "LD")
    return Night(
        council_map,
        *(a_declaration(council_map, f"Ward {n}", {w: 1}, f"02:0{n}") for n, w in enumerate(winners, 1)),
    )


def test_a_majority_on_the_eve_contradicts_no_overall_control_before():
    """DR-05: Surrey Heath, 18 of 35 and yet no overall control."""
    night = a_night(baselines=[a_baseline("eve_of_poll", {"CON": 3, "LAB": 2})])

    assert [(n.status, n.field, n.sentence) for n in night.notices] == [
        (
            "baseline-conflict",
            "baselines.0.seats",
            "Trumptonshire: the basis eve_of_poll (council, version 1) has CON with 3 of 5 seats (made up), which "
            "contradicts no overall control before (made up); no change is told on it (DR-05)",
        )
    ]
    [summary] = night.of("SEAT_CHANGE_SUMMARY")
    assert summary.text == (
        "No figure of change is given for Trumptonshire, compared with the eve of poll: "
        "sources disagree about the council then."
    )
    assert night.last.standing(1).changes[0].rows == ()


def test_control_before_without_the_seats_for_it_is_a_conflict_too():
    night = a_night(before="CON", baselines=[a_baseline("eve_of_poll", {"CON": 2, "LAB": 3})])

    assert [n.status for n in night.notices] == ["baseline-conflict"]


def test_figures_that_agree_are_no_conflict():
    eve = a_baseline("eve_of_poll", {"CON": 2, "LAB": 2}, vacant=1)

    assert a_night(baselines=[eve]).notices == []


def test_a_comparable_basis_of_another_number_of_seats_will_not_balance():
    """DR-19: Rother's bulletin lost five seats of its baseline."""
    [notice] = a_night(baselines=[a_baseline("last_election", {"CON": 4})]).notices

    assert notice.status == "baseline-conflict"
    assert "has 4 seats where 5 are to be compared" in notice.sentence


def test_an_amended_basis_corrects_what_rests_on_it_and_says_so_to_operators():
    """I-22: every figure names the version of its basis."""
    first = a_baseline("last_election", {"CON": 4, "LAB": 1})
    night = a_night(baselines=[first])
    amended = a_map(
        *WARDS,
        before="NOC",
        version=2,
        reason="baseline_amended",
        baselines=[first | {"version": 2, "seats": {"CON": 3, "LAB": 2}}],
    )

    told = night.hear(amended)

    assert [(n.status, n.sentence) for n in night.notices] == [
        (
            "baseline-amended",
            "Trumptonshire: the basis last_election (council) is amended, "
            "from version 1: CON 4, LAB 1 to version 2: CON 3, LAB 2",
        )
    ]
    # Among them the transfer, and the seat that is the last of several on both.
    assert said(told) == [
        ("corrected", "SEAT_CHANGE_SUMMARY"),
        ("corrected", "SEAT_TRANSFER"),
        ("corrected", "LAST_SEAT_HELD"),
    ]
    assert (told[0].reason, told[0].bases) == ("baseline_amended", {"last_election": 2})
    assert told[0].was["rows"][0] == ["CON", 4, 1, -3, False]
    assert told[0].value["rows"][0] == ["CON", 3, 1, -2, False]
    assert told[0].text.startswith("Correction (the figures compared with were amended): ")


def test_amended_control_before_turns_a_no_change_into_a_loss():
    """I-23, I-24: a label needs its before-state, and follows it."""
    night = a_night()

    told = night.hear(a_map(*WARDS, before="CON", version=2, reason="baseline_amended"))

    assert said(told) == [("corrected", "CONTROL_LOSS_TO_NOC")]
    assert [n.sentence for n in night.notices] == [
        "Trumptonshire: control before is amended, from NOC to CON"
    ]


def test_a_hold_needs_a_before():
    """I-23: without control before nothing is held, gained or lost."""
    night = a_night(before=None)

    assert [h.type for h in night.headlines if h.fact == "control"] == ["NEW_COUNCIL_WON"]


def test_a_new_version_of_a_map_that_changes_nothing_says_nothing():
    """I-18."""
    night = a_night()

    assert night.hear(a_map(*WARDS, before="NOC", version=2, reason="source_amended")) == []
    assert night.notices == []
