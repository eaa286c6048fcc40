"""Areas by example: sums, gains that renumber, changes on stated bases, first declarations, joining and leaving."""

import pytest

from schemas.area import Contribution
from tests.rules.area.counties import (
    MARCHES,
    MARCHES_KEY,
    SHIRE,
    SHIRE_KEY,
    Evening,
    Town,
    a_hold,
    a_release,
    a_review,
    council_id,
    given,
)
from tests.rules.making import a_baseline, a_moment, said

ABBEY, BURGH, COMBE, DEAN = Town("Abbey"), Town("Burgh"), Town("Combe"), Town("Dean")
OPENED = (ABBEY.map, BURGH.map, COMBE.map, DEAN.map)


def seats(evening: Evening, key: str = SHIRE_KEY) -> dict[str, int]:
    return {total.party: total.seats for total in evening.board(key).parties if total.seats}


def test_a_council_gives_to_every_area_of_its_map():
    evening = Evening(*given(*OPENED, *ABBEY.all_to("CON", "LAB", "LAB"), BURGH.declares(1, "GRN")))

    assert seats(evening) == seats(evening, MARCHES_KEY) == {"CON": 1, "LAB": 2, "GRN": 1}
    board = evening.board()
    assert (board.seats.councils, board.seats.councils_final, board.begun) == (4, 1, 2)
    assert (board.seats.total, board.seats.declared, board.seats.pending) == (12, 4, 8)
    assert (board.slug, board.parent, board.kind) == ("shire", "marches", "county")


def test_a_map_without_areas_gives_nothing():
    lonely = Town("Lonely", areas=())

    assert given(lonely.map, *lonely.all_to("CON", "CON", "LAB")) == []


def test_gains_are_counted_and_a_withdrawn_gain_renumbers():
    events = given(
        *OPENED, *ABBEY.all_to("LAB", "LAB"), *BURGH.all_to("LAB", "LAB"), *COMBE.all_to("LAB", "LAB")
    )
    evening = Evening(*events)

    told = evening.of("NTH_GAIN")
    assert [(h.action, h.value["count"]) for h in told] == [("announced", 1), ("updated", 2), ("updated", 3)]
    assert told[0].text == (
        "Labour has gained one of the four councils of this feed in Shire: Abbey from the Conservatives."
    )
    assert told[-1].text == (
        "Combe is the third gain for Labour among the four councils of this feed in Shire, with Abbey and Burgh."
    )

    withdrawn = BURGH.event(
        "WardWithdrawn",
        "gone",
        ward="local.trumptonshire.ward-2.2023-05-04",
        revision=2,
        reason="wrong_ward",
    )
    after = given(
        *OPENED,
        *ABBEY.all_to("LAB", "LAB"),
        *BURGH.all_to("LAB", "LAB"),
        *COMBE.all_to("LAB", "LAB"),
        withdrawn,
    )
    heard = [h for event in after[len(events) :] for h in evening.hear(event) if h.area == SHIRE_KEY]

    assert said(heard) == [
        ("corrected", "FIRST_DECLARATION"),
        ("corrected", "NTH_GAIN"),
        ("withdrawn", "STREAK"),
        ("corrected", "COUNCILS_CONTROLLED"),
    ]
    renumbered = next(h for h in heard if h.type == "NTH_GAIN")
    assert renumbered.value["count"] == 2
    assert renumbered.reason == "wrong_ward"
    assert renumbered.supersedes == (told[-1].id,)
    assert renumbered.text == (
        "Correction (entered for the wrong ward): Labour has gained two of the four councils of this feed in Shire: "
        "Abbey from the Conservatives and Combe from the Conservatives."
    )


def test_the_only_gain_that_goes_is_withdrawn():
    events = [*OPENED, *ABBEY.all_to("LAB", "LAB")]
    corrected = ABBEY.declares(2, "CON", revision=2)

    heard = Evening(*given(*events, corrected)).of()

    assert ("withdrawn", "NTH_GAIN") in said(heard)
    assert [h.text for h in heard if h.action == "withdrawn"] == [
        "Withdrawn (a slip in copying): Labour has gained one of the four councils of this feed in Shire: Abbey "
        "from the Conservatives.",
        "Withdrawn (a slip in copying): Control is certain in one of the four councils of this feed in Shire: "
        "Labour 1 (1 gained), Conservatives 0 (1 lost).",
    ]


