"""The check of a call's arithmetic: it passes what is right and finds each way of being wrong."""

import json
import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.council import CouncilOpened
from schemas.proof import Proof, mistakes
from schemas.reading import read
from tests.house.modules import ROOT
from tests.schemas.good import HARBOUR, MAP, NORTH, SOUTH, Json, raw, spoilt

# The council of these proofs, worked out by hand: 7 seats, a majority takes 4. Red holds 1 seat that is not up, 1 seat
# is vacant. South (2 seats) has one candidate, a Blue: 1 seat won, 1 unfilled. North (2 seats, Red 2 with its joint
# candidate, Blue 1, an independent) is contested; Harbour (1 seat) is postponed and open to nominations.


def _bounds(party: str, held: int, won: int, floor: int, ceiling: int, may_control: bool = True) -> Json:
    return {
        "party": party,
        "may_control": may_control,
        "held": held,
        "won": won,
        "floor": floor,
        "ceiling": ceiling,
    }


_OUT_NORTH = {"ward": NORTH, "seats": 2, "open": False}
_OUT_HARBOUR = {"ward": HARBOUR, "seats": 1, "open": True}

#: Before the first ward: Blue, with 1 seat, can win 1 in North and 1 in Harbour, and reach 3 at most.
LOST: Json = {
    "claim": "lost",
    "party": "BLUE",
    "seats": 7,
    "majority": 4,
    "unfilled": 2,
    "map_version": 1,
    "bounds": [
        _bounds("RED", 1, 0, 1, 4),
        _bounds("BLUE", 0, 1, 1, 3),
        _bounds("IND", 0, 0, 0, 2, may_control=False),
    ],
    "out": [_OUT_NORTH, _OUT_HARBOUR],
}

#: North goes to one Red and one Blue: with Harbour out nobody can pass 3.
NOC: Json = LOST | {
    "claim": "noc",
    "party": None,
    "bounds": [
        _bounds("RED", 1, 1, 2, 3),
        _bounds("BLUE", 0, 2, 2, 3),
        _bounds("IND", 0, 0, 0, 1, may_control=False),
    ],
    "out": [_OUT_HARBOUR],
}

#: The same council with four more Red seats that are not up: 11 seats, a majority takes 6. North goes to both Reds.
LARGER = MAP | {"seats": 11, "held": {"RED": 4, "REDCO": 1}}
SECURED: Json = LOST | {
    "claim": "secured",
    "party": "RED",
    "seats": 11,
    "majority": 6,
    "bounds": [
        _bounds("RED", 5, 2, 7, 8),
        _bounds("BLUE", 0, 1, 1, 2),
        _bounds("IND", 0, 0, 0, 1, may_control=False),
    ],
    "out": [_OUT_HARBOUR],
}


def _map(event: Json) -> CouncilOpened:
    opened = read(raw(event))
    assert isinstance(opened, CouncilOpened)
    return opened


def _found(proof: Json, council_map: Json | None = None) -> list[str]:
    checked = Proof.model_validate_json(json.dumps(proof))
    return list(mistakes(checked, _map(council_map) if council_map is not None else None))


def _bound(proof: Json, party: int, **figures: Any) -> Json:
    for name, figure in figures.items():
        proof = spoilt(proof, "bounds", party, name, figure)
    return proof


@pytest.mark.parametrize(
    ("proof", "council_map"), [(LOST, MAP), (NOC, MAP), (SECURED, LARGER)], ids=["lost", "noc", "secured"]
)
def test_a_good_proof_has_no_mistakes(proof: Json, council_map: Json) -> None:
    assert _found(proof) == []
    assert _found(proof, council_map) == []


@pytest.mark.parametrize(
    ("proof", "mistake"),
    [
        (spoilt(NOC, "majority", 3), "the majority mark of 7 seats is 4, not 3"),
        (spoilt(NOC, "majority", 5), "the majority mark of 7 seats is 4, not 5"),
        (spoilt(NOC, "seats", 9), "do not make 9"),
        (spoilt(NOC, "unfilled", 1), "4 seats filled, 1 out and 1 unfilled do not make 7"),
        (spoilt(NOC, "out", []), "4 seats filled, 0 out and 2 unfilled do not make 7"),
        (spoilt(NOC, "out", 0, "seats", 2), "4 seats filled, 2 out"),
        (spoilt(NOC, "out", [_OUT_HARBOUR] * 2), f"the ward {HARBOUR} is out twice"),
        (spoilt(NOC, "bounds", 2, NOC["bounds"][0]), "RED has bounds twice"),
        (_bound(NOC, 0, won=2), "5 seats filled"),
        (_bound(NOC, 0, floor=1), "RED: 2 seats, floor 1, ceiling 3 with 1 out cannot be"),
        (_bound(NOC, 0, floor=4), "RED: 2 seats, floor 4, ceiling 3"),
        (_bound(NOC, 0, ceiling=4), "RED: 2 seats, floor 2, ceiling 4 with 1 out cannot be"),
        (_bound(LOST, 0, ceiling=4) | {"claim": "noc", "party": None}, "RED can still reach 4 seats"),
        (spoilt(LOST, "party", "RED"), "RED can still reach 4 seats; a majority needs 4"),
        (spoilt(LOST, "party", "IND"), "IND is not among the parties that may control the council"),
        (spoilt(LOST, "party", "GREY"), "GREY is not among the parties that may control the council"),
        (_bound(SECURED, 0, floor=5, won=0), "RED is sure of 5 seats only; a majority needs 6"),
        (SECURED | {"claim": "lost"}, "RED can still reach 8 seats; a majority needs 6"),
        (SECURED | {"claim": "noc", "party": None}, "RED can still reach 8 seats"),
    ],
)
def test_each_mistake_shows_in_the_proof_alone(proof: Json, mistake: str) -> None:
    found = _found(proof)

    assert any(mistake in sentence for sentence in found), found


