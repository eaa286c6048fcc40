"""Standings and headlines of an evening, for tests of what a terminal shows."""

from datetime import UTC, datetime
from typing import Any

from schemas.event import Moment
from schemas.headline import AreaSeats, Headline, Seats
from schemas.standing import Control, PartyStanding, Standing

HORSHAM = "local.horsham.2023-05-04"


def a_standing(
    name: str = "Horsham",
    seats: dict[str, int] | None = None,
    *,
    pending: int = 12,
    wards: tuple[int, int] = (18, 22),
    control: Control | None = None,
    version: int = 1,
    **other: Any,
) -> Standing:
    seats = {"LD": 25, "CON": 9, "GRN": 2} if seats is None else seats
    filled = sum(seats.values())
    given: dict[str, Any] = {
        "council": f"local.{name.lower().replace(' ', '-')}.2023-05-04",
        "version": version,
        "n": version,
        "mode": "replay",
        "election": "local.2023-05-04",
        "name": name,
        "map_version": 1,
        "rules_version": 1,
        "seats": Seats(
            total=filled + pending,
            majority=(filled + pending) // 2 + 1,
            declared=filled,
            pending=pending,
            postponed=0,
            unfilled=0,
        ),
        "parties": tuple(
            PartyStanding(party=code, name=code, held=0, won=n, seats=n, floor=n, ceiling=n + pending)
            for code, n in seats.items()
        ),
        "changes": (),
        "control": control
        or Control(
            before="CON", after=None, outcome=None, lost_for_certain=False, before_poll=False, reported=True
        ),
        "final": pending == 0,
        "wards_declared": wards[0],
        "wards_expected": wards[1],
        "wards": (),
        "reported": (),
        "calls": (),
        "moves": (),
        "holds": (),
        "held": False,
        "last_declared_at": None,
    }
    return Standing(**given | other)


def a_headline(text: str = "Liberal Democrats gain Horsham from Conservatives.", **other: Any) -> Headline:
    given: dict[str, Any] = {
        "id": "0123456789abcdef0123456789abcdef",
        "n": 7,
        "action": "announced",
        "type": "CONTROL_GAIN",
        "priority": "F",
        "fact": "control",
        "story": "control",
        "council": HORSHAM,
        "council_name": "Horsham",
        "election": "local.2023-05-04",
        "mode": "replay",
        "bases": {},
        "seats": Seats(total=48, majority=25, declared=36, pending=12, postponed=0, unfilled=0),
        "causes": ("roffey-south-1",),
        "supersedes": (),
        "reason": None,
        "value": {"outcome": "GAIN"},
        "was": None,
        "confidence": "arithmetic",
        "proof": None,
        "text": text,
        "language": "en-GB",
        "template": "control_gain.1",
        "rules_version": 1,
        "declared_at": Moment(at=datetime(2023, 5, 5, 17, 15, tzinfo=UTC), basis="reported"),
        "reported_at": None,
    }
    return Headline(**given | other)


def a_map(**other: Any) -> dict[str, Any]:
    """A council of two seats in two wards, as it goes over the wire."""
    ward = {
        "seats": 1,
        "state": "contested",
        "candidates": [
            {"id": "con-1", "name": "A Smith", "party": "CON"},
            {"id": "ld-1", "name": "B Jones", "party": "LD"},
        ],
    }
    parties = {"CON": "Conservatives", "LD": "Liberal Democrats"}
    return _event("CouncilOpened", "horsham-map-1") | {
        "version": 1,
        "name": "Horsham",
        "official_name": "Horsham District Council",
        "style": "district",
        "seats": 2,
        "held": {},
        "parties": [
            {
                "code": code, "name": name, "the": f"the {name}", "adjective": name,
                "plural": True, "kind": "party", "may_control": True,
            }
            for code, name in parties.items()
        ],
        "wards": [
            ward | {"id": f"local.horsham.{slug}.2023-05-04", "name": slug.title()} for slug in ("denne", "forest")
        ],
        "poll": {"opens": "2023-05-04T06:00:00Z", "closes": "2023-05-04T21:00:00Z"},
        "control_before": {"control": "CON", "as_of": "2023-05-04", "basis": "eve_of_poll", "source": "the council"},
        "control_reported": True,
        "times": "known",
    } | other  # fmt: skip


def a_declaration(ward: str = "denne", **other: Any) -> dict[str, Any]:
    """A ward that the Liberal Democrats win, as it goes over the wire."""
    return (
        _event("WardDeclared", f"{ward}-1")
        | {
            "ward": f"local.horsham.{ward}.2023-05-04",
            "revision": 1,
            "results": [
                {"candidate": "con-1", "party": "CON", "votes": 400, "elected": False},
                {"candidate": "ld-1", "party": "LD", "votes": 500, "elected": True},
            ],
            "source": {"name": "Returning officer", "tier": 1},
        }
        | other
    )


def _event(type: str, id: str) -> dict[str, Any]:
    return {
        "schema_version": 1,
        "type": type,
        "id": id,
        "mode": "replay",
        "election": "local.2023-05-04",
        "council": HORSHAM,
        "declared_at": {"at": "2023-05-05T01:00:00Z", "basis": "officer"},
        "producer": "tests",
    }


def an_area_headline() -> Headline:
    seats = AreaSeats(
        total=592, declared=98, pending=494, postponed=0, unfilled=0, councils=13, councils_final=2
    )
    return a_headline(
        "Labour has gained one of the 13 councils of Kent: Medway from the Conservatives.",
        type="NTH_GAIN",
        priority="U",
        council=None,
        council_name=None,
        area="kent@local.2023-05-04",
        area_name="Kent",
        seats=seats,
        proof=None,
    )
