"""The night of 4 May 2023 as built: repeatable, readable, and what was decided where sources are silent."""

import csv
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from schemas.council import CouncilOpened
from schemas.declaration import WardDeclared
from schemas.reading import read
from streams.rehearsal.night import Night, check_night, read_night
from streams.rehearsal.nights import SOUTH_EAST_2023
from streams.rehearsal.nights.south_east_2023 import articles
from streams.rehearsal.nights.south_east_2023.build import build
from streams.rehearsal.nights.south_east_2023.sources import load

FILES = ("night.json", "maps.jsonl", "events.jsonl", "expected.csv")


@pytest.fixture(scope="module")
def night() -> Night:
    return read_night(SOUTH_EAST_2023)


@pytest.fixture(scope="module")
def maps(night: Night) -> dict[str, CouncilOpened]:
    return {m.council.split(".")[1]: m for m in night.maps}


@pytest.fixture(scope="module")
def declared(night: Night) -> list[WardDeclared]:
    return [event for event in night.events if isinstance(event, WardDeclared)]


def test_building_it_again_gives_the_same_bytes(tmp_path: Path) -> None:
    build(tmp_path)

    for name in FILES:
        assert (tmp_path / name).read_bytes() == (SOUTH_EAST_2023 / name).read_bytes(), name


def test_it_has_no_mistakes() -> None:
    assert check_night(SOUTH_EAST_2023) == []


def test_the_strict_reader_accepts_every_line() -> None:
    for name in ("maps.jsonl", "events.jsonl"):
        for line in (SOUTH_EAST_2023 / name).read_bytes().splitlines():
            read(line)


def test_675_wards_are_declared_and_one_is_unopposed(
    maps: dict[str, CouncilOpened], declared: list[WardDeclared]
) -> None:
    wards = [ward for opened in maps.values() for ward in opened.wards]

    assert len(maps) == 35
    assert len({event.ward for event in declared}) == len(declared) == 675
    assert [ward.name for ward in wards if ward.state == "unopposed"] == ["Hadlow Down and Rotherfield"]
    assert [ward.name for ward in wards if ward.state == "postponed"] == ["Frimley Green"]
    assert len(wards) == 676


def test_the_order_of_nominations_does_not_tell_who_won(declared: list[WardDeclared]) -> None:
    """Were candidates numbered by rank, the first would always be elected."""
    first = [r.elected for event in declared for r in event.results if r.candidate == "c01"]
    last = [max(event.results, key=lambda r: r.candidate).elected for event in declared]

    assert len(first) == 675
    assert abs(sum(first) - sum(last)) < 100


def test_a_time_is_exact_only_where_somebody_reported_it(declared: list[WardDeclared]) -> None:
    timed = [event for event in declared if event.declared_at.basis == "reported"]

    assert len(timed) == 15
    assert all(event.reported_at == event.declared_at.at for event in timed)
    assert {event.declared_at.basis for event in declared} == {"reported", "assumed"}
    roffey = next(e for e in timed if "roffey-south" in e.ward)
    assert roffey.declared_at.at == datetime(2023, 5, 5, 17, 15, tzinfo=UTC)


def test_horshams_other_14_wards_lie_before_the_first_timed_one(declared: list[WardDeclared]) -> None:
    others = [
        e for e in declared if e.council.startswith("local.horsham.") and e.declared_at.basis == "assumed"
    ]

    assert len(others) == 14
    assert {e.declared_at.not_after for e in others} == {datetime(2023, 5, 5, 17, 0, 59, tzinfo=UTC)}


def test_nothing_is_declared_before_the_close_of_polls(declared: list[WardDeclared]) -> None:
    close = datetime(2023, 5, 4, 21, tzinfo=UTC)

    assert all(e.declared_at.at > close for e in declared)
    assert all(e.declared_at.not_before is not None for e in declared if e.declared_at.basis == "assumed")


def test_times_of_a_council_lie_within_what_was_reported(declared: list[WardDeclared]) -> None:
    ends = {"medway": (11, 34), "lewes": (17, 47), "canterbury": (17, 47), "epsom-and-ewell": (15, 59)}
    for slug, (hour, minute) in ends.items():
        last = max(e.declared_at.at for e in declared if e.council.split(".")[1] == slug)
        assert last <= datetime(2023, 5, 5, hour, minute, 59, tzinfo=UTC), slug


def test_a_candidates_votes_leave_out_the_lots_extra_vote(declared: list[WardDeclared]) -> None:
    lots = [event for event in declared if event.lot]

    assert [event.ward for event in lots] == ["local.canterbury.seasalter.2023-05-04"]
    assert lots[0].lot is not None
    votes = {r.candidate: r.votes for r in lots[0].results}
    assert votes[lots[0].lot.winner] == votes[lots[0].lot.loser] == 825


def test_worthing_fills_twelve_seats_in_eleven_wards(maps: dict[str, CouncilOpened]) -> None:
    worthing = maps["worthing"]

    assert (len(worthing.wards), sum(ward.seats for ward in worthing.wards)) == (11, 12)
    assert {ward.name: ward.seats for ward in worthing.wards}["Central"] == 2
    assert worthing.held == {"CON": 9, "LAB": 15, "LD": 1}


def test_seats_not_up_where_the_list_of_2022_is_off_by_one(maps: dict[str, CouncilOpened]) -> None:
    assert maps["runnymede"].held == {"CON": 15, "GRN": 1, "IND": 5, "LAB": 2, "LD": 2, "RES": 2}
    assert maps["woking"].held == {"CON": 4, "IND": 2, "LAB": 2, "LD": 12}


