"""A row is the council: read back from its bytes it judges, keeps and says what the live state would have."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.reading import EVENT_BYTES, MAP_BYTES
from streams.agents import row
from streams.agents.council import CouncilKeeper
from tests.agents.records import Table, a_record, opened
from tests.schemas.good import COUNCIL, DECLARED, GOOD, HARBOUR, MAP, NORTH, SOURCE, SOUTH, Json, spoilt

_WARDS = [NORTH, SOUTH, HARBOUR, "local.trumptonshire.nowhere.2023-05-04"]
_PARTIES = ["RED", "BLUE", "REDCO", "IND", "GREY"]
_REASONS = ["transcription", "court_order", "duplicate"]


def _map(draw: st.DrawFn, first: bool = False) -> Json:
    """A map of some version: nominations, seats not up, baselines, control before and wards may all differ."""
    version = 1 if first else draw(st.integers(1, 3))
    made = spoilt(MAP, "wards", 0, "candidates", 3, "id", draw(st.sampled_from("dddz")))
    made = spoilt(made, "control_before", "control", draw(st.sampled_from(["RED", "BLUE", "NOC", "IND"])))
    made = spoilt(made, "baselines", 0, "comparable", draw(st.booleans()))
    made = spoilt(made, "parties", 3, "may_control", draw(st.booleans()))
    if draw(st.booleans()):
        made = spoilt(made, "wards", 2, "nominations_closed", True)
    if draw(st.booleans()):
        made["wards"] = made["wards"][:2]
        made["vacant"] += 1
    if draw(st.booleans()):
        runners = [
            {"id": "m1", "name": "M. One", "party": "RED"},
            {"id": "m2", "name": "M. Two", "party": "BLUE"},
        ]
        made |= {
            "mayor": {"title": "Mayor", "candidates": runners, "before": draw(st.sampled_from([None, "RED"]))}
        }
    if draw(st.booleans()):
        record = {"party": "RED", "controlled": draw(st.booleans()), "seated": True, "most": 1, "source": "x"}
        made |= {"past": {"created": 1973, "controlled_by": ["BLUE"], "parties": [record], "source": "x"}}
    held = draw(st.sampled_from([{"RED": 1}, {"BLUE": 1}, {"IND": 1}, {"RED": 1, "REDCO": 8}]))
    made |= {"held": held, "seats": 6 + sum(held.values())}
    made |= {"control_reported": draw(st.sampled_from([True, True, False]))}
    made |= {"times": draw(st.sampled_from(["known", "partly"]))}
    return made | {
        "id": f"map-{version}-{draw(st.sampled_from('ab'))}",
        "version": version,
        "reason": "nomination_amended" if version > 1 else None,
    }


def _declared(draw: st.DrawFn) -> Json:
    """A declaration of some ward, by order of votes; a level last seat is decided by lot."""
    ward = draw(st.sampled_from([NORTH, NORTH, NORTH, *_WARDS]))
    ids = {NORTH: "abcd", SOUTH: "a", HARBOUR: "ab"}.get(ward, "ab")
    if ward == NORTH and draw(st.sampled_from([False, False, False, True])):
        ids = "abcz"
    parties = {"a": "RED", "b": "BLUE", "c": "REDCO", "d": "IND", "z": "IND"}
    seats = min(2 if ward == NORTH else 1, len(ids))
    votes = sorted((draw(st.integers(0, 40)) for _ in ids), reverse=True)
    order = draw(st.permutations(ids))
    results = [
        {"candidate": id, "party": parties[id], "votes": count, "elected": place < seats}
        for place, (id, count) in enumerate(zip(order, votes, strict=True))
    ]
    level = len(ids) > seats and votes[seats - 1] == votes[seats]
    revision = draw(st.integers(1, 3))
    return DECLARED | {
        "id": f"{ward}:{revision}:{draw(st.sampled_from('ab'))}",
        "ward": ward,
        "revision": revision,
        "reason": draw(st.sampled_from(_REASONS)) if revision > 1 else None,
        "results": results,
        "lot": {"winner": order[seats - 1], "loser": order[seats]} if level else None,
        "declared_at": {
            "at": f"2023-05-05T0{draw(st.integers(1, 3))}:00:00Z",
            "basis": draw(st.sampled_from(["officer", "reported", "assumed"])),
        },
    }


def _other(draw: st.DrawFn, kind: str) -> Json:
    """Any other event, about something that may or may not be on the map."""
    event = dict(GOOD[kind]) | {"id": f"{kind}-{draw(st.integers(0, 3))}"}
    about: dict[str, Any] = {
        "ward": draw(st.sampled_from(_WARDS)),
        "revision": draw(st.integers(1, 3)),
        "state": draw(
            st.sampled_from(["countermanded", "abandoned", "rescheduled", "recount", "recount_over"])
        ),
        "new_date": draw(st.sampled_from([None, "2023-06-15"])),
        "hold": f"Held-{draw(st.integers(0, 3))}",
        "outcome": draw(st.sampled_from([None, "NOC", "RED", "IND", "GREY"])),
        "party_from": draw(st.sampled_from([None, *_PARTIES])),
        "party_to": draw(st.sampled_from([None, *_PARTIES])),
        "control": draw(st.sampled_from([None, "NOC", *_PARTIES])),
        "seats": draw(st.dictionaries(st.sampled_from(_PARTIES), st.integers(0, 9), max_size=3)),
        "reason": "transcription",
        "leader_party": draw(st.sampled_from([None, "RED", "REDCO", "GREY"])),
        "parties": draw(st.lists(st.sampled_from(_PARTIES), min_size=1, max_size=2)),
        "by": draw(st.sampled_from(["A. Editor", "B. Editor"])),
        "source": SOURCE | {"name": draw(st.sampled_from(["Wire", "Page"]))},
    }
    fields = {name: value for name, value in about.items() if name in _FIELDS[kind]}
    if kind == "Held":
        scope = draw(st.sampled_from(["council", "ward", "types"]))
        types = ["CONTROL_GAIN", "WARD_DECLARED", "WARD_SPLIT"] if scope == "types" else []
        fields |= {"scope": scope, "ward": fields["ward"] if scope == "ward" else None, "types": types}
    return event | fields


_FIELDS = {
    "WardWithdrawn": {"ward", "revision"},
    "PollChanged": {"ward", "revision", "state", "new_date"},
    "CouncilReported": {"revision", "seats", "control", "source"},
    "Held": {"ward", "by"},
    "Released": {"hold", "by"},
    "EditorialCall": {"revision", "by", "outcome"},
    "Review": {"by"},
    "SeatChanged": {"ward", "revision", "party_from", "party_to"},
    "StageDeclared": {"ward", "revision"},
    "MayorDeclared": {"revision", "reason"},
    "AdministrationFormed": {"revision", "leader_party", "parties"},
}


@st.composite
def _events(draw: st.DrawFn) -> list[Json]:
    """A map, then anything in any order, parked, held, taken back and amended."""
    found = [_map(draw, first=True)]
    for _ in range(draw(st.integers(4, 9))):
        kind = draw(st.sampled_from(["declared"] * 6 + ["map"] * 2 + sorted(_FIELDS)))
        match kind:
            case "declared":
                found.append(_declared(draw))
            case "map":
                found.append(_map(draw))
            case _:
                found.append(_other(draw, kind))
    return found


@given(_events())
@settings(max_examples=25, deadline=None)
def test_a_row_read_back_judges_keeps_and_says_what_the_live_state_does(events: list[Json]) -> None:
    """And none of it ends the program: whatever form lets through, the rules can take."""
    live = Table()
    for offset, event in enumerate(events):
        again = live.recovered()
        record = a_record(event, offset)

        first, second = live.hear(record), again.hear(record)

        assert (first.outputs, first.refusals) == (second.outputs, second.refusals)
        assert (live.row, live.attachments) == (again.row, again.attachments)
        if live.live is not None and again.live is not None:
            standing = live.keeper.follow(COUNCIL, live.live, offset + 1)
            assert standing == again.keeper.follow(COUNCIL, again.live, offset + 1)


def test_the_nights_of_that_property_hold_what_it_is_for() -> None:
    """Claims corrected and withdrawn, events parked and fitted, holds and conflicts: else it says little."""
    seen: set[str] = set()

    @given(_events())
    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    def look(events: list[Json]) -> None:
        table = Table()
        for offset, event in enumerate(events):
            judged = table.hear(a_record(event, offset))
            for output in (*judged.outputs, *judged.refusals):
                said = json.loads(output.value)
                seen.update(str(said[name]) for name in ("action", "status", "reason") if name in said)
            if table.live is not None and table.live.shown is not None:
                seen.add("council held")

    look()

    assert {"announced", "corrected", "withdrawn", "parked", "fitted", "conflict", "council held"} <= seen
    assert not seen & {"schema", "json", "field", "id-format", "key", "mode"}


def test_a_call_for_a_joint_description_ends_nobody() -> None:
    opened(MAP, GOOD["EditorialCall"] | {"outcome": "REDCO"})


def test_the_standing_of_a_held_council_outlives_a_restart() -> None:
    held = GOOD["Held"] | {"scope": "council", "ward": None}
    table = opened(MAP, held, DECLARED)
    assert table.live is not None
    again = table.recovered()
    assert again.live is not None

    told = table.keeper.follow(COUNCIL, table.live, 3)

    assert again.keeper.follow(COUNCIL, again.live, 3) == told
    assert b'"held":true' in told[0].value
    assert json.loads(told[0].value)["wards_declared"] == 0


def test_an_event_that_outgrows_its_limit_with_its_defaults_is_read_back() -> None:
    """A correction of almost 64 KB, written without defaults, is longer in the row."""
    crowd = [{"id": f"c{n}", "name": f"Person {n}", "party": "IND"} for n in range(1_200)]
    results = [
        {"candidate": c["id"], "party": "IND", "votes": 2_000 - n, "elected": n < 2}
        for n, c in enumerate(crowd)
    ]
    full = {k: v for k, v in DECLARED.items() if k not in ("electorate", "ballots", "rejected")}
    while len(value := _compact(full | {"results": results})) > EVENT_BYTES:
        results.pop()
    table = opened(spoilt(MAP, "wards", 0, "candidates", crowd[: len(results)]) | {"watch": []})

    table.hear(a_record(value, 2))

    (kept,) = json.loads(table.row or b"")["events"]
    assert len(_compact(kept)) > EVENT_BYTES
    assert table.recovered().live is not None


def test_a_map_that_outgrows_its_limit_with_its_defaults_is_read_back() -> None:
    """Almost four megabytes, written without defaults."""
    people = [{"id": f"c{n}", "name": "y" * 160, "party": "IND"} for n in range(10)]
    wards = [
        {
            "id": f"local.trumptonshire.w{n}.2023-05-04",
            "name": f"W{n}",
            "seats": 1,
            "state": "contested",
            "candidates": people,
        }
        for n in range(1_990)
    ]
    value = _compact(
        MAP | {"wards": wards, "seats": 1_990, "held": {}, "vacant": 0, "baselines": [], "watch": []}
    )
    assert MAP_BYTES - 100_000 < len(value) <= MAP_BYTES
    table = Table()

    table.hear(a_record(value))

    assert len(table.attachments["map.1"]) > MAP_BYTES
    assert table.recovered().live is not None


def _compact(event: Json) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode()


def test_a_row_of_newer_rules_is_refused() -> None:
    table = opened(MAP, DECLARED)
    for field in ("rules", "schema"):
        newer = json.dumps(json.loads(table.row or b"") | {field: 99}).encode()

        with pytest.raises(row.RowOfNewerRules, match="start the newer version"):
            CouncilKeeper("rehearsal", 1).load(COUNCIL, newer, table.attachments.__getitem__)


def test_a_row_holds_no_map_and_names_the_attachment_that_does() -> None:
    table = opened(MAP, DECLARED)

    assert list(table.attachments) == ["map.1"]
    assert b"Trumptonshire District Council" not in (table.row or b"")
    assert b"Trumptonshire District Council" in table.attachments["map.1"]


def test_an_attachment_that_is_no_map_is_not_taken_for_one() -> None:
    table = opened(MAP, DECLARED)
    wrong = json.dumps(DECLARED).encode()

    with pytest.raises(TypeError, match="another event"):
        CouncilKeeper("rehearsal", 1).load(COUNCIL, table.row or b"", lambda _: wrong)
