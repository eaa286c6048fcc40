"""The stories of the night that its rules were written for: what is said, when, and what is not."""

from datetime import UTC, datetime

import pytest

from schemas.event import Moment
from schemas.proof import mistakes
from streams.rehearsal.night import Night
from streams.rehearsal.replay import shuffled
from tests.night.conftest import Outcome, council, fold, grouped, standings, ward

pytestmark = pytest.mark.night

CONTROL = (
    "CONTROL_LOST_CERTAIN",
    "CONTROL_GAIN",
    "CONTROL_HOLD",
    "CONTROL_LOSS_TO_NOC",
    "CONTROL_NO_CHANGE",
    "NEW_COUNCIL_WON",
)
EMBARGOED = ("CANNOT_WIN_OUTRIGHT", "CONTROL_DECIDED_BEFORE_POLL")


def _z(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2023, 5, day, hour, minute, tzinfo=UTC)


def test_every_event_of_the_night_is_taken_and_none_waits(outcome: Outcome) -> None:
    assert {told.taken.verdict for told in outcome.told} == {"new"}
    notices = [notice for told in outcome.told for notice in told.taken.notices]
    assert [n.status for n in notices] == ["baseline-conflict", "baseline-conflict", "baseline-amended"]
    assert {n.event.rpartition(":")[0] for n in notices} == {council("surrey-heath")}


def test_surrey_heaths_eve_contradicts_its_control_and_operators_hear_of_it(outcome: Outcome) -> None:
    """DR-05: 18 of 35 seats on one page, and yet no overall control; no change is told on that basis."""
    first = next(n for told in outcome.told for n in told.taken.notices)
    told = {h.value["basis"]: h for h in outcome.headlines("surrey-heath", "SEAT_CHANGE_SUMMARY")}

    assert "CON with 18 of 35 seats" in first.sentence
    assert "contradicts no overall control before" in first.sentence
    assert told["eve_of_poll"].value["rows"] == []
    assert told["eve_of_poll"].text.endswith("sources disagree about the council then.")
    assert told["last_election"].value["rows"]


def test_horsham_is_lost_for_certain_before_roffey_south_completes_the_majority(outcome: Outcome) -> None:
    lost, gained = outcome.headlines("horsham", *CONTROL)

    assert (lost.type, lost.priority, lost.value["before"]) == ("CONTROL_LOST_CERTAIN", "F", "CON")
    assert (gained.type, gained.priority, gained.value["after"]) == ("CONTROL_GAIN", "F", "LD")
    assert lost.declared_at.at < gained.declared_at.at
    assert gained.declared_at.at == _z(5, 17, 15)
    assert gained.value["deciding"] == [ward("horsham", "roffey-south")]
    assert gained.seats.pending == 12
    assert lost.id in gained.supersedes


def test_horshams_majority_mark_is_reached_by_exactly_25(outcome: Outcome) -> None:
    gained = outcome.headlines("horsham", "CONTROL_GAIN")[0]
    assert gained.proof is not None

    bounds = {party.party: party for party in gained.proof.bounds}

    assert (gained.proof.majority, bounds["LD"].won, bounds["LD"].floor) == (25, 25, 25)
    assert not list(mistakes(gained.proof))


def test_medway_is_labours(outcome: Outcome) -> None:
    control = outcome.at_close["medway"].control

    assert (control.before, control.after, control.outcome) == ("CON", "LAB", "GAIN")
    assert grouped(outcome.at_close["medway"]) == {"LAB": 33, "CON": 22, "OTH": 4}


def test_no_deciding_ward_is_named_where_times_are_assumed(outcome: Outcome) -> None:
    named = [
        headline.council
        for told in outcome.told
        for headline in told.taken.headlines
        if headline.type in CONTROL and headline.value["deciding"]
    ]

    assert set(named) == {council("horsham")}


def test_surrey_heath_is_won_without_frimley_green(outcome: Outcome) -> None:
    standing = outcome.at_close["surrey-heath"]

    assert grouped(standing) == {"LD": 21, "CON": 6, "OTH": 3, "LAB": 2}
    assert {p.party: p.seats for p in standing.parties if p.seats} == {"LD": 21, "CON": 6, "IND": 3, "LAB": 2}
    assert (standing.seats.postponed, standing.final, standing.control.outcome) == (3, True, "GAIN")
    assert {p.party: p.seats for p in outcome.in_the_end["surrey-heath"].parties}["LD"] == 24


def test_surrey_heaths_greens_may_still_win_until_15_june(outcome: Outcome) -> None:
    wiped_out = outcome.headlines("surrey-heath", "WIPE_OUT")

    assert {p.party: p.ceiling for p in outcome.at_close["surrey-heath"].parties}["GRN"] == 3
    assert [h.value["party"] for h in wiped_out] == ["GRN"]
    assert wiped_out[0].declared_at.at.date().isoformat() == "2023-06-15"


def test_frimley_greens_poll_is_countermanded_and_has_a_new_date(outcome: Outcome) -> None:
    told = outcome.headlines("surrey-heath", "POLL_POSTPONED", "POLL_COUNTERMANDED", "POLL_RESCHEDULED")

    assert [h.type for h in told] == ["POLL_POSTPONED", "POLL_COUNTERMANDED", "POLL_RESCHEDULED"]
    assert told[-1].value["date"] == "2023-06-15"