def test_a_streak_is_told_only_where_the_times_of_all_gains_are_known():
    def night(clocks: tuple[str, ...], basis: str = "officer") -> Evening:
        towns = (ABBEY, BURGH, COMBE)
        declared = [
            town.declares(ward, "LAB", declared_at=a_moment(clock, basis))
            for town, clock in zip(towns, clocks, strict=True)
            for ward in (1, 2)
        ]
        return Evening(*given(*OPENED, *declared))

    streak = night(("02:20", "02:00", "02:10")).of("STREAK")[-1]

    assert streak.value == {"party": "LAB", "councils": [council_id(t) for t in ("Burgh", "Combe", "Abbey")]}
    assert streak.text == "Labour has gained three councils in a row in Shire: Burgh, Combe and Abbey."
    assert night(("02:20", "02:00", "02:10"), "assumed").of("STREAK") == []


def test_another_party_between_ends_a_streak_and_one_in_the_same_minute_leaves_it_open():
    def streak(green: str) -> list[str]:
        declared = [
            town.declares(ward, party, clock=clock)
            for town, party, clock in (
                (ABBEY, "LAB", "02:00"),
                (BURGH, "LAB", "02:10"),
                (COMBE, "LAB", "02:20"),
                (DEAN, "GRN", green),
            )
            for ward in (1, 2)
        ]
        claims = Evening(*given(*OPENED, *declared)).claims()
        return claims["streak"][1]["councils"] if "streak" in claims else []

    assert streak("02:30") == [council_id(t) for t in ("Abbey", "Burgh", "Combe")]
    assert streak("02:15") == []
    assert streak("02:20") == []


def test_changes_are_summed_over_final_councils_that_have_the_basis_and_say_so():
    then = [a_baseline("last_election", {"CON": 2, "LAB": 1})]
    other = [a_baseline("last_election", {"CON": 3}, comparable=False)]
    eve = [a_baseline("eve_of_poll", {"CON": 3})]
    towns = [
        Town("Abbey", baselines=then),
        Town("Burgh", baselines=then),
        Town("Combe", baselines=other),
        Town("Dean", baselines=eve),
    ]
    evening = Evening(
        *given(*(t.map for t in towns), *(e for t in towns for e in t.all_to("LAB", "LAB", "GRN")))
    )

    [told] = evening.of("NET_CHANGE")
    assert told.text == (
        "Seats in the two of the four councils of this feed in Shire where seats compare, compared with the election "
        "of 2019: Greens up from none to two, Labour up two to four, Conservatives down four to none."
    )
    assert told.bases == {"last_election": 1}
    assert [(c.basis, c.councils, c.comparable, c.counted) for c in evening.board().changes] == [
        ("last_election", 3, 2, 2),
        ("eve_of_poll", 1, 1, 1),
    ]
    [leader] = evening.of("NET_CHANGE_LEADER")
    assert leader.value["down"] == {
        "party": "CON", "by": 4, "in": 2, "most": [[council_id("Abbey"), 2], [council_id("Burgh"), 2]],
    }  # fmt: skip
    assert leader.value["up"] is None  # Labour and the Greens are level


def test_councils_whose_last_elections_were_in_different_years_are_not_mixed():
    early = [a_baseline("last_election", {"CON": 3})]
    late = [a_baseline("last_election", {"CON": 3}, as_of="2022-05-05")]
    towns = [Town("Abbey", baselines=early), Town("Burgh", baselines=late)]

    board = Evening(
        *given(*(t.map for t in towns), *(e for t in towns for e in t.all_to("LAB", "LAB", "LAB")))
    ).board()

    assert [(c.year, c.counted) for c in board.changes] == [(2019, 1), (2022, 1)]


def test_what_a_bundle_hides_is_not_claimed_of_every_council():
    apart = [a_baseline("last_election", {"CON": 2, "GRN": 1})]
    bundled = [a_baseline("last_election", {"CON": 2}, others=1, named=["CON", "LAB"])]
    towns = [Town("Abbey", baselines=apart), Town("Burgh", baselines=bundled)]

    [changes] = (
        Evening(*given(*(t.map for t in towns), *(e for t in towns for e in t.all_to("GRN", "GRN", "LAB"))))
        .board()
        .changes
    )

    rows = {row.party: (row.before, row.now, row.councils) for row in changes.rows}
    assert rows == {"CON": (4, 0, 2), "GRN": (1, 2, 1), "LAB": (0, 2, 2), "OTHERS": (1, 2, 2)}
    assert sum(row.change for row in changes.rows) == 0


