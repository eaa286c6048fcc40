"""After the count, and beside it: mayors, who runs the council, courts, seats that move, transferable votes."""

from tests.rules.making import Night, a_declaration, a_map, a_ward, an_event, said, ward_id

SOURCE = {"name": "Council page", "tier": 1}
WARDS = tuple(a_ward(f"Ward {n}", 1, {"CON": 1, "LAB": 1, "IND": 1}) for n in (1, 2, 3))
MAYOR = {
    "title": "Mayor of Trumptonshire",
    "before": "CON",
    "candidates": [
        {"id": "m1", "name": "Sam Camberwick", "party": "LAB"},
        {"id": "m2", "name": "Jo Chigley", "party": "CON"},
    ],
}
COUNCIL_MAP = a_map(*WARDS, mayor=MAYOR)


def a_decided_night(*winners):
    events = (
        a_declaration(COUNCIL_MAP, f"Ward {n}", {winner: 1}, f"02:0{n}")
        for n, winner in enumerate(winners, 1)
    )
    return Night(COUNCIL_MAP, *events)


def a_mayor(winner, revision=1, **fields):
    results = [
        {"candidate": c["id"], "party": c["party"], "votes": None, "elected": c["id"] == winner}
        for c in MAYOR["candidates"]
    ]
    reason = {"reason": "transcription"} if revision > 1 else {}
    common = {"revision": revision, "results": results, "source": SOURCE}
    return an_event("MayorDeclared", f"mayor-{revision}", **common | reason | fields)


class TestMayors:
    """DR-37: a contest apart from that of the councillors."""

    def test_a_mayor_is_gained(self):
        [gain] = Night(COUNCIL_MAP, a_mayor("m1")).headlines

        assert (gain.type, gain.priority, gain.text) == (
            "MAYOR_GAIN",
            "F",
            "Labour has gained the office of Mayor of Trumptonshire from the Conservatives: "
            "Sam Camberwick (Labour) is elected.",
        )

    def test_a_mayor_of_the_same_party_is_elected(self):
        assert [h.text for h in Night(COUNCIL_MAP, a_mayor("m2")).headlines] == [
            "Jo Chigley (Conservative) is elected Mayor of Trumptonshire."
        ]

    def test_mayor_and_council_are_told_apart(self):
        night = a_decided_night("CON", "CON", "LAB")

        told = night.hear(a_mayor("m1"))

        assert said(told) == [("announced", "MAYOR_GAIN"), ("announced", "MAYOR_COUNCIL_SPLIT")]
        assert told[1].text == (
            "The Mayor of Trumptonshire is Labour; the Conservatives have the majority on Trumptonshire council."
        )
        assert night.last.standing(1).control.outcome == "HOLD"

    def test_a_corrected_mayor_and_one_taken_back(self):
        night = Night(COUNCIL_MAP, a_mayor("m1"))

        assert said(night.hear(a_mayor("m2", 2))) == [("corrected", "MAYOR_ELECTED")]
        assert said(night.hear(a_mayor("m2", 3, results=[], reason="test_leak"))) == [
            ("withdrawn", "MAYOR_ELECTED")
        ]

    def test_a_mayor_where_the_map_has_no_contest_waits(self):
        night = Night(a_map(*WARDS), a_mayor("m1"))

        assert night.headlines == []
        assert [(n.status, n.reason) for n in night.notices] == [("parked", "candidate")]


def a_move(seat, cause, party_from, party_to, clock="10:00", **fields):
    return an_event(
        "SeatChanged",
        f"{seat}-{cause}",
        clock,
        seat=seat,
        revision=1,
        cause=cause,
        party_from=party_from,
        party_to=party_to,
        source=SOURCE,
        **fields,
    )


def test_a_court_gives_a_seat_to_another_and_the_declaration_stays_on_record():
    """DR-32, I-11, I-14: Nelson, long after the night."""
    night = a_decided_night("LAB", "LAB", "CON")

    told = night.hear(
        a_move("ward-3", "court_order", "CON", "LAB", ward=ward_id("Ward 3"), person="Lab Person 1")
    )

    assert [(h.type, h.priority, h.text) for h in told] == [
        (
            "COURT_SUBSTITUTION",
            "U",
            "A court has given a seat on Trumptonshire council for Ward 3 to Lab Person 1 (Labour), until then of "
            "the Conservatives; the declaration stays on record as it was made.",
        )
    ]
    assert night.last.standing(1).wards[2].elected[0].party == "CON"


def test_a_by_election_changes_control_and_not_the_result():
    """DR-22: Medway, 33 of 59 won, and one short after by-elections and departures."""
    night = a_decided_night("LAB", "LAB", "CON")

    told = night.hear(a_move("ward-2", "by_election", "LAB", "CON"))

    assert [(h.type, h.text) for h in told] == [
        (
            "BY_ELECTION_CONTROL_CHANGE",
            "Control of Trumptonshire has changed since the election, through a by-election: "
            "the Conservatives have the majority (now Conservatives 2, Labour 1).",
        )
    ]
    assert night.last.standing(1).control.after == "LAB"
    assert night.claims()["control"][0] == "CONTROL_GAIN"


def test_a_defection_takes_a_majority_away():
    night = a_decided_night("LAB", "LAB", "CON")

    told = night.hear(a_move("ward-2", "defection", "LAB", "IND"))

    assert [(h.type, h.text) for h in told] == [
        (
            "DEFECTION_CONTROL_CHANGE",
            "Control of Trumptonshire has changed since the election, through a councillor's change of party: "
            "Labour has lost the majority, and no party has one (now Conservatives 1, independents 1, Labour 1).",
        )
    ]


