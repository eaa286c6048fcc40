"""What the past makes of a result: first ever, first since, the end of a long rule, records (DR-42)."""

import pytest

from tests.rules.making import Night, a_baseline, a_declaration, a_map, a_ward, an_event, said, ward_id

WARDS = tuple(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1}) for n in (1, 2, 3))


def a_past(**fields):
    return {"source": "made up"} | fields


def a_record(party="LAB", **fields):
    return {"party": party, "source": "made up"} | fields


def won_by_labour(past=None, before="CON", **fields):
    council_map = a_map(*WARDS, before=before, past=past, **fields)
    return Night(
        council_map, *(a_declaration(council_map, f"Ward {n}", {"LAB": 1}, f"02:0{n}") for n in (1, 2))
    )


def test_a_first_majority_ever_names_the_year_in_which_the_council_was_created():
    """Medway: created in 1998; one page garbled it as the first since 1998."""
    night = won_by_labour(a_past(created=1998, parties=[a_record(controlled=False)]))

    [first] = night.of("FIRST_EVER_CONTROL")
    assert (first.priority, first.text) == (
        "F",
        "Labour has a majority on Trumptonshire council for the first time; the council was created in 1998.",
    )


def test_the_first_majority_for_any_other_party():
    """Chichester and Surrey Heath."""
    night = won_by_labour(a_past(controlled_by=["CON"], parties=[a_record(controlled=False)]))

    assert night.of("FIRST_EVER_CONTROL")[0].text == (
        "Labour has a majority on Trumptonshire council for the first time; "
        "before, the Conservatives alone ever had one."
    )


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"last_won": 1999, "last_lost": 2003}, "the one won in 1999 and lost in 2003"),
        ({"last_won": 1995}, "the one won in 1995"),
        ({"last_lost": 2003}, "the one lost in 2003"),
    ],
)
def test_the_first_majority_since_keeps_the_claims_apart(record, words):
    """Thanet: last won in 1999, lost in 2003; Horsham: first since the election of 1995."""
    night = won_by_labour(a_past(parties=[a_record(controlled=True, **record)]))

    assert [h.text for h in night.of("FIRST_CONTROL_SINCE")] == [
        f"Labour has its first majority on Trumptonshire council since {words}."
    ]


def test_no_record_no_claim():
    """I-37: what is not known is not taken for no."""
    nights = [
        won_by_labour(None),
        won_by_labour(a_past(created=1998)),
        won_by_labour(a_past(parties=[a_record()])),
        won_by_labour(a_past(parties=[a_record(controlled=False)]), before="LAB"),
    ]

    assert [night.of("FIRST_EVER_CONTROL", "FIRST_CONTROL_SINCE") for night in nights] == [[], [], [], []]


def test_a_majority_that_is_taken_back_was_no_first():
    night = won_by_labour(a_past(parties=[a_record(controlled=False)]))

    told = night.hear(
        an_event("WardWithdrawn", "w", ward=ward_id("Ward 2"), revision=2, reason="transcription")
    )

    assert ("withdrawn", "FIRST_EVER_CONTROL") in said(told)


def a_spell(control, since, until=None):
    return {"control": control, "since": since, "until": until, "source": "made up"}


@pytest.mark.parametrize(("since", "told"), [("2013-05-02", True), ("2014-05-22", False), (None, False)])
def test_a_rule_is_long_from_ten_years_on(since, told):
    night = won_by_labour(history=[a_spell("CON", since)])

    found = [h.text for h in night.of("END_OF_LONG_RULE")]
    assert found == (
        ["The Conservatives had controlled Trumptonshire since 2013; that has ended after 10 years."]
        if told
        else []
    )


def test_a_long_rule_is_unbroken():
    spells = [a_spell("CON", "1991-05-02", "2015-05-07"), a_spell("NOC", "2015-05-07", "2019-05-02")]

    assert won_by_labour(history=[*spells, a_spell("CON", "2019-05-02")]).of("END_OF_LONG_RULE") == []


def test_a_long_rule_ends_when_control_is_lost_for_certain():
    wards = [a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1, "LD": 1}) for n in range(1, 8)]
    council_map = a_map(*wards, history=[a_spell("CON", "1991-05-02")])

    night = Night(
        council_map,
        *(
            a_declaration(council_map, f"Ward {n}", {w: 1})
            for n, w in enumerate(("LAB", "LAB", "LAB", "LD"), 1)
        ),
    )

    assert night.of("CONTROL_LOST_CERTAIN")[0].causes == night.of("END_OF_LONG_RULE")[0].causes


def test_since_when_and_until_when_a_party_had_control():
    council_map = a_map(
        *WARDS,
        history=[a_spell("CON", "2011-05-05")],
        past=a_past(parties=[a_record(controlled=True, last_lost=2011)]),
    )

    assert [(h.priority, h.text) for h in Night(council_map).of("HISTORY_CONTEXT")] == [
        ("B", "The Conservatives have controlled Trumptonshire since 2011."),
        ("B", "Labour last had a majority on Trumptonshire council until 2011."),
    ]


def test_first_seats_ever_name_their_wards():
    """Page 45: Labour in Wealden, both in Uckfield."""
    past = a_past(parties=[a_record(seated=False)])
    council_map = a_map(*WARDS, past=past)
    night = Night(council_map)

    for n in (1, 2):
        night.hear(a_declaration(council_map, f"Ward {n}", {"LAB": 1}, f"02:0{n}"))

    assert [(h.action, h.text) for h in night.of("FIRST_EVER_SEATS")] == [
        ("announced", "Labour has won seats on Trumptonshire council for the first time, in Ward 1."),
        (
            "updated",
            "Labour has won seats on Trumptonshire council for the first time, in Ward 1 and Ward 2.",
        ),
    ]


@pytest.mark.parametrize(("last", "eve", "told"), [(2015, 0, True), (2019, 0, False), (2015, 1, False)])
def test_first_seats_since(last, eve, told):
    past = a_past(parties=[a_record(seated=True, last_seated=last)])
    council_map = a_map(
        *WARDS, past=past, baselines=[a_baseline("eve_of_poll", {"CON": 3 - eve, "LAB": eve})]
    )

    night = Night(council_map, a_declaration(council_map, "Ward 1", {"LAB": 1}))

    assert bool(night.of("FIRST_SEATS_SINCE")) is told


def test_more_or_fewer_seats_than_ever():
    past = a_past(parties=[a_record(most=1), a_record("CON", fewest=2)])
    council_map = a_map(*WARDS, past=past)

    night = Night(
        council_map,
        *(a_declaration(council_map, f"Ward {n}", {w: 1}) for n, w in enumerate(("LAB", "LAB", "CON"), 1)),
    )

    assert [h.text for h in night.of("RECORD_SEATS")] == [
        "The Conservatives have one seat on Trumptonshire council, fewer than they ever won there before (two).",
        "Labour has two seats on Trumptonshire council, more than it ever won there before (one).",
    ]
