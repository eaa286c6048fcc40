"""One good event of each kind for an invented council, as JSON, to be accepted as it is and spoilt in tests."""

import copy
import json
from typing import Any

Json = dict[str, Any]

COUNCIL = "local.trumptonshire.2023-05-04"
NORTH = "local.trumptonshire.north.2023-05-04"
SOUTH = "local.trumptonshire.south.2023-05-04"
HARBOUR = "local.trumptonshire.harbour.2023-05-04"

SOURCE = {"name": "Returning officer", "tier": 1}


def _event(kind: str, id: str, **fields: Any) -> Json:
    return {
        "schema_version": 1,
        "type": kind,
        "id": id,
        "mode": "rehearsal",
        "election": "local.2023-05-04",
        "council": COUNCIL,
        "declared_at": {"at": "2023-05-05T01:13:00Z", "basis": "officer"},
        "producer": "Test desk",
    } | fields


def _party(code: str, name: str, **fields: Any) -> Json:
    words = {"the": f"the {name} party", "adjective": name, "plural": False}
    return {"code": code, "name": name, "kind": "party", "may_control": True} | words | fields


def _candidate(id: str, party: str) -> Json:
    return {"id": id, "name": f"Person {id.upper()}", "party": party}


MAP = _event(
    "CouncilOpened",
    "map-1",
    version=1,
    name="Trumptonshire",
    official_name="Trumptonshire District Council",
    style="district",
    gss_code="E07000999",
    areas=[{"id": "camberwick", "name": "Camberwick", "kind": "county"}],
    seats=7,
    held={"RED": 1},
    vacant=1,
    parties=[
        _party("RED", "Red"),
        _party("BLUE", "Blue"),
        _party("REDCO", "Red and Co-operative", kind="joint", tally="RED"),
        _party("IND", "Independent", kind="independent", may_control=False),
    ],
    wards=[
        {
            "id": NORTH,
            "name": "North",
            "seats": 2,
            "state": "contested",
            "electorate": 5_000,
            "candidates": [
                _candidate("a", "RED"),
                _candidate("b", "BLUE"),
                _candidate("c", "REDCO"),
                _candidate("d", "IND"),
            ],
            "baselines": [{"basis": "last_election", "seats": {"RED": 1, "BLUE": 1}}],
        },
        {
            "id": SOUTH,
            "name": "South",
            "seats": 2,
            "state": "under-contested",
            "candidates": [_candidate("a", "BLUE")],
        },
        {
            "id": HARBOUR,
            "name": "Harbour",
            "seats": 1,
            "state": "postponed",
            "nominations_closed": False,
            "candidates": [_candidate("a", "RED"), _candidate("b", "BLUE")],
        },
    ],
    poll={"opens": "2023-05-04T06:00:00Z", "closes": "2023-05-04T21:00:00Z"},
    control_before={
        "control": "BLUE",
        "as_of": "2023-05-03",
        "basis": "eve_of_poll",
        "source": "Council page",
    },
    control_reported=True,
    times="known",
    baselines=[
        {
            "basis": "last_election",
            "scope": "council",
            "version": 1,
            "seats": {"RED": 2, "BLUE": 4},
            "vacant": 1,
            "comparable": True,
            "as_of": "2019-05-02",
            "source": "Council page",
        }
    ],
    history=[{"control": "BLUE", "since": "2019-05-02", "until": None, "source": "Council page"}],
    watch=[
        {
            "id": "leader",
            "name": "Person B",
            "role": "Leader of the council",
            "as_of": "2023-05-03",
            "incumbent": True,
            "ward": NORTH,
            "candidate": "b",
        }
    ],
)

DECLARED = _event(
    "WardDeclared",
    "north-1",
    ward=NORTH,
    revision=1,
    results=[
        {"candidate": "a", "party": "RED", "votes": 900, "elected": True},
        {"candidate": "b", "party": "BLUE", "votes": 800, "elected": True},
        {"candidate": "c", "party": "REDCO", "votes": 700, "elected": False},
        {"candidate": "d", "party": "IND", "votes": 20, "elected": False},
    ],
    source=SOURCE,
    electorate=5_000,
    ballots=1_500,
    rejected=12,
    turnout_percent="30.0",
    declared_by="Returning officer",
)

#: type -> a good event of it
GOOD: dict[str, Json] = {
    "CouncilOpened": MAP,
    "WardDeclared": DECLARED,
    "WardWithdrawn": _event("WardWithdrawn", "north-2", ward=NORTH, revision=2, reason="wrong_ward"),
    "PollChanged": _event(
        "PollChanged", "north-poll-1", ward=NORTH, revision=1, state="countermanded", source=SOURCE
    ),
    "CouncilReported": _event(
        "CouncilReported",
        "report-1",
        revision=1,
        source={"name": "Wire", "tier": 2},
        seats={"RED": 3, "BLUE": 2},
        others=1,
        control="NOC",
    ),
    "Held": _event("Held", "hold-1", scope="ward", ward=NORTH, by="Night editor", reason="Figures in doubt"),
    "Released": _event(
        "Released", "release-1", hold="hold-1", by="Night editor", reason="Confirmed by phone"
    ),
    "EditorialCall": _event(
        "EditorialCall", "call-1", revision=1, by="A. Editor", source=SOURCE, outcome="RED"
    ),
    "Review": _event("Review", "review-1", by="Night editor", reason="New rules"),
    "SeatChanged": _event(
        "SeatChanged",
        "seat-1",
        seat="north-1",
        revision=1,
        ward=NORTH,
        cause="defection",
        party_from="RED",
        party_to=None,
        source=SOURCE,
    ),
    "StageDeclared": _event(
        "StageDeclared",
        "north-stage-1",
        ward=NORTH,
        stage=1,
        revision=1,
        quota=501,
        elected=["a"],
        excluded=["d"],
        source=SOURCE,
    ),
    "MayorDeclared": _event(
        "MayorDeclared",
        "mayor-1",
        revision=1,
        results=[
            {"candidate": "m1", "party": "RED", "votes": 9_000, "elected": True},
            {"candidate": "m2", "party": "BLUE", "votes": 8_000, "elected": False},
        ],
        source=SOURCE,
    ),
    "AdministrationFormed": _event(
        "AdministrationFormed",
        "administration-1",
        revision=1,
        parties=["RED", "BLUE"],
        leader="Person A",
        leader_party="RED",
        votes_for=4,
        votes_against=3,
        source=SOURCE,
    ),
}


def spoilt(event: Json, *path: Any) -> Json:
    """A copy of an event with the last of ``path`` at the place that the others lead to."""
    *way, last, value = path
    made = copy.deepcopy(event)
    place: Any = made
    for step in way:
        place = place[step]
    place[last] = value
    return made


def without(event: Json, *path: Any) -> Json:
    """A copy of an event with a field taken out."""
    *way, last = path
    made = copy.deepcopy(event)
    place: Any = made
    for step in way:
        place = place[step]
    del place[last]
    return made


def raw(event: Any) -> bytes:
    """JSON bytes."""
    return json.dumps(event).encode()
