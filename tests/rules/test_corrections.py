"""What turns out wrong is taken back, once, and nothing that is unchanged is said again."""

from streams.rules.withheld import FREEZES, TELLS_BOUNDS, TELLS_CHANGES, TELLS_MOVES
from streams.rules.wording.table import SLOTS
from tests.rules.making import Night, a_declaration, a_map, a_ward, an_event, said, ward_id

COUNCIL_MAP = a_map(*(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1}) for n in (1, 2, 3)))


def a_decided_night() -> Night:
    return Night(
        COUNCIL_MAP,
        a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}, "02:01"),
        a_declaration(COUNCIL_MAP, "Ward 2", {"LAB": 1}, "02:02"),
        a_declaration(COUNCIL_MAP, "Ward 3", {"CON": 1}, "02:03"),
    )


def test_a_corrected_ward_takes_the_majority_away_and_a_second_correction_gives_it_back():
    night = a_decided_night()

    away = night.hear(a_declaration(COUNCIL_MAP, "Ward 2", {"CON": 1}, "02:02", revision=2))
    back = night.hear(a_declaration(COUNCIL_MAP, "Ward 2", {"LAB": 1}, "02:02", revision=3))

    assert said(away) == [
        ("corrected", "WARD_DECLARED"),
        ("corrected", "CONTROL_HOLD"),
        ("corrected", "COUNCIL_FINAL"),
        ("corrected", "LARGEST_PARTY_NEW"),
        ("corrected", "VOTE_SHARE"),
    ]
    assert said(back) == [
        ("corrected", "WARD_DECLARED"),
        ("corrected", "CONTROL_GAIN"),
        ("corrected", "COUNCIL_FINAL"),
        ("corrected", "LARGEST_PARTY_NEW"),
        ("corrected", "VOTE_SHARE"),
    ]
    assert away[1].text == (
        "Correction (a slip in copying): The Conservatives have held Trumptonshire, Ward 3 completing the majority: "
        "they have 2 of 3 seats. This takes the place of: Labour has gained Trumptonshire from the Conservatives, "
        "Ward 2 completing the majority: it has 2 of 3 seats (one seat still out)."
    )
    assert away[1].was["after"] == "LAB"
    assert away[1].reason == "transcription"


def test_a_withdrawn_ward_reopens_the_council_and_withdraws_what_rested_on_it():
    """I-08, I-09, I-10, I-11: a retraction is explicit, at once, and looked at anew with every event."""
    night = a_decided_night()

    headlines = night.hear(
        an_event("WardWithdrawn", "oops", "02:30", ward=ward_id("Ward 2"), revision=2, reason="wrong_ward")
    )

    assert said(headlines) == [
        ("withdrawn", "WARD_DECLARED"),
        ("withdrawn", "CONTROL_GAIN"),
        ("withdrawn", "COUNCIL_REOPENED"),
        ("withdrawn", "LARGEST_PARTY_NEW"),
        ("withdrawn", "VOTE_SHARE"),
        ("announced", "NEEDS_N"),
        ("announced", "NEEDS_N"),
        ("announced", "PIVOTAL_WARDS"),
    ]
    assert headlines[1].text == (
        "Withdrawn (entered for the wrong ward): Labour has gained Trumptonshire from the Conservatives, "
        "Ward 2 completing the majority: it has 2 of 3 seats (one seat still out)."
    )
    assert (
        headlines[2].text
        == "Correction (entered for the wrong ward): The result of Trumptonshire is no longer final."
    )
    assert headlines[1].supersedes == (night.of("CONTROL_GAIN")[0].id,)


def test_a_revision_without_a_change_says_nothing():
    """I-18: derived and unchanged must not be said again."""
    night = a_decided_night()

    assert night.hear(a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}, "02:01", revision=2)) == []


def test_only_the_votes_are_corrected():
    night = a_decided_night()
    results = [
        {"candidate": "con-1", "party": "CON", "votes": 500, "elected": False},
        {"candidate": "lab-1", "party": "LAB", "votes": 700, "elected": True},
    ]

    headlines = night.hear(
        a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}, "02:01", revision=2, results=results)
    )

    assert said(headlines) == [("corrected", "WARD_DECLARED"), ("corrected", "VOTE_SHARE")]


