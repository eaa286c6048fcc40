"""Made-up headlines, standings and logs: say what matters, the rest is made up."""

import hashlib
import json
from collections.abc import Iterable
from time import monotonic
from typing import Any

import httpx

from schemas.area import Board
from schemas.headline import Headline
from schemas.standing import Standing
from streams.publishers.archive import Archive, Kind, Record
from streams.publishers.reel import Reel
from streams.publishers.site import Site
from streams.publishers.web.application import application
from streams.settings import settings

SWALE = "local.swale.2023-05-04"
LEWES = "local.lewes.2023-05-04"

_SEATS = {"total": 47, "majority": 24, "declared": 10, "pending": 37, "postponed": 0, "unfilled": 0}


def id_of(key: str, n: int) -> str:
    """The id of the n-th headline of a council."""
    return hashlib.sha256(f"{key} {n}".encode()).hexdigest()[:32]


def a_headline(n: int = 1, council: str | None = SWALE, **fields: Any) -> Headline:
    """The n-th headline of a council."""
    name = council.split(".")[1].title() if council else ""
    told = {
        "id": id_of(council or "", n),
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


def a_record(
    said: Headline | Standing | Board, offset: int = 0, partition: int = 0, at_ms: int = 1_000
) -> Record:
    """A record as it lies on its topic."""
    kinds: dict[type, Kind] = {Headline: "headlines", Standing: "standings", Board: "boards"}
    kind = kinds[type(said)]
    return Record(kind, partition, offset, said.model_dump_json().encode(), at_ms)


def a_log(*said: Headline | Standing | Board, partition: int = 0, start: int = 0) -> list[Record]:
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


def a_site(archive: Archive, stale: bool = False, **given: Any) -> Site:
    """A copy of the service that has read everything and follows nothing."""
    site = Site(settings(mode="replay", profile="embedded", broker="127.0.0.1:1", **given))
    site.glance_seconds = 0
    site.follower.archive = archive
    site.streams.reel = Reel(archive)
    site.follower.freshness.heard(monotonic() - (60.0 if stale else 0.0), 0)
    return site


def a_client(site: Site) -> httpx.AsyncClient:
    """A reader of it, without a network."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(application(site)), base_url="http://results.test")


def told(archive: Archive) -> list[tuple[str, int]]:
    """What was told, in order: council and number."""
    return [(entry.headline.key.split(".")[1], entry.headline.n) for entry in archive.entries]


def a_night_of_two() -> list[Record]:
    """Swale decided with a proof, one headline taken back; Lewes still counting: all that an answer can hold."""
    proof = {
        "claim": "secured",
        "party": "LAB",
        "seats": 47,
        "majority": 24,
        "unfilled": 0,
        "map_version": 1,
        "bounds": [
            {"party": "CON", "may_control": True, "held": 0, "won": 4, "floor": 4, "ceiling": 20},
            {"party": "LAB", "may_control": True, "held": 0, "won": 24, "floor": 24, "ceiling": 43},
        ],
        "out": [{"ward": "local.swale.abbey.2023-05-04", "seats": 19, "open": False}],
    }
    call = a_headline(
        2,
        type="CONTROL_GAIN",
        priority="F",
        fact="control",
        confidence="arithmetic",
        proof=proof,
        text="Labour has gained Swale.",
    )
    wrong = a_headline(1, text="=Greens & <Labour> gain Abbey.")
    back = a_headline(
        3,
        action="withdrawn",
        fact="fact-1",
        supersedes=[wrong.id],
        reason="transcription",
        text="Withdrawn (a mistake in copying the figures): =Greens & <Labour> gain Abbey.",
    )
    ward = {
        "ward": "local.swale.abbey.2023-05-04",
        "name": "Abbey",
        "seats": 2,
        "poll": "contested",
        "status": "declared",
        "polls_on": None,
        "revision": 1,
        "declared_at": "2023-05-05T02:00:00Z",
        "elected": [{"name": "H. Perkin", "party": "LAB", "votes": 918}],
    }
    changes = {
        "basis": "last_election",
        "scope": "council",
        "version": 1,
        "as_of": "2019-05-02",
        "comparable": True,
        "rows": [
            {"party": "CON", "before": 6, "now": 4, "change": -2, "new": False},
            {"party": "LAB", "before": 4, "now": 6, "change": 2, "new": False},
        ],
    }
    gained = {
        "before": "NOC",
        "after": "LAB",
        "outcome": "GAIN",
        "lost_for_certain": False,
        "before_poll": False,
        "reported": True,
    }
    return a_log(
        a_standing(version=1),
        wrong,
        call,
        a_standing(version=2, n=3, control=gained, wards=[ward], changes=[changes], final=True),
        back,
    ) + a_log(a_standing(LEWES, 4), a_headline(1, LEWES), partition=1)


def a_board(area: str = "kent@local.2023-05-04", version: int = 1, **fields: Any) -> Board:
    """An area's board."""
    told = {
        "area": area,
        "slug": area.split("@")[0],
        "name": area.split("@")[0].title(),
        "kind": "county",
        "parent": "south-east",
        "version": version,
        "n": 1,
        "mode": "replay",
        "election": "local.2023-05-04",
        "rules_version": 1,
        "complete": False,
        "seats": {
            "total": 47,
            "declared": 10,
            "pending": 37,
            "postponed": 0,
            "unfilled": 0,
            "councils": 1,
            "councils_final": 0,
        },
        "begun": 1,
        "wards_declared": 5,
        "wards_expected": 24,
        "parties": [],
        "families": [],
        "control": [],
        "changes": [
            {
                "basis": "last_election",
                "scope": "council",
                "year": 2019,
                "version": 1,
                "councils": 1,
                "comparable": 1,
                "counted": 1,
                "pending": 0,
                "rows": [
                    {
                        "party": "CON",
                        "before": 6,
                        "now": 4,
                        "change": -2,
                        "new": False,
                        "councils": 1,
                        "up": 0,
                        "down": 1,
                    }
                ],
                "families": [],
            }
        ],
        "councils": [
            {
                "council": SWALE,
                "name": "Swale",
                "version": 1,
                "seats": _SEATS,
                "control": None,
                "outcome": None,
                "wards_declared": 5,
                "wards_expected": 24,
                "final": False,
                "held": False,
            }
        ],
        "final": False,
        "holds": [],
        "held": False,
        "last_declared_at": None,
    }
    return Board.model_validate_json(json.dumps(told | fields))


def an_area_headline(n: int = 1, **fields: Any) -> Headline:
    """The n-th headline of Kent."""
    seats = {
        "total": 47,
        "declared": 10,
        "pending": 37,
        "postponed": 0,
        "unfilled": 0,
        "councils": 1,
        "councils_final": 0,
    }
    area = {
        "id": id_of("kent", n),
        "council": None,
        "council_name": None,
        "area": "kent@local.2023-05-04",
        "area_name": "Kent",
        "seats": seats,
        "type": "NTH_GAIN",
    }
    return a_headline(n, **(area | fields))