def test_moves_that_leave_control_where_it_was_say_nothing_of_it():
    night = a_decided_night("LAB", "LAB", "LAB")

    assert night.hear(a_move("ward-2", "death", "LAB", None)) == []


def test_a_second_move_that_gives_control_back_withdraws_the_change():
    night = a_decided_night("LAB", "LAB", "CON")
    night.hear(a_move("ward-2", "defection", "LAB", "IND"))

    told = night.hear(a_move("ward-3", "by_election", "CON", "LAB", "11:00"))

    assert said(told) == [("withdrawn", "DEFECTION_CONTROL_CHANGE")]


def an_administration(**fields):
    common = {"revision": 1, "source": SOURCE}
    return an_event("AdministrationFormed", "administration-1", "18:00", **common | fields)


def test_an_administration_is_formed_by_the_casting_vote_and_the_result_stays():
    """DR-02: Tonbridge and Malling, 22 to 22 on 17 May."""
    night = a_decided_night("LAB", "CON", "IND")

    [told] = night.hear(
        an_administration(
            parties=["CON", "IND"],
            leader="Alex Trumpton",
            leader_party="CON",
            votes_for=22,
            votes_against=22,
            casting=True,
        )
    )

    assert (told.type, told.priority, told.text) == (
        "ADMINISTRATION_FORMED",
        "U",
        "The Conservatives and independents form the administration of Trumptonshire, led by Alex Trumpton "
        "(Conservative); the vote was 22 to 22, decided by the casting vote of the chair.",
    )
    assert night.last.standing(1).control.outcome == "LOSE TO NOC"


def test_a_leader_alone_is_elected():
    night = Night(COUNCIL_MAP, an_administration(leader="Alex Trumpton"))

    assert [(h.type, h.text) for h in night.headlines] == [
        ("LEADER_ELECTED", "Alex Trumpton is elected leader of Trumptonshire council.")
    ]


def a_stage(stage, revision=1, **fields):
    common = {"ward": ward_id("Alder"), "stage": stage, "revision": revision, "quota": 1203, "source": SOURCE}
    return an_event("StageDeclared", f"stage-{stage}-{revision}", **common | fields)


class TestTransferableVotes:
    """DR-36: the order and stage of election matter; power is shared, and control is not told."""

    council_map = a_map(
        a_ward("Alder", 2, {"CON": 2, "LAB": 2, "GRN": 1}, counted_by="stv"), control_reported=False
    )
    declared = a_declaration(
        council_map,
        "Alder",
        {"CON": 1, "GRN": 1},
        counted_by="stv",
        results=[
            {"candidate": "con-1", "party": "CON", "votes": 1500, "elected": True},
            {"candidate": "con-2", "party": "CON", "votes": 600, "elected": False},
            {"candidate": "lab-1", "party": "LAB", "votes": 800, "elected": False},
            {"candidate": "lab-2", "party": "LAB", "votes": 100, "elected": False},
            {"candidate": "grn-1", "party": "GRN", "votes": 500, "elected": True},
        ],
    )

    def test_stages_and_the_first_elected(self):
        night = Night(
            self.council_map, a_stage(1, elected=["con-1"]), a_stage(2, excluded=["lab-2"]), a_stage(3)
        )

        assert [(h.action, h.type, h.text) for h in night.headlines] == [
            (
                "announced",
                "STV_STAGE",
                "Alder (Trumptonshire), stage 1 of the count: Con Person 1 (Conservative) elected; "
                "the quota is 1,203 votes.",
            ),
            (
                "announced",
                "STV_FIRST_ELECTED",
                "Con Person 1 (Conservative) is elected first in Alder (Trumptonshire), at stage 1 of the count.",
            ),
            (
                "updated",
                "STV_STAGE",
                "Alder (Trumptonshire), stage 2 of the count: Lab Person 2 (Labour) excluded; "
                "the quota is 1,203 votes.",
            ),
            (
                "updated",
                "STV_STAGE",
                "Alder (Trumptonshire), stage 3 of the count: nobody elected or excluded; the quota is 1,203 votes.",
            ),
        ]

    def test_fewer_first_preferences_may_be_elected_and_the_stages_lapse(self):
        night = Night(self.council_map, a_stage(1, elected=["con-1"]), self.declared)

        assert night.last.count.seats["GRN"] == 1
        assert "withdrawn" not in {h.action for h in night.headlines}
        assert not [fact for fact in night.claims() if fact.startswith("stv")]
        assert night.of("CLOSE_RESULT", "CONTROL_NO_CHANGE") == []

    def test_stages_in_any_order_are_the_same(self):
        events = [a_stage(1, elected=["con-1"]), a_stage(2, excluded=["lab-2"])]

        assert (
            Night(self.council_map, *events).claims() == Night(self.council_map, *reversed(events)).claims()
        )

    def test_a_stage_where_votes_are_not_transferred_waits(self):
        night = Night(a_map(a_ward("Alder", 2, {"CON": 2, "LAB": 2})), a_stage(1))

        assert [n.status for n in night.notices] == ["parked"]

    def test_a_stage_with_a_stranger_waits(self):
        """I-34: stages and result are of one contest, by ward and candidate; no new contest appears."""
        night = Night(self.council_map, a_stage(1, elected=["con-9"]))

        assert [(n.status, n.reason) for n in night.notices] == [("parked", "candidate")]