def test_a_newcomer_in_wards_open_to_nominations_can_undo_a_claim_of_no_control() -> None:
    """Seven seats, four of them open to nominations: a party that nobody lists yet could take all four."""
    proof = NOC | {
        "unfilled": 0,
        "bounds": [_bounds("RED", 3, 0, 3, 3)],
        "out": [_OUT_HARBOUR | {"seats": 4}],
    }

    assert _found(proof) == [
        "wards open to nominations could still give a majority to a party that is not listed"
    ]


@pytest.mark.parametrize(
    ("proof", "council_map", "mistake"),
    [
        (spoilt(NOC, "map_version", 2), MAP, "the proof rests on version 2 of the map; this is version 1"),
        (NOC, spoilt(MAP, "version", 2) | {"reason": "nomination_amended"}, "this is version 2"),
        (SECURED, MAP, "the map has 7 seats, the proof 11"),
        (spoilt(NOC, "out", 0, "ward", "local.trumptonshire.x.2023-05-04"), MAP, "not on the map"),
        (spoilt(NOC, "out", 0, "open", False), MAP, "is open to nominations on the map"),
        (spoilt(LOST, "out", [_OUT_NORTH | {"seats": 1}, _OUT_HARBOUR | {"seats": 2}]), MAP, "fills 2 seats"),
        (_bound(NOC, 0, held=2, won=0), MAP, "RED: the map has 1 seats not up, the proof 2"),
        # A ceiling and a floor that the proof alone cannot doubt: nominations do.
        (_bound(LOST, 0, ceiling=3), MAP, "RED: from the map the floor is 1 and the ceiling 4"),
        (_bound(LOST, 1, ceiling=2), MAP, "BLUE: from the map the floor is 1 and the ceiling 3"),
        (_bound(NOC, 0, floor=3), MAP, "RED: from the map the floor is 2 and the ceiling 3"),
        (_bound(NOC, 1, may_control=False), MAP, "BLUE: whether it may control differs from the map"),
        (spoilt(LOST, "bounds", LOST["bounds"][:2]), MAP, "differ by IND"),
        (spoilt(LOST, "bounds", [*LOST["bounds"], _bounds("GREY", 0, 0, 0, 1)]), MAP, "differ by GREY"),
        # One seat moved from Blue to Red: the sums still agree, but Blue had a seat without a poll.
        (
            spoilt(
                LOST,
                "bounds",
                [
                    _bounds("RED", 1, 1, 2, 5),
                    _bounds("BLUE", 0, 0, 0, 2),
                    _bounds("IND", 0, 0, 0, 2, may_control=False),
                ],
            ),
            MAP,
            "RED: nominations allow 0 to 0 seats in the wards that are in, not 1",
        ),
        # South told as out, though nobody will vote there.
        (
            spoilt(LOST, "out", [_OUT_NORTH, _OUT_HARBOUR, {"ward": SOUTH, "seats": 2, "open": False}]),
            MAP,
            "is filled without a poll on the map",
        ),
        (spoilt(LOST, "unfilled", 3), MAP, "the map leaves 2 seats unfilled, the proof 3"),
        # North left out of the wards that are out, and its seats called unfilled.
        (LOST | {"out": [_OUT_HARBOUR], "unfilled": 4}, MAP, "the map leaves 2 seats unfilled, the proof 4"),
    ],
)
def test_each_mistake_shows_against_the_map(proof: Json, council_map: Json, mistake: str) -> None:
    found = _found(proof, council_map)

    assert any(mistake in sentence for sentence in found), found


def test_a_proof_names_its_party_unless_there_is_none() -> None:
    for wrong in (LOST | {"party": None}, NOC | {"party": "RED"}):
        with pytest.raises(ValidationError, match="names its party"):
            Proof.model_validate_json(json.dumps(wrong))


def test_the_check_needs_pydantic_and_the_standard_library_alone() -> None:
    """A program in which every other import fails checks a proof against its map."""
    program = """
import sys
ALLOWED = sys.stdlib_module_names | {"schemas", "pydantic", "pydantic_core"}
OF_PYDANTIC = {"annotated_types", "typing_extensions", "typing_inspection"}
class OnlyThese:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in ALLOWED | OF_PYDANTIC and not top.startswith("_sysconfigdata"):
            raise ImportError(f"{name} is not allowed here")
sys.meta_path.insert(0, OnlyThese())
from schemas.proof import Proof, mistakes
from schemas.reading import read
proof, council_map = sys.stdin.read().splitlines()
found = list(mistakes(Proof.model_validate_json(proof), read(council_map.encode())))
sys.stdout.write(repr(found))
"""
    lines = json.dumps(NOC) + "\n" + json.dumps(MAP)

    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        input=lines,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stderr, done.returncode, done.stdout) == ("", 0, "[]")