def test_the_same_event_again_changes_nothing():
    """I-07."""
    night = a_decided_night()
    before = night.last

    assert night.hear(a_declaration(COUNCIL_MAP, "Ward 3", {"CON": 1}, "02:03")) == []
    assert night.verdicts[-1] == "duplicate"
    assert night.last is before


def test_a_lower_revision_that_comes_late_changes_nothing_that_is_said():
    council_map = COUNCIL_MAP
    night = Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 1}, revision=2))

    assert night.hear(a_declaration(council_map, "Ward 1", {"CON": 1}, revision=1)) == []


def test_another_content_under_the_same_id_is_a_conflict():
    night = a_decided_night()

    night.hear(a_declaration(COUNCIL_MAP, "Ward 3", {"LAB": 1}, "02:03"))

    assert night.verdicts[-1] == "conflict"


def test_another_id_at_the_same_revision_is_a_conflict_and_the_first_stands():
    night = a_decided_night()

    assert night.hear(a_declaration(COUNCIL_MAP, "Ward 3", {"LAB": 1}, "02:03", id="second-source")) == []
    assert night.verdicts[-1] == "conflict"


def test_each_headline_names_what_it_replaces():
    """I-38: from any version of a headline a reader finds the one that stands."""
    night = a_decided_night()
    [ward] = [h for h in night.headlines if h.fact == f"ward:{ward_id('Ward 1')}"]

    [correction, *_] = night.hear(a_declaration(COUNCIL_MAP, "Ward 1", {"CON": 1}, "02:01", revision=2))

    assert correction.supersedes == (ward.id,)
    assert correction.was == ward.value
    assert [h.n for h in night.headlines] == list(range(1, len(night.headlines) + 1))


def a_hold(id="hold-1", scope="council", **fields):
    return an_event("Held", id, scope=scope, by="Duty editor", reason="Checking", **fields)


def a_release(hold="hold-1"):
    return an_event("Released", f"release-{hold}", hold=hold, by="Duty editor", reason="Checked")


