"""What a declaration and a map must agree on within themselves (DR-30, DR-34 b, d, e), and what they may say."""

from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.contract import Contract
from schemas.reading import Unreadable, read
from schemas.rejection import Rejection
from schemas.standing import Standing
from tests.schemas.good import COUNCIL, DECLARED, GOOD, HARBOUR, MAP, NORTH, SOURCE, Json, raw, spoilt

Place = tuple[Any, ...]


def _reason(event: Json) -> str | None:
    try:
        read(raw(event))
    except Unreadable as refused:
        return refused.reason
    return None


def _changed(event: Json, changes: Iterable[Place]) -> Json:
    for change in changes:
        event = spoilt(event, *change)
    return event


def _votes(*votes: int | None) -> list[Place]:
    return [("results", place, "votes", count) for place, count in enumerate(votes)]


def _elected(*places: int) -> list[Place]:
    return [("results", place, "elected", place in places) for place in range(4)]


_LOT = [("lot", {"winner": "a", "loser": "b"})]

DECLARATIONS: dict[str, tuple[list[Place], str | None]] = {
    "as it came": ([], None),
    "more votes than ballot papers (DR-34 b)": ([("ballots", 899)], "votes-sum"),
    "as many votes as ballot papers": ([("ballots", 900)], None),
    "more ballot papers than electors (DR-34 d)": ([("electorate", 1_499)], "votes-sum"),
    "as many ballot papers as electors": ([("electorate", 1_500)], None),
    "ten times the ballot papers (I-12)": ([("ballots", 15_000)], "votes-sum"),
    "no ballot papers known": ([("ballots", None), ("electorate", None), ("rejected", None)], None),
    "more rejected than ballot papers": ([("rejected", 1_501)], "votes-sum"),
    "all rejected": (
        [*_votes(0, 0, 0, 0), ("rejected", 1_500), ("lot", {"winner": "a", "loser": "c"})],
        None,
    ),
    "votes for some only": (_votes(900, None, 700, 20), "votes-sum"),
    "no votes at all": (_votes(None, None, None, None), None),
    "a loser ahead of a winner (DR-34 e)": (_elected(0, 3), "votes-order"),
    "a level loser without a lot (DR-30)": (_votes(900, 800, 800, 20), "votes-order"),
    "a level loser with a lot (DR-30)": (
        [*_votes(900, 800, 800, 20), ("lot", {"winner": "b", "loser": "c"})],
        None,
    ),
    "a lot among three": (
        [*_votes(900, 800, 800, 800), ("lot", {"winner": "b", "loser": "d"})],
        None,
    ),
    "a lot's extra vote left in the votes": (
        [*_votes(900, 801, 800, 20), ("lot", {"winner": "b", "loser": "c"})],
        "lot",
    ),
    "a lot whose winner lost": ([*_votes(900, 800, 800, 20), ("lot", {"winner": "c", "loser": "b"})], "lot"),
    "a lot between two winners": (
        [*_votes(800, 800, 700, 20), ("lot", {"winner": "a", "loser": "b"})],
        "lot",
    ),
    "a lot of strangers": ([("lot", {"winner": "x", "loser": "y"})], "candidate"),
    "a lot between a candidate and herself": ([("lot", {"winner": "a", "loser": "a"})], "lot"),
    "a lot without votes": ([*_votes(None, None, None, None), ("lot", {"winner": "b", "loser": "c"})], None),
    "a candidate twice": ([("results", 1, "candidate", "a")], "candidate"),
    "nobody elected": (_elected(), "seats-sum"),
    "transferred votes need not fall in order (DR-36)": ([*_elected(0, 3), ("counted_by", "stv")], None),
    "everybody elected": (_elected(0, 1, 2, 3), None),  # how many seats there are is a question of the map
    "a correction without a reason": ([("revision", 2)], "reason"),
    "a correction with a reason": ([("revision", 2), ("reason", "transcription")], None),
    "a rumour (I-28)": ([("source", "tier", 3)], "tier"),
    "a ward of another council": ([("ward", "local.chigley.north.2023-05-04")], "ward-not-in-council"),
    "the council as its own ward": ([("ward", COUNCIL)], "ward-not-in-council"),
}

_WARD = ("wards", 0)
_POSTPONED = ("wards", 2)

