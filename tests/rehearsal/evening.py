"""A small night to break: one council of three wards, written to a folder line by line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Line = dict[str, Any]

COUNCIL = "local.anytown.2023-05-04"
NORTH, SOUTH, EAST = (f"local.anytown.{name}.2023-05-04" for name in ("north", "south", "east"))

EXPECTED = "checkpoint,council,before,after,outcome,pending,CON,LAB,OTH\n"


def common(id: str, type: str, at: str) -> Line:
    return {
        "schema_version": 1,
        "id": id,
        "mode": "replay",
        "election": "local.2023-05-04",
        "council": COUNCIL,
        "declared_at": {"at": at, "basis": "reported"},
        "producer": "Test",
        "type": type,
    }


def party(code: str, the: str, kind: str = "party") -> Line:
    return {
        "code": code,
        "name": the,
        "the": the,
        "adjective": the,
        "plural": False,
        "kind": kind,
        "may_control": kind == "party",
    }


def ward(id: str, name: str, seats: int, parties: str) -> Line:
    return {
        "id": id,
        "name": name,
        "seats": seats,
        "state": "contested",
        "candidates": [
            {"id": f"c{n:02}", "name": f"Person {n}", "party": code}
            for n, code in enumerate(parties.split(), start=1)
        ],
        "electorate": 1000,
    }


def a_map() -> Line:
    return common(f"{COUNCIL}:map-1", "CouncilOpened", "2023-05-03T12:00:00Z") | {
        "version": 1,
        "name": "Anytown",
        "official_name": "Anytown Borough Council",
        "style": "borough",
        "seats": 5,
        "held": {"IND": 1},
        "parties": [
            party("CON", "the Conservatives"),
            party("IND", "independents", "independent"),
            party("LAB", "Labour"),
        ],
        "wards": [
            ward(NORTH, "North", 2, "CON CON LAB LAB"),
            ward(SOUTH, "South", 1, "CON LAB"),
            ward(EAST, "East", 1, "CON IND LAB"),
        ],
        "poll": {"opens": "2023-05-04T06:00:00Z", "closes": "2023-05-04T21:00:00Z"},
        "control_before": {"control": "CON", "as_of": "2023-05-03", "basis": "eve_of_poll", "source": "Test"},
        "control_reported": True,
        "times": "known",
    }


def declaration(ward: str, at: str, *results: tuple[str, str, int, bool], revision: int = 1) -> Line:
    return common(f"{ward}:r{revision}", "WardDeclared", at) | {
        "ward": ward,
        "revision": revision,
        "results": [
            {"candidate": candidate, "party": code, "votes": votes, "elected": elected}
            for candidate, code, votes, elected in results
        ],
        "source": {"name": "Test", "tier": 1},
    }


def declarations() -> list[Line]:
    return [
        declaration(
            NORTH,
            "2023-05-05T01:00:00Z",
            ("c03", "LAB", 400, True),
            ("c04", "LAB", 390, True),
            ("c01", "CON", 200, False),
            ("c02", "CON", 190, False),
        ),
        declaration(SOUTH, "2023-05-05T02:00:00Z", ("c02", "LAB", 300, True), ("c01", "CON", 250, False)),
        declaration(
            EAST,
            "2023-05-05T03:00:00Z",
            ("c02", "IND", 310, True),
            ("c01", "CON", 250, False),
            ("c03", "LAB", 100, False),
        ),
    ]


def about() -> Line:
    return {
        "format": 1,
        "title": "Anytown, 4 May 2023",
        "election": "local.2023-05-04",
        "checkpoints": [{"name": "final", "until": "2023-05-05T12:00:00Z"}],
    }


def write(
    folder: Path,
    *,
    about_: Line | None = None,
    maps: list[Line] | None = None,
    events: list[Line] | None = None,
    expected: str = f"final,{COUNCIL},CON,LAB,GAIN,0,0,3,2\n",
) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "night.json").write_text(json.dumps(about_ or about(), indent=1))
    _lines(folder / "maps.jsonl", [a_map()] if maps is None else maps)
    _lines(folder / "events.jsonl", declarations() if events is None else events)
    (folder / "expected.csv").write_text(EXPECTED + expected)
    return folder


def _lines(path: Path, lines: list[Line]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def changed(line: Line, change: Callable[[Any], None]) -> Line:
    """A copy of a line with something changed in it."""
    copy: Line = json.loads(json.dumps(line))
    change(copy)
    return copy