class TestHolds:
    """A hold keeps news back, never a retraction; its release says the difference."""

    def test_a_held_council_says_nothing_new_and_its_release_says_it(self):
        night = Night(COUNCIL_MAP, a_hold())

        held = night.hear(a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}))
        released = night.hear(a_release())

        assert held == []
        assert said(released)[0] == ("announced", "WARD_DECLARED")
        assert released[0].causes == ("release-hold-1",)

    def test_a_held_council_shows_its_last_standing(self):
        night = Night(COUNCIL_MAP, a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}, "02:01"), a_hold())
        night.hear(a_declaration(COUNCIL_MAP, "Ward 2", {"LAB": 1}, "02:02"))

        standing = night.last.standing(7)
        night.hear(a_release())

        assert (standing.held, standing.wards_declared, standing.version) == (True, 1, 7)
        assert standing.holds[0].by == "Duty editor"
        assert night.last.standing(8).wards_declared == 2

    def test_a_retraction_goes_out_under_a_hold(self):
        night = a_decided_night()
        night.hear(a_hold())

        headlines = night.hear(a_declaration(COUNCIL_MAP, "Ward 2", {"CON": 1}, "02:02", revision=2))

        assert ("corrected", "CONTROL_HOLD") in said(headlines)

    def test_a_correction_does_not_let_out_news_that_is_held(self):
        night = Night(COUNCIL_MAP, a_declaration(COUNCIL_MAP, "Ward 1", {"CON": 1}, "02:01"))
        night.hear(a_hold())
        night.hear(a_declaration(COUNCIL_MAP, "Ward 2", {"LAB": 1}, "02:02"))

        headlines = night.hear(a_declaration(COUNCIL_MAP, "Ward 2", {"CON": 1}, "02:02", revision=2))

        assert not any(h.fact == "control" for h in headlines)

    def test_a_held_ward_counts_as_not_declared(self):
        night = a_decided_night()

        held = night.hear(a_hold(scope="ward", ward=ward_id("Ward 2")))
        waiting = night.last.standing(1).wards[1].status
        released = night.hear(a_release())

        assert ("withdrawn", "CONTROL_GAIN") in said(held)
        assert waiting == "held"
        assert ("announced", "CONTROL_GAIN") in said(released)
        assert "withdrawn" not in {h.action for h in released}
        assert night.last.standing(1).wards[1].status == "declared"

    def test_an_embargo_holds_types_only(self):
        council_map = a_map(a_ward("All", 5, {"CON": 5, "LAB": 2}))
        embargo = a_hold(scope="types", types=["CANNOT_WIN_OUTRIGHT"])
        amended = a_map(a_ward("All", 5, {"CON": 5, "LAB": 2, "LD": 2}), version=2)
        night = Night(council_map, embargo)

        held = night.hear(amended)
        released = night.hear(a_release())

        assert [h.type for h in held if h.action == "announced"] == []
        assert [(h.type, h.value["party"]) for h in released] == [("CANNOT_WIN_OUTRIGHT", "LD")]

    def test_a_hold_on_one_outcome_of_control_is_a_hold_on_control(self):
        """Nothing held leaks: not by other types, not by a withdrawal, not by a field of the standing."""
        night = Night(
            COUNCIL_MAP,
            a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}, "02:01"),
            a_hold(scope="types", types=["CONTROL_GAIN"]),
        )
        before = night.last.standing(1)

        held = night.hear(a_declaration(COUNCIL_MAP, "Ward 2", {"LAB": 1}, "02:02"))
        standing = night.last.standing(2)
        released = night.hear(a_release())

        assert {h.type for h in held} == {"WARD_DECLARED", "LARGEST_PARTY_NEW"}
        assert standing.control == before.control
        assert {(p.party, p.floor, p.ceiling) for p in standing.parties if p.party == "LAB"} == {
            ("LAB", 2, 3)
        }
        assert ("announced", "CONTROL_GAIN") in said(released)
        assert "withdrawn" not in {h.action for h in night.headlines}
        assert night.last.standing(3).control.outcome == "GAIN"

    def test_under_a_hold_on_control_a_standing_shows_what_was_last_said(self):
        wards = [a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1, "LD": 1}) for n in range(1, 8)]
        council_map = a_map(*wards)
        winners = ("LAB", "LAB", "LAB", "LD")
        night = Night(
            council_map, *(a_declaration(council_map, f"Ward {n}", {w: 1}) for n, w in enumerate(winners, 1))
        )
        night.hear(a_hold(scope="types", types=["CONTROL_GAIN"]))

        night.hear(a_declaration(council_map, "Ward 5", {"LAB": 1}))

        control = night.last.standing(1).control
        assert (control.after, control.outcome, control.lost_for_certain) == (None, None, True)

    def test_a_held_final_result_is_not_final_in_the_standing(self):
        night = a_decided_night()
        fresh = Night(COUNCIL_MAP, a_hold(scope="types", types=["COUNCIL_FINAL", "SEAT_CHANGE_SUMMARY"]))

        for ward, winner in (("Ward 1", "LAB"), ("Ward 2", "LAB"), ("Ward 3", "CON")):
            fresh.hear(a_declaration(COUNCIL_MAP, ward, {winner: 1}))

        assert night.last.standing(1).final
        assert not fresh.last.standing(1).final
        assert fresh.of("COUNCIL_FINAL") == []

    def test_a_hold_on_results_of_wards_keeps_the_whole_standing_as_it_was(self):
        night = Night(COUNCIL_MAP, a_hold(scope="types", types=["WARD_DECLARED"]))
        before = night.last.standing(1)

        night.hear(a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}))

        assert night.last.standing(1) == before.model_copy(update={"held": True})
        night.hear(a_release())
        assert night.last.standing(1).wards_declared == 1

    def test_a_held_call_of_an_editor_is_not_in_the_standing(self):
        night = Night(COUNCIL_MAP, a_hold(scope="types", types=["EDITORIAL_CALL"]))
        source = {"name": "Count agents", "tier": 2}

        night.hear(an_event("EditorialCall", "c", revision=1, by="Jo Editor", source=source, outcome="LAB"))

        assert night.last.standing(1).calls == ()

    def test_nominations_under_embargo_show_in_no_bound_of_the_standing(self):
        embargo = a_hold(scope="types", types=["CANNOT_WIN_OUTRIGHT", "CONTROL_DECIDED_BEFORE_POLL"])
        night = Night(a_map(a_ward("All", 5, {"CON": 5, "LAB": 2, "LD": 4})), embargo)

        night.hear(a_map(a_ward("All", 5, {"CON": 5, "LAB": 2, "LD": 2}), version=2))

        bounds = {p.party: (p.floor, p.ceiling) for p in night.last.standing(1).parties}
        assert bounds["LD"] == (0, 5)

    def test_every_type_that_a_hold_can_name_is_known_to_be_told_by_some_field_or_by_none(self):
        """What a standing shows: a new type is looked at here before it can be held."""
        told = TELLS_BOUNDS | TELLS_CHANGES | TELLS_MOVES | FREEZES | {"COUNCIL_FINAL", "EDITORIAL_CALL"}
        # These say more than a standing has, or what the results of wards in it say themselves.
        elsewhere = {
            *"FIRST_DECLARATION STV_STAGE STV_FIRST_ELECTED TALLY_UPDATE COUNCIL_REOPENED CLEAN_SWEEP".split(),
            *"LAST_SEAT_HELD FIRST_EVER_SEATS FIRST_SEATS_SINCE NEW_PARTY_SEATS RECORD_SEATS".split(),
            *"NOTABLE_DEFEAT NOTABLE_NOT_ELECTED NOTABLE_ELECTED NOTABLE_RE_ELECTED NOTABLE_PENDING".split(),
            *"NOTABLE_NOT_STANDING DEFECTOR_OUTCOME SUSPENDED_CANDIDATE_ELECTED TIE_BY_LOT ONE_VOTE".split(),
            *"CLOSE_RESULT RECOUNT DECLARATION_DELAYED UNOPPOSED_RETURNS UNFILLED_SEATS TURNOUT_HIGH".split(),
            *"TURNOUT_LOW VOTE_SHARE SWING VOTES_SEATS_GAP MAYOR_ELECTED MAYOR_GAIN".split(),
            *"ADMINISTRATION_FORMED LEADER_ELECTED HISTORY_CONTEXT".split(),
        }
        of_councils = set(SLOTS) | {"COUNCIL_REOPENED"}

        assert told | elsewhere == of_councils
        assert not told & elsewhere

    def test_two_holds_need_two_releases(self):
        night = Night(
            COUNCIL_MAP, a_hold(), a_hold("hold-2"), a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1})
        )

        assert night.hear(a_release()) == []
        assert night.hear(a_release("hold-2")) != []

    def test_a_release_that_comes_before_its_hold_undoes_it(self):
        night = Night(COUNCIL_MAP, a_release(), a_hold())

        assert night.hear(a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1})) != []