MAPS: dict[str, tuple[list[Place], str | None]] = {
    "as it came": ([], None),
    "a seat too many": ([("seats", 8)], "seats-sum"),
    "a seat held too many": ([("held", {"RED": 2})], "seats-sum"),
    "a vacancy forgotten": ([("vacant", 0)], "seats-sum"),
    "a ward of more seats": ([(*_WARD, "seats", 3)], "seats-sum"),
    "no seats": ([("seats", 0)], "field"),
    "a ward twice": ([("wards", 1, "id", NORTH)], "ward"),
    "a ward of another council": (
        [("wards", 0, "id", "local.chigley.north.2023-05-04")],
        "ward-not-in-council",
    ),
    "a candidate twice": ([("wards", 0, "candidates", 1, "id", "a")], "candidate"),
    "two candidates of one name": ([("wards", 0, "candidates", 1, "name", "Person A")], None),
    "a contested ward without a contest": ([("wards", 1, "state", "contested")], "nominations"),
    "an unopposed ward with too few": ([("wards", 1, "state", "unopposed")], "nominations"),
    "an under-contested ward with a contest": ([(*_WARD, "state", "under-contested")], "nominations"),
    "an unopposed ward with a contest": ([(*_WARD, "state", "unopposed")], "nominations"),
    "a contested ward open to nominations": ([(*_WARD, "nominations_closed", False)], "nominations"),
    "a postponed ward whose nominations are closed": ([(*_POSTPONED, "nominations_closed", True)], None),
    "a ward without candidates": ([("wards", 1, "candidates", [])], None),
    "a candidate of an unlisted party": ([("wards", 0, "candidates", 0, "party", "GREY")], "party"),
    "a seat held by an unlisted party": ([("held", {"GREY": 1})], "party"),
    "a baseline of an unlisted party": ([("baselines", 0, "seats", {"GREY": 6})], "party"),
    "a ward's baseline of an unlisted party": ([("wards", 0, "baselines", 0, "seats", {"GREY": 2})], "party"),
    "an unlisted party told apart": (
        [("baselines", 0, "named", ["RED", "BLUE", "GREY"]), ("baselines", 0, "others", 0)],
        "party",
    ),
    "control before by an unlisted party": ([("control_before", "control", "GREY")], "party"),
    "control before by a joint description": ([("control_before", "control", "REDCO")], "party"),
    "no control before": ([("control_before", "control", "NOC")], None),
    "a new council": ([("control_before", None)], None),
    "history of a party long gone": ([("history", 0, "control", "LIB")], None),
    "a party twice": ([("parties", 1, "code", "RED")], "party"),
    "a party called NOC": ([("parties", 3, "code", "NOC")], "party"),
    "a party called VACANT": ([("parties", 3, "code", "VACANT")], "party"),
    "a joint description without a tally party": ([("parties", 2, "tally", None)], "party"),
    "a party with a tally party": ([("parties", 1, "tally", "RED")], "party"),
    "a joint description tallied under an unlisted party": ([("parties", 2, "tally", "GREY")], "party"),
    "a joint description tallied under itself": ([("parties", 2, "tally", "REDCO")], "party"),
    "a joint description tallied under another": (
        [("parties", 1, "kind", "joint"), ("parties", 1, "tally", "REDCO")],
        "party",
    ),
    "no parties": ([("parties", [])], "field"),
    "polls that close before they open": ([("poll", "closes", "2023-05-04T05:00:00Z")], "time"),
    "an area twice": ([("areas", MAP["areas"] * 2)], "area"),
    "a person watched twice": ([("watch", MAP["watch"] * 2)], "watch"),
    "a person watched who does not stand there": ([("watch", 0, "candidate", "z")], "watch"),
    "a person watched in a ward open to nominations": (
        [("watch", 0, "ward", HARBOUR), ("watch", 0, "candidate", "z")],
        None,
    ),
    "a person watched without a candidacy": ([("watch", 0, "candidate", None)], "watch"),
    "a record of a party that never had what it lost": (
        [
            (
                "past",
                {
                    "source": "x",
                    "parties": [{"party": "RED", "controlled": False, "last_lost": 2003, "source": "x"}],
                },
            )
        ],
        "history",
    ),
    "a majority lost before it was won": (
        [
            (
                "past",
                {
                    "source": "x",
                    "parties": [{"party": "RED", "last_won": 2003, "last_lost": 1999, "source": "x"}],
                },
            )
        ],
        "history",
    ),
    "a record of a party that never had a seat, and won one": (
        [
            (
                "past",
                {
                    "source": "x",
                    "parties": [{"party": "RED", "seated": False, "last_seated": 1999, "source": "x"}],
                },
            )
        ],
        "history",
    ),
    "two records of a party": (
        [("past", {"source": "x", "parties": [{"party": "RED", "source": "x"}] * 2})],
        "history",
    ),
    "a record of an unlisted party": (
        [("past", {"source": "x", "parties": [{"party": "GREY", "source": "x"}]})],
        "party",
    ),
    "votes before for an unlisted party": (
        [
            (
                "votes_before",
                {"basis": "last_election", "version": 1, "year": 2019, "votes": {"GREY": 1}, "source": "x"},
            )
        ],
        "party",
    ),
    "a mayor's contest of an unlisted party": (
        [("mayor", {"title": "Mayor", "candidates": [{"id": "m", "name": "M", "party": "GREY"}]})],
        "party",
    ),
    "an amendment without a reason": ([("version", 2)], "reason"),
    "an amendment with a reason": ([("version", 2), ("reason", "nomination_amended")], None),
    "a baseline twice": ([("baselines", [MAP["baselines"][0]] * 2)], "baseline"),
    "others without those told apart": ([("baselines", 0, "others", 1)], "baseline"),
    "those told apart without others": ([("baselines", 0, "named", ["RED", "BLUE"])], "baseline"),
    "a party with seats not told apart": (
        [("baselines", 0, "others", 1), ("baselines", 0, "named", ["RED"])],
        "baseline",
    ),
}