def test_a_code_that_associations_share_controls_nothing(maps: dict[str, CouncilOpened]) -> None:
    able = {slug: p.may_control for slug, m in maps.items() for p in m.parties if p.code == "RES"}

    assert able == {
        "dartford": True,
        "elmbridge": False,
        "epsom-and-ewell": True,
        "guildford": True,
        "reigate-and-banstead": True,
        "runnymede": True,
        "tunbridge-wells": False,
    }


def test_a_bundle_is_no_party_and_independents_control_nothing(maps: dict[str, CouncilOpened]) -> None:
    parties = [party for m in maps.values() for party in m.parties]

    assert "OTH" not in {party.code for party in parties}
    assert not [p for p in parties if p.kind == "independent" and p.may_control]


def test_two_people_of_one_name_and_party_are_two_candidates(maps: dict[str, CouncilOpened]) -> None:
    hartley = next(w for w in maps["sevenoaks"].wards if w.id.split(".")[2].startswith("hartley"))

    assert [c.party for c in hartley.candidates if c.name == "P. Cole"] == ["CON", "CON"]


def test_a_baseline_compares_only_where_as_many_seats_were_filled(maps: dict[str, CouncilOpened]) -> None:
    for slug, opened in maps.items():
        up = sum(ward.seats for ward in opened.wards)
        for baseline in opened.baselines:
            now = opened.seats if baseline.scope == "council" else up
            assert baseline.comparable == (baseline.total == now), (slug, baseline.basis)


def test_wards_carry_a_baseline_only_where_boundaries_stayed(maps: dict[str, CouncilOpened]) -> None:
    redrawn = ("medway", "brighton-and-hove", "guildford", "waverley", "mole-valley")

    assert not [w for slug in redrawn for w in maps[slug].wards if w.baselines]
    assert all(w.baselines for w in maps["horsham"].wards)
    assert all(sum(b.seats.values()) == w.seats for m in maps.values() for w in m.wards for b in w.baselines)


def test_what_others_licence_is_carried_along() -> None:
    attribution = (SOUTH_EAST_2023 / "ATTRIBUTION.md").read_text()

    for licence in ("Open Parliament Licence v3.0", "CC BY-SA 4.0", "CC BY 4.0"):
        assert licence in attribution
    for source in (SOUTH_EAST_2023 / "sources").iterdir():
        assert source.name in attribution


def test_what_articles_say_of_before_agrees_with_the_other_sources(maps: dict[str, CouncilOpened]) -> None:
    """An eve fills its council, a table of 2019 has the Library's groups, people are on the paper or the list."""
    sources = load(SOUTH_EAST_2023 / "sources")
    for slug, eve in articles.EVE.items():
        assert sum(eve.values()) + articles.EVE_VACANT.get(slug, 0) == maps[slug].seats, slug
        assert "eve_reported" not in sources.seats[slug], slug
    for slug, others in articles.OTHERS_OF_2019.items():
        assert sum(others.values()) == sources.seats[slug]["after_2019"]["OTH"], slug
        [baseline] = [b for b in maps[slug].baselines if b.basis == "last_election"]
        assert baseline.others is None, slug
    for slug, people in articles.WATCH.items():
        listed = {(row["Councillor Name"], row["Ward Name"]) for row in sources.listed[slug]}
        for person in people:
            assert ((person.name, person.represents) in listed) == person.incumbent, person.name


def test_people_to_watch_stand_where_the_paper_has_them(maps: dict[str, CouncilOpened]) -> None:
    standing = {
        person.name: next(
            c.party for w in m.wards if w.id == person.ward for c in w.candidates if c.id == person.candidate
        )
        for m in maps.values()
        for person in m.watch
        if person.candidate is not None
    }

    assert standing == {
        "Ash Ashbee": "CON",
        "Ben Fitter-Harding": "CON",
        "Claire Vickers": "CON",
        "David Monk": "CON",
        "Laura Edie": "GRN",
        "Phélim Mac Cafferty": "GRN",
        "Stephen James": "CON",
    }


def test_areas_know_how_many_of_their_councils_poll(maps: dict[str, CouncilOpened]) -> None:
    """By the Library's table of 230 councils; the feed has all of each county, and 35 of the South East's 57."""
    path = Path(__file__).parents[1] / "night" / "published" / "councils-2023-england.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    polling = Counter(row["county"] for row in rows) + Counter(row["Region"] for row in rows)
    polling |= {"England": len(rows), "Sussex": polling["East Sussex"] + polling["West Sussex"]}

    areas = {area.name: area for m in maps.values() for area in m.areas}
    here = Counter(area.name for m in maps.values() for area in m.areas)

    assert {name: area.councils for name, area in areas.items() if area.kind != "feed"} == {
        name: polling[name] for name in areas if areas[name].kind != "feed"
    }
    assert {name for name, area in areas.items() if area.councils == here[name]} == {
        "Kent",
        "Surrey",
        "East Sussex",
        "West Sussex",
        "Sussex",
        "all councils of this feed",
    }
    assert {areas[name].parent for name in ("East Sussex", "West Sussex")} == {"sussex"}


def test_no_spell_of_control_claims_a_beginning(maps: dict[str, CouncilOpened]) -> None:
    assert {spell.since for m in maps.values() for spell in m.history} == {None}