class TestWaiting:
    """What does not fit the map waits, is said to operators, and is judged anew with each map (DR-34)."""

    stranger = (
        {"candidate": "con-1", "party": "CON", "votes": 500, "elected": False},
        {"candidate": "lab-1", "party": "LAB", "votes": 700, "elected": False},
        {"candidate": "grn-1", "party": "GRN", "votes": 900, "elected": True},
    )

    def amended(self):
        wards = [
            a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1} | ({"GRN": 1} if n == 1 else {})) for n in (1, 2, 3)
        ]
        return a_map(*wards, version=2)

    def test_a_candidate_whom_the_map_lacks_is_parked_and_the_amended_map_brings_the_ward_in(self):
        night = Night(COUNCIL_MAP)

        parked = night.hear(a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}, results=self.stranger))
        assert night.last.standing(1).wards[0].status == "parked"
        fitted = night.hear(self.amended())

        assert parked == []
        assert [(n.status, n.reason) for n in night.notices] == [
            ("parked", "candidate"),
            ("fitted", "candidate"),
        ]
        assert night.notices[0].sentence == "Ward 1: not nominated on version 1 of the map: grn-1 (DR-34 f)"
        assert said(fitted)[0] == ("announced", "WARD_DECLARED")

    def test_an_amended_map_can_park_what_fitted_before(self):
        night = Night(COUNCIL_MAP, a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}))

        headlines = night.hear(self.amended())

        assert ("withdrawn", "WARD_DECLARED") in said(headlines)
        assert [(n.status, n.reason) for n in night.notices] == [("parked", "candidate")]

    def test_a_correction_that_does_not_fit_leaves_the_result_before_it_standing(self):
        night = Night(COUNCIL_MAP, a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}))

        headlines = night.hear(
            a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}, revision=2, results=self.stranger)
        )

        assert headlines == []
        assert night.last.standing(1).wards[0].status == "declared"
        assert [n.status for n in night.notices] == ["parked"]

    def test_a_later_revision_that_fits_ends_the_wait(self):
        night = Night(COUNCIL_MAP, a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}, results=self.stranger))

        night.hear(a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}, revision=2))

        assert [n.status for n in night.notices] == ["parked", "superseded"]

    def test_a_ward_that_is_not_on_the_map_waits_for_it(self):
        stray = an_event("WardWithdrawn", "stray", ward=ward_id("Nowhere"), revision=1, reason="test_leak")

        night = Night(COUNCIL_MAP, stray)

        assert [(n.status, n.reason) for n in night.notices] == [("parked", "ward-not-in-council")]

    def test_only_so_many_may_wait(self):
        night = Night(COUNCIL_MAP)

        for n in range(201):
            night.hear(
                an_event(
                    "WardWithdrawn",
                    f"stray-{n}",
                    ward=ward_id(f"Nowhere {n}"),
                    revision=1,
                    reason="test_leak",
                )
            )

        assert night.verdicts.count("new") == 201
        assert night.verdicts[-1] == "full"