@pytest.mark.parametrize("what", DECLARATIONS)
def test_a_declaration_agrees_with_itself(what: str) -> None:
    changes, reason = DECLARATIONS[what]

    assert _reason(_changed(DECLARED, changes)) == reason


@pytest.mark.parametrize("what", MAPS)
def test_a_map_agrees_with_itself(what: str) -> None:
    changes, reason = MAPS[what]

    assert _reason(_changed(MAP, changes)) == reason


@pytest.mark.parametrize(
    ("kind", "changes", "reason"),
    [
        ("Held", [("scope", "council")], "hold"),
        ("Held", [("scope", "types")], "hold"),
        ("Held", [("types", ["WARD_GAIN"])], "hold"),
        ("Held", [("scope", "types"), ("ward", None), ("types", ["WARD_GAIN"])], None),
        ("Held", [("scope", "council"), ("ward", None)], None),
        ("Held", [("ward", "local.chigley.north.2023-05-04")], "ward-not-in-council"),
        ("WardWithdrawn", [("ward", "local.chigley.north.2023-05-04")], "ward-not-in-council"),
        ("PollChanged", [("ward", "local.chigley.north.2023-05-04")], "ward-not-in-council"),
        ("PollChanged", [("ballot", "local.trumptonshire.north.2023-06-15")], None),
        ("SeatChanged", [("ward", "local.chigley.north.2023-05-04")], "ward-not-in-council"),
        ("SeatChanged", [("ward", None)], None),
        ("EditorialCall", [("source", SOURCE | {"tier": 3})], None),
        ("PollChanged", [("state", "delayed")], None),
        ("StageDeclared", [("ward", "local.chigley.north.2023-05-04")], "ward-not-in-council"),
        ("StageDeclared", [("excluded", ["a"])], "candidate"),
        ("StageDeclared", [("stage", 0)], "field"),
        ("MayorDeclared", [("results", 1, "elected", True)], "seats-sum"),
        ("MayorDeclared", [("results", 0, "elected", False)], "seats-sum"),
        ("MayorDeclared", [("results", 1, "candidate", "m1")], "candidate"),
        ("MayorDeclared", [("results", [])], "seats-sum"),
        ("MayorDeclared", [("results", []), ("revision", 2), ("reason", "court_order")], None),
        ("MayorDeclared", [("revision", 2)], "reason"),
        ("MayorDeclared", [("source", "tier", 3)], "tier"),
        ("AdministrationFormed", [("parties", []), ("leader", None)], "party"),
        ("AdministrationFormed", [("parties", [])], None),
    ],
)
def test_other_events_agree_with_themselves(kind: str, changes: list[Place], reason: str | None) -> None:
    assert _reason(_changed(GOOD[kind], changes)) == reason


@pytest.mark.parametrize(
    ("moment", "accepted"),
    [
        ({"basis": "officer"}, True),
        ({"basis": "reported", "precision_seconds": 86_400}, True),
        (
            {"basis": "assumed", "not_before": "2023-05-05T01:13:00Z", "not_after": "2023-05-05T01:13:00Z"},
            True,
        ),
        ({"basis": "assumed", "not_after": "2023-05-05T02:00:00Z"}, True),
        ({"basis": "assumed", "not_before": "2023-05-05T01:13:01Z"}, False),
        ({"basis": "assumed", "not_after": "2023-05-05T01:12:59Z"}, False),
    ],
)
def test_a_moment_lies_within_its_bounds(moment: Json, accepted: bool) -> None:
    event = spoilt(DECLARED, "declared_at", {"at": "2023-05-05T01:13:00Z"} | moment)

    assert _reason(event) == (None if accepted else "time")


def test_bounds_of_a_moment_are_known_to_the_ends_of_the_calendar_of_the_feed() -> None:
    for at in ("1800-01-01T00:00:00Z", "2200-12-31T23:59:59.999999Z"):
        moment = read(
            raw(spoilt(DECLARED, "declared_at", {"at": at, "basis": "officer", "precision_seconds": 86_400}))
        ).declared_at

        assert moment.earliest is not None
        assert moment.latest is not None
        assert moment.earliest <= moment.at <= moment.latest


@pytest.mark.parametrize("kind", GOOD)
def test_what_was_read_cannot_change(kind: str) -> None:
    event = read(raw(GOOD[kind]))

    with pytest.raises(ValidationError, match="frozen"):
        event.id = "another"  # type: ignore[misc]


def test_every_contract_is_frozen_strict_and_closed() -> None:
    assert {Rejection, Standing} <= _below(Contract)  # imported, and with them all that they say
    contracts = {c for c in _below(Contract) if c.__module__.startswith("schemas.")}

    loose = [
        contract.__name__
        for contract in contracts
        if not (contract.model_config["frozen"] and contract.model_config["strict"])
        or contract.model_config["extra"] != "forbid"
    ]

    assert loose == []


def _below(contract: type[Contract]) -> set[type[Contract]]:
    found = set(contract.__subclasses__())
    return found.union(*(_below(c) for c in found))
