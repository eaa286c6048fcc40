"""Made-up headlines, standings and logs: say what matters, the rest is made up."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from schemas.headline import Headline
from schemas.standing import Standing
from streams.publishers.archive import Archive, Kind, Record

SWALE = "local.swale.2023-05-04"
LEWES = "local.lewes.2023-05-04"

_SEATS = {"total": 47, "majority": 24, "declared": 10, "pending": 37, "postponed": 0, "unfilled": 0}


def id_of(key: str, n: int) -> str:
    """The id of the n-th headline of a council."""
    return hashlib.sha256(f"{key} {n}".encode()).hexdigest()[:32]


def a_headline(n: int = 1, council: str = SWALE, **fields: Any) -> Headline:
    """The n-th headline of a council."""
    name = council.split(".")[1].title()
    told = {
        "id": id_of(council, n),
        "n": n,
        "action": "announced",
        "type": "WARD_DECLARED",
        "priority": "R",
        "fact": f"fact-{n}",
        "story": "control",
        "council": council,
        "council_name": name,
        "election": "local.2023-05-04",
        "mode": "replay",
        "bases": {},
        "seats": _SEATS,
        "causes": ["event-1"],
        "supersedes": [],
        "reason": None,
        "value": {},
        "was": None,
        "confidence": "declared",
        "proof": None,
        "text": f"Headline {n} of {name}.",
        "language": "en-GB",
        "template": "WARD_DECLARED/1",
        "rules_version": 1,
        "declared_at": {"at": "2023-05-05T02:00:00Z", "basis": "officer"},
        "reported_at": None,
    }
    return Headline.model_validate_json(json.dumps(told | fields))


def a_standing(council: str = SWALE, version: int = 1, **fields: Any) -> Standing:
    """A council's standing."""
    told = {
        "council": council,
        "version": version,
        "n": 1,
        "mode": "replay",
        "election": "local.2023-05-04",
        "name": council.split(".")[1].title(),
        "map_version": 1,
        "rules_version": 1,
        "seats": _SEATS,
        "parties": [
            {
                "party": "LAB",
                "name": "Labour Party",
                "held": 0,
                "won": 6,
                "seats": 6,
                "floor": 6,
                "ceiling": 30,
            },
            {
                "party": "CON",
                "name": "Conservative Party",
                "held": 0,
                "won": 4,
                "seats": 4,
                "floor": 4,
                "ceiling": 20,
            },
        ],
        "changes": [],
        "control": {
            "before": "NOC",
            "after": None,
            "outcome": None,
            "lost_for_certain": False,
            "before_poll": False,
            "reported": True,
        },
        "final": False,
        "wards_declared": 5,
        "wards_expected": 24,
        "wards": [],
        "reported": [],
        "calls": [],
        "moves": [],
        "holds": [],
        "held": False,
        "last_declared_at": "2023-05-05T02:00:00Z",
    }
    return Standing.model_validate_json(json.dumps(told | fields))


def a_record(said: Headline | Standing, offset: int = 0, partition: int = 0, at_ms: int = 1_000) -> Record:
    """A record as it lies on its topic."""
    kind: Kind = "headlines" if isinstance(said, Headline) else "standings"
    return Record(kind, partition, offset, said.model_dump_json().encode(), at_ms)


def a_log(*said: Headline | Standing, partition: int = 0, start: int = 0) -> list[Record]:
    """Records one after the other on a partition, a second apart."""
    return [
        a_record(each, start + place, partition, 1_000 * (start + place + 1))
        for place, each in enumerate(said)
    ]


def an_archive(records: Iterable[Record], now: float = 0.0) -> Archive:
    """What a copy of the service knows after these records."""
    archive = Archive("replay")
    for record in records:
        archive.take(record, now)
    return archive


def told(archive: Archive) -> list[tuple[str, int]]:
    """What was told, in order: council and number."""
    return [(entry.headline.key.split(".")[1], entry.headline.n) for entry in archive.entries]