def test_local_parties_that_share_a_code_stay_apart_and_make_one_family():
    def town(name: str, party: str) -> Town:
        words = {"name": party, "the": f"the {party}", "family": "Residents' associations"}
        return Town(name, parties={"RES": words})

    towns = town("Abbey", "Abbey Residents"), town("Burgh", "Burgh Residents")
    evening = Evening(
        *given(*(t.map for t in towns), *(e for t in towns for e in t.all_to("RES", "RES", "LAB")))
    )

    assert seats(evening) == {"RES (Abbey Residents)": 2, "RES (Burgh Residents)": 2, "LAB": 2}
    assert {f.family: (f.seats, f.parties) for f in evening.board().families if f.seats} == {
        "Labour Party": (2, ("LAB",)),
        "Residents' associations": (4, ("RES (Abbey Residents)", "RES (Burgh Residents)")),
    }
    [told] = evening.of("ROLLUP_BY_FAMILY")
    assert told.text == (
        "Seats by family in the two councils of this feed in Shire: Residents' associations 4 (Abbey Residents 2, "
        "Burgh Residents 2), Labour 2."
    )
    assert [h.value["party"] for h in evening.of("NTH_GAIN")] == [
        "RES (Abbey Residents)",
        "RES (Burgh Residents)",
    ]


@pytest.mark.parametrize(
    ("councils", "spoken"),
    [
        (2, "the two councils of Shire"),
        (3, "the two councils of this feed in Shire"),
        (None, "the two councils of this feed in Shire"),
    ],
)
def test_an_area_is_spoken_of_as_whole_only_where_the_feed_has_all_of_it(councils: int | None, spoken: str):
    areas = [SHIRE | {"councils": councils}]
    towns = Town("Abbey", areas=areas), Town("Burgh", areas=areas)

    evening = Evening(
        *given(*(t.map for t in towns), *(e for t in towns for e in t.all_to("CON", "CON", "CON")))
    )

    assert evening.of("COVERAGE_STATUS")[-1].text == f"All the wards due have declared in {spoken}."
    assert evening.board().complete is (councils == 2)
    assert evening.board().final


def test_the_first_to_declare_is_told_by_officers_times_alone():
    known = Evening(
        *given(*OPENED, BURGH.declares(2, "CON", clock="02:10"), ABBEY.declares(1, "LAB", clock="02:00"))
    )

    assert [(h.action, h.value) for h in known.of("FIRST_DECLARATION")] == [
        ("announced", {"wards": {council_id("Burgh"): ["Ward 2"]}}),
        ("updated", {"wards": {council_id("Abbey"): ["Ward 1"]}}),
    ]
    assert known.of("FIRST_DECLARATION")[-1].text == (
        "Ward 1 (Abbey) is the first ward to declare in the four councils of this feed in Shire."
    )
    for basis in ("reported", "assumed"):
        moment = a_moment("02:30", basis)
        unsure = Evening(
            *given(*OPENED, ABBEY.declares(1, "LAB"), BURGH.declares(2, "CON", declared_at=moment))
        )
        assert "first-declaration" not in unsure.claims()


def test_wards_of_one_minute_are_among_the_first():
    evening = Evening(
        *given(*OPENED, ABBEY.declares(1, "LAB", clock="02:00"), BURGH.declares(2, "CON", clock="02:00"))
    )

    assert evening.of("FIRST_DECLARATION")[-1].text == (
        "Ward 1 (Abbey) and Ward 2 (Burgh) are among the first wards to declare in the four councils of this feed in "
        "Shire."
    )