def test_a_council_must_be_opened_first():
    night = Night(a_declaration(COUNCIL_MAP, "Ward 1", {"LAB": 1}))

    assert night.verdicts == ["unknown-council"]


def test_an_editorial_call_names_its_author_and_is_never_arithmetic():
    """DR-15."""
    source = {"name": "Count agents", "tier": 2}
    night = Night(COUNCIL_MAP)

    called = night.hear(
        an_event("EditorialCall", "call-1", revision=1, by="Jo Editor", source=source, outcome="LAB")
    )
    taken_back = night.hear(
        an_event("EditorialCall", "call-2", revision=2, by="Jo Editor", source=source, outcome=None)
    )

    assert called[0].text == (
        "Jo Editor, on the word of Count agents, expects Labour in Trumptonshire. "
        "This is an editorial call, not arithmetic."
    )
    assert (called[0].confidence, called[0].proof) == ("editorial", None)
    assert said(taken_back) == [("withdrawn", "EDITORIAL_CALL")]
    assert night.last.standing(1).calls == ()


def test_reported_totals_are_shown_as_reported_and_compared_when_all_is_in():
    source = {"name": "Wire", "tier": 2}
    night = Night(
        COUNCIL_MAP,
        an_event("CouncilReported", "wire-1", revision=1, source=source, seats={"LAB": 2, "CON": 1}),
    )
    assert night.last.standing(1).reported[0].agrees is None

    for ward, party in ((1, "LAB"), (2, "LAB"), (3, "CON")):
        night.hear(a_declaration(COUNCIL_MAP, f"Ward {ward}", {party: 1}))

    assert night.last.standing(1).reported[0].agrees is True
    assert night.last.standing(1).control.outcome == "GAIN"


def test_a_seat_that_changes_hands_later_is_recorded_beside_the_result():
    """DR-22."""
    night = a_decided_night()

    night.hear(
        an_event(
            "SeatChanged",
            "defection",
            seat="ward-1",
            revision=1,
            cause="defection",
            party_from="LAB",
            party_to="IND",
            source={"name": "Council page", "tier": 1},
        )
    )

    assert night.last.standing(1).moves[0].party_to == "IND"
    assert night.last.count.seats["LAB"] == 2


def test_a_review_says_nothing_where_nothing_changed():
    night = a_decided_night()

    assert night.hear(an_event("Review", "review-1", by="Duty editor", reason="New rules")) == []