def test_wealdens_liberal_democrats_and_greens_are_out_of_the_running_before_the_first_ward(
    outcome: Outcome,
) -> None:
    told = [h for h in outcome.headlines("wealden", "CANNOT_WIN_OUTRIGHT") if h.value["from_nominations"]]

    ceilings = {h.value["party"]: h.value["ceiling"] for h in told}

    assert (ceilings["LD"], ceilings["GRN"]) == (22, 14)
    assert all(h.declared_at.at < _z(4, 6) for h in told)


def test_tandridge_is_no_change_before_the_poll(outcome: Outcome) -> None:
    told = outcome.headlines("tandridge", "CONTROL_DECIDED_BEFORE_POLL", *CONTROL)

    assert [h.type for h in told] == ["CONTROL_DECIDED_BEFORE_POLL", "CONTROL_NO_CHANGE"]
    assert told[0].declared_at.at < _z(4, 6)
    assert told[1].value["before_poll"] is True


def test_independents_with_most_seats_do_not_control_tandridge(outcome: Outcome) -> None:
    seats = {p.party: p.seats for p in outcome.at_close["tandridge"].parties}
    kept = outcome.headlines("tandridge", "LARGEST_PARTY_KEPT")

    assert seats["IND"] == max(seats.values())
    assert [h.value["parties"] for h in kept] == [["LD"]]


def test_epsom_and_ewells_residents_hold(outcome: Outcome) -> None:
    told = outcome.headlines("epsom-and-ewell", *CONTROL)

    assert [(h.type, h.value["after"]) for h in told] == [("CONTROL_HOLD", "RES")]


def test_no_change_is_never_told_as_a_loss_in_canterbury(outcome: Outcome) -> None:
    told = outcome.headlines("canterbury", *CONTROL)

    assert [(h.type, h.value["before"]) for h in told] == [("CONTROL_NO_CHANGE", "NOC")]
    assert (
        "Conservatives won a majority at the election of 2019 and lost it before this election"
        in told[0].text
    )


def test_seasalters_last_seat_is_told_as_a_lot_between_equal_votes(outcome: Outcome) -> None:
    lots = outcome.headlines("canterbury", "TIE_BY_LOT")

    assert len(lots) == 1
    assert "825 votes each" in lots[0].text
    assert not [
        h for told in outcome.told for h in told.taken.headlines if h.type == "TIE_BY_LOT" and h not in lots
    ]


def test_lewes_is_a_wipe_out_of_19_and_of_18(outcome: Outcome) -> None:
    told = [h for h in outcome.headlines("lewes", "WIPE_OUT") if h.value["party"] == "CON"]

    assert [h.priority for h in told] == ["F"]
    assert (told[0].value["before"]["last_election"], told[0].value["before"]["eve_of_poll"]) == (19, 18)


def test_tonbridge_and_malling_moves_to_no_overall_control(outcome: Outcome) -> None:
    told = outcome.headlines("tonbridge-and-malling", *CONTROL)

    assert (told[-1].type, told[-1].value) == (
        "CONTROL_LOSS_TO_NOC",
        told[-1].value | {"before": "CON", "after": "NOC"},
    )


def test_nothing_from_nominations_goes_out_while_polls_are_open(outcome: Outcome) -> None:
    told = [h for t in outcome.told for h in t.taken.headlines if h.type in EMBARGOED]

    assert told
    assert not [h for h in told if _z(4, 6) <= h.declared_at.at < _z(4, 21)]


def test_what_a_map_decides_while_polls_are_open_is_said_when_they_close(night: Night) -> None:
    opened = next(m for m in night.maps if m.council == council("tandridge"))
    held, released = [e for e in night.events if e.id.startswith(f"{opened.council}:embargo")]
    # With the independents' seats theirs, the Conservatives could win: nothing is decided by this map.
    wrong = {code: seats for code, seats in opened.held.items() if code != "IND"} | {"CON": 15}
    undecided = opened.model_copy(update={"held": wrong})
    amended = opened.model_copy(
        update={
            "id": f"{opened.council}:map-2",
            "version": 2,
            "reason": "baseline_amended",
            "declared_at": Moment(at=_z(4, 12), basis="officer"),
        }
    )

    told, _ = fold([undecided, held, amended, released])

    said = [[h.type for h in t.taken.headlines if h.type == "CONTROL_DECIDED_BEFORE_POLL"] for t in told]
    assert said == [[], [], [], ["CONTROL_DECIDED_BEFORE_POLL"]]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_another_order_of_arrival_leads_to_the_same_standings(
    night: Night, outcome: Outcome, seed: int
) -> None:
    _, councils = fold(shuffled(night.arriving("replay"), seed))

    def same(standing: object) -> object:
        return standing.model_copy(update={"n": 0})  # type: ignore[attr-defined]

    found = standings(councils)
    assert {slug: same(s) for slug, s in found.items()} == {
        slug: same(s) for slug, s in outcome.in_the_end.items()
    }