def test_a_party_with_a_round_number_of_seats_is_told_and_taken_back():
    town = Town("Abbey", wards=3, held={"CON": 98})
    evening = Evening(*given(town.map, town.declares(1, "CON"), town.declares(2, "CON")))
    again = Evening(
        *given(
            town.map, town.declares(1, "CON"), town.declares(2, "CON"), town.declares(2, "LAB", revision=2)
        )
    )

    assert [h.text for h in evening.of("MILESTONE")] == [
        "The Conservatives have 100 seats or more in the only council of this feed in Shire."
    ]
    assert said(again.of("MILESTONE")) == [("announced", "MILESTONE"), ("withdrawn", "MILESTONE")]


def test_an_amended_map_leaves_one_area_and_joins_another():
    elsewhere = {"id": "elsewhere", "name": "Elsewhere", "kind": "county"}
    amended = ABBEY.amended(areas=[elsewhere, MARCHES])
    events = given(*OPENED, *ABBEY.all_to("LAB", "LAB", "CON"), BURGH.declares(1, "CON"), amended)

    evening = Evening(*events)

    assert [(c.action, c.area.id) for c in events[-3:]] == [
        ("leave", "shire"),
        ("join", "elsewhere"),
        ("change", "marches"),
    ]
    assert seats(evening) == {"CON": 1}
    assert evening.board().seats.councils == 3
    assert seats(evening, "elsewhere@local.2023-05-04") == {"LAB": 2, "CON": 1}
    assert seats(evening, MARCHES_KEY) == {"LAB": 2, "CON": 2}
    assert evening.of("NTH_GAIN")[-1].action == "withdrawn"
    assert evening.of("NTH_GAIN")[-1].reason == "nomination_amended"


def test_the_last_council_that_leaves_takes_everything_with_it():
    gone = ABBEY.amended(areas=[])
    evening = Evening(*given(ABBEY.map, *ABBEY.all_to("LAB", "LAB", "LAB"), gone))

    assert evening.claims() == {}
    assert evening.board().councils == ()
    assert not evening.board().final


def test_an_older_contribution_that_comes_late_changes_nothing():
    events = given(*OPENED, *ABBEY.all_to("LAB", "LAB", "CON"))
    evening = Evening(*events)
    before = evening.states

    for event in events:
        evening.hear(event)

    assert evening.states == before
    assert {taken.verdict for taken in evening.taken[len(events) :]} == {"stale", "duplicate"}


def test_of_two_contents_of_one_version_the_first_stands():
    [first, *_] = given(ABBEY.map)
    evening = Evening(first)

    evening.hear(first.model_copy(update={"council_name": "Another"}))

    assert evening.taken[-1].verdict == "conflict"
    assert evening.taken[-1].refusal is not None
    assert evening.taken[-1].refusal.reason == "conflict"
    assert evening.board().councils[0].name == "Abbey"


def test_a_council_counted_anew_by_later_rules_replaces_what_it_gave_before():
    old = given(ABBEY.map, *ABBEY.all_to("LAB", "LAB", "CON"))
    anew = [c.model_copy(update={"rules_version": c.rules_version + 1}) for c in old]
    evening = Evening(*old, *anew)

    assert evening.claims() == Evening(*old).claims()
    ids = [h.id for h in evening.headlines]
    assert len(set(ids)) == len(ids)


# -- holds


def test_a_held_council_keeps_its_last_state_in_its_areas_and_its_release_says_the_difference():
    hold = ABBEY.event("Held", "hold", scope="council", by="Desk", reason="Checking")
    over = ABBEY.event("Released", "over", hold="abbey-hold", by="Desk", reason="Checked")
    night = [*OPENED, ABBEY.declares(1, "LAB"), hold, ABBEY.declares(2, "LAB"), ABBEY.declares(3, "LAB")]
    held = given(*night)
    released = given(*night, over)

    evening = Evening(*held)
    assert seats(evening) == {"LAB": 1}
    assert [c.held for c in evening.board().councils] == [True, False, False, False]
    assert evening.of("NTH_GAIN") == []
    for event in released[len(held) :]:
        evening.hear(event)
    assert seats(evening) == {"LAB": 3}
    assert not any(c.held for c in evening.board().councils)
    assert evening.of("NTH_GAIN")[-1].action == "announced"


def test_a_correction_under_a_hold_is_a_correction_when_the_hold_ends():
    hold = ABBEY.event("Held", "hold", scope="council", by="Desk", reason="Checking")
    over = ABBEY.event("Released", "over", hold="abbey-hold", by="Desk", reason="Checked")
    events = given(*OPENED, *ABBEY.all_to("LAB", "LAB"), hold, ABBEY.declares(2, "CON", revision=2), over)

    gone = [h for h in Evening(*events).of("NTH_GAIN") if h.action == "withdrawn"]

    assert [h.reason for h in gone] == ["transcription"]


