"""Ids as EveryElection writes them can be said, whatever the body; what merely looks like one cannot."""

import json

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.contract import CouncilId, ElectionId, EventId, PartyCode, WardId, belongs
from schemas.council import CouncilOpened
from schemas.reading import read
from tests.schemas.good import MAP

_BODIES = [
    ("local.2023-05-04", "local.horsham.2023-05-04", "local.horsham.roffey-south.2023-05-04"),
    ("local.2023-05-04", "local.brighton-and-hove.2023-05-04", "local.brighton-and-hove.regency.2023-05-04"),
    ("local.2023-10-05", "local.horsham.2023-10-05", "local.horsham.southwater-north.by.2023-10-05"),
    ("local.2019-05-02", "local.south-ribble.2019-05-02", "local.south-ribble.farington-west.2019-06-20"),
    ("parl.2024-07-04", "parl.2024-07-04", "parl.aberafan-maesteg.2024-07-04"),
    ("parl.2024-02-15", "parl.2024-02-15", "parl.wellingborough.by.2024-02-15"),
    ("gla.2024-05-02", "gla.2024-05-02", "gla.c.barnet-and-camden.2024-05-02"),
    ("gla.2024-05-02", "gla.a.2024-05-02", "gla.a.london.2024-05-02"),
    ("senedd.2021-05-06", "senedd.2021-05-06", "senedd.r.mid-and-west-wales.2021-05-06"),
    ("sp.2021-05-06", "sp.2021-05-06", "sp.c.aberdeen-central.2021-05-06"),
    ("sp.2021-05-06", "sp.c.2021-05-06", "sp.c.aberdeen-central.by.2021-05-06"),
    ("nia.2022-05-05", "nia.2022-05-05", "nia.belfast-east.2022-05-05"),
    ("local.2024-05-02", "local.adur.2024-05-02", "local.adur.st-mary-s.2024-05-02"),
    ("local.2024-02-29", "local.x.2024-02-29", "local.x.y.2024-02-29"),
]

_ELECTION, _COUNCIL, _WARD = TypeAdapter(ElectionId), TypeAdapter(CouncilId), TypeAdapter(WardId)


@pytest.mark.parametrize(("election", "council", "ward"), _BODIES, ids=lambda id: str(id))
def test_ids_of_every_kind_of_body(election: str, council: str, ward: str) -> None:
    assert _ELECTION.validate_python(election) == election
    assert _COUNCIL.validate_python(council) == council
    assert _WARD.validate_python(ward) == ward
    assert belongs(ward, council)


@pytest.mark.parametrize(
    ("ward", "council"),
    [
        ("local.horsham.forest.2023-05-04", "local.hors.2023-05-04"),
        ("local.hors.forest.2023-05-04", "local.horsham.2023-05-04"),
        ("local.horsham.2023-05-04", "local.horsham.2023-05-04"),
        ("parl.2024-07-04", "parl.2024-07-04"),
        ("parlour.x.2024-07-04", "parl.2024-07-04"),
    ],
)
def test_a_ward_of_another_body_does_not_belong(ward: str, council: str) -> None:
    assert not belongs(ward, council)


@pytest.mark.parametrize(
    "id",
    [
        "local",
        "2023-05-04",
        "local.2023-05-04\n",
        "local.horsham",
        "local..2023-05-04",
        "local.-horsham.2023-05-04",
        "local.horsham-.2023-05-04",
        "local.Horsham.2023-05-04",
        "local.hors ham.2023-05-04",
        "local.hörsham.2023-05-04",
        "local.horsham#map.2023-05-04",
        "local.horsham.2023-5-4",
        "local.horsham.2023-02-30",
        "local.horsham.20230504",
        "local.a.b.c.d.e.2023-05-04",
        "local." + "x" * 81 + ".2023-05-04",
    ],
)
def test_what_is_no_id(id: str) -> None:
    for kind in (_ELECTION, _COUNCIL, _WARD):
        with pytest.raises(ValidationError):
            kind.validate_python(id)


def test_a_parliament_of_650_divisions_is_a_body_like_any_other() -> None:
    constituencies = [
        {
            "id": f"parl.constituency-{n}.2024-07-04",
            "name": f"Constituency {n}",
            "seats": 1,
            "state": "contested",
            "candidates": [
                {"id": "a", "name": "Person A", "party": "RED"},
                {"id": "b", "name": "Person B", "party": "BLUE"},
            ],
        }
        for n in range(650)
    ]
    parliament = MAP | {
        "election": "parl.2024-07-04",
        "council": "parl.2024-07-04",
        "name": "House of Commons",
        "official_name": "House of Commons",
        "style": "parliament",
        "seats": 650,
        "held": {},
        "vacant": 0,
        "wards": constituencies,
        "baselines": [],
        "watch": [],
    }

    opened = read(json.dumps(parliament).encode())

    assert isinstance(opened, CouncilOpened)
    assert len(opened.wards) == opened.seats == 650


@pytest.mark.parametrize(
    "code", ["CON", "LD", "ED", "TUSC", "R&B", "SNP", "PC", "UKIP", "A", "ST GEO.", "3PP"]
)
def test_codes_of_parties(code: str) -> None:
    assert TypeAdapter(PartyCode).validate_python(code) == code


@pytest.mark.parametrize(
    "id", ["north:r1", "0190c2f5-7e3a-7cc1-8d1f-5a1d0a7b9c11", "local.x.2023-05-04:map-1"]
)
def test_ids_of_events(id: str) -> None:
    assert TypeAdapter(EventId).validate_python(id) == id