def test_a_held_type_of_a_council_shows_in_no_field_of_its_areas():
    hold = ABBEY.event("Held", "hold", scope="types", types=["CONTROL_GAIN"], by="Desk", reason="Checking")
    evening = Evening(*given(*OPENED, hold, *ABBEY.all_to("LAB", "LAB")))

    assert evening.board().control == ()
    assert evening.of("NTH_GAIN", "COUNCILS_CONTROLLED") == []


def test_a_held_area_says_nothing_new_and_shows_its_last_board():
    events = given(*OPENED, *ABBEY.all_to("LAB", "LAB", "CON"), *BURGH.all_to("LAB", "LAB", "CON"))
    split = next(
        n
        for n, c in enumerate(events)
        if c.council == council_id("Burgh") and c.summary and c.summary.seats.declared
    )
    evening = Evening(*events[:split], a_hold())
    before = evening.board()

    heard = [h for event in events[split:] for h in evening.hear(event) if h.area == SHIRE_KEY]

    assert heard == []
    held = evening.board()
    assert held.held
    assert [hold.hold for hold in held.holds] == ["hold"]
    assert held.model_copy(update={"held": before.held, "holds": before.holds}) == before
    assert evening.of("REGION_ROLLUP", area=MARCHES_KEY) != []
    assert ("updated", "NTH_GAIN") in said(evening.hear(a_release()))
    assert evening.claims() == Evening(*events).claims()
    assert not evening.board().held


def test_a_hold_on_an_area_never_keeps_a_retraction_back():
    events = given(*OPENED, *ABBEY.all_to("LAB", "LAB"))
    corrected = given(*OPENED, *ABBEY.all_to("LAB", "LAB"), ABBEY.declares(2, "CON", revision=2))[
        len(events) :
    ]
    evening = Evening(*events, a_hold())

    heard = [h for event in corrected for h in evening.hear(event) if h.area == SHIRE_KEY]

    assert ("withdrawn", "NTH_GAIN") in said(heard)
    assert {h.action for h in heard} <= {"withdrawn", "corrected"}


def test_a_hold_on_a_type_holds_what_gives_it_away():
    hold = a_hold(scope="types", types=["NTH_GAIN"])
    evening = Evening(*given(*OPENED), hold)
    for event in given(*OPENED, *ABBEY.all_to("LAB", "LAB", "LAB"), *BURGH.all_to("CON", "CON", "CON")):
        evening.hear(event)

    assert evening.of("NTH_GAIN", "COUNCILS_CONTROLLED") == []
    assert evening.of("COUNTY_ROLLUP") != []
    assert evening.board().control == ()


def test_an_area_that_no_council_named_cannot_be_held():
    evening = Evening(a_hold())

    assert evening.taken[-1].verdict == "unknown-area"
    assert evening.states == {}


def test_a_review_that_changes_nothing_says_nothing():
    evening = Evening(*given(*OPENED, *ABBEY.all_to("LAB", "LAB")))

    assert evening.hear(a_review()) == []


def test_a_correction_that_changes_nothing_in_an_area_says_nothing_there():
    night = [*OPENED, *ABBEY.all_to("LAB", "LAB", "CON")]
    events = given(*night)
    same = given(*night, ABBEY.declares(1, "LAB", revision=2))[len(events) :]
    evening = Evening(*events)

    assert [h for event in same for h in evening.hear(event)] == []


def test_contributions_count_their_versions_without_gaps():
    events = given(*OPENED, *ABBEY.all_to("LAB", "LAB", "CON"), ABBEY.amended(areas=[SHIRE]))
    of_abbey: dict[str, list[Contribution]] = {}
    for contribution in events:
        if contribution.council == council_id("Abbey"):
            of_abbey.setdefault(contribution.area.id, []).append(contribution)

    assert [c.version for c in of_abbey["shire"]] == [1, 2, 3, 4, 5]
    assert [c.action for c in of_abbey["marches"]] == ["join", "change", "change", "change", "leave"]
