"""The maps of the night: wards with their nominations, as they stood before the poll and as they were amended."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime

from schemas.council import Area, Candidate, CouncilOpened, PollHours, Ward, Watched
from schemas.event import Moment
from streams.rehearsal.nights.south_east_2023 import articles, before
from streams.rehearsal.nights.south_east_2023.parties import parties
from streams.rehearsal.nights.south_east_2023.sources import (
    ELECTION,
    POLL_DATE,
    Row,
    Sources,
    council_id,
    on_count_day,
    slug,
    ward_id,
)

PRODUCER = "South East 2023"
OPENS = datetime(2023, 5, 4, 6, tzinfo=UTC)
CLOSES = datetime(2023, 5, 4, 21, tzinfo=UTC)
POSTPONED_TO = date(2023, 6, 15)

_MAPS = datetime(2023, 5, 3, 12, tzinfo=UTC)
#: Who stood in Frimley Green the sources say with the result alone, so the feed knows it when that poll closes.
_AMENDED = datetime(2023, 6, 15, 21, tzinfo=UTC)

#: Councils of each area that polled on the day, by the Library's table of all 230.
_POLLING = {
    "Kent": 13,
    "Surrey": 11,
    "East Sussex": 5,
    "West Sussex": 6,
    "Sussex": 11,
    "South East": 57,
    "England": 230,
    "feed": 35,
}

_STYLES = {"Borough": "borough", "District": "district", "City": "city"}


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ward with its candidates in the order of the paper; ``rows`` are theirs, in the same order."""

    ward: Ward
    rows: tuple[Row, ...]


def paper(rows: list[Row]) -> tuple[Row, ...]:
    """The order of the ballot paper: by name. It must not tell who won, so namesakes are ordered by a hash."""
    return tuple(sorted(rows, key=lambda row: (row["candidate"], row["party_code"], _shuffled(row))))


def _shuffled(row: Row) -> str:
    return hashlib.sha256(f"{row['ward_slug']} {row.get('votes')}".encode()).hexdigest()


def candidates(rows: tuple[Row, ...]) -> tuple[Candidate, ...]:
    """Nominations, numbered in the order of the paper."""
    return tuple(
        Candidate(id=f"c{number:02}", name=_spoken(row["candidate"]), party=row["party_code"])
        for number, row in enumerate(rows, start=1)
    )


def _spoken(name: str) -> str:
    surname, _, first = name.partition(", ")
    return f"{first} {surname}"


def ballots(sources: Sources, council: Row, *, amended: bool = False) -> tuple[Ballot, ...]:
    """All wards of a council; the postponed one without candidates until the map is ``amended``."""
    key = council["council_slug"]
    codes = _codes(sources, council)
    expected = on_count_day(council["expected_time"]) if council["expected_time"] else None
    found: list[Ballot] = []
    for ward_slug, unordered in sources.candidates[key].items():
        rows = paper(unordered)
        first = rows[0]
        postponed = first["poll_date"] != POLL_DATE
        known = amended or not postponed
        ward = Ward(
            id=ward_id(key, ward_slug),
            name=first["ward"],
            seats=int(first["seats"]),
            state="postponed" if postponed else "contested",
            candidates=candidates(rows) if known else (),
            nominations_closed=known,
            electorate=int(first["electorate"]),
            expected_at=None if postponed else expected,
            polls_on=POSTPONED_TO if postponed and amended else None,
            baselines=before.ward_baselines(sources, council, codes, first["ward"], int(first["seats"])),
        )
        found.append(Ballot(ward, rows))
    return (*found, *_unopposed(sources, council, codes))


def _unopposed(sources: Sources, council: Row, codes: set[str]) -> list[Ballot]:
    key = council["council_slug"]
    found: list[Ballot] = []
    for row in sources.unopposed[key]:
        name = row["ward"].replace("&", "and")
        ward = Ward(
            id=ward_id(key, slug(name)),
            name=name,
            seats=int(row["seats"]),
            state="unopposed",
            candidates=candidates((row,)),
            baselines=before.ward_baselines(sources, council, codes, row["ward"], int(row["seats"])),
        )
        found.append(Ballot(ward, (row,)))
    return found


def _codes(sources: Sources, council: Row) -> set[str]:
    key = council["council_slug"]
    standing = {row["party_code"] for rows in sources.candidates[key].values() for row in rows}
    return standing | before.listed_parties(sources, council)


def council_map(sources: Sources, council: Row, *, amended: bool = False) -> CouncilOpened:
    """The map of a council: version 1, or version 2 once the nominations of the postponed ward are known."""
    key = council["council_slug"]
    authority = sources.authorities[council["gss_code"]]
    codes = _codes(sources, council)
    wards = tuple(ballot.ward for ballot in ballots(sources, council, amended=amended))
    return CouncilOpened(
        schema_version=1,
        id=f"{council_id(key)}:map-{2 if amended else 1}",
        mode="replay",
        election=ELECTION,
        council=council_id(key),
        declared_at=Moment(at=_AMENDED if amended else _MAPS, basis="assumed"),
        producer=PRODUCER,
        type="CouncilOpened",
        version=2 if amended else 1,
        reason="nomination_amended" if amended else None,
        name=authority["nice-name"],
        official_name=authority["official-name"],
        style=_style(authority["official-name"]),  # type: ignore[arg-type]
        gss_code=council["gss_code"],
        areas=_areas(council),
        seats=int(council["seats_2023"]),
        held=before.held(sources, council),
        parties=parties(key, codes, sources.listed[key]),
        wards=wards,
        poll=PollHours(opens=OPENS, closes=CLOSES),
        control_before=before.control_before(council),
        control_reported=True,
        times="partly",
        baselines=before.baselines(sources, council, codes, sum(ward.seats for ward in wards)),
        history=before.history(council),
        watch=_watch(key, wards),
        past=articles.PAST.get(key),
    )


def _watch(key: str, wards: tuple[Ward, ...]) -> tuple[Watched, ...]:
    """People to watch, with their ward and their candidacy where nominations are known."""
    return tuple(
        Watched(
            id=person.id,
            name=person.name,
            role=person.role,
            as_of=before.EVE,
            incumbent=person.incumbent,
            ward=ward_id(key, person.ward) if person.ward else None,
            candidate=_candidacy(person, key, wards),
            represents=person.represents,
            elected_as=person.elected_as,
            flash=person.flash,
            source="Reports of the night",
        )
        for person in articles.WATCH.get(key, ())
    )


def _candidacy(person: articles.Person, key: str, wards: tuple[Ward, ...]) -> str | None:
    if person.ward is None:
        return None
    ward = next(ward for ward in wards if ward.id == ward_id(key, str(person.ward)))
    if not ward.nominations_closed:
        return None
    [found] = [candidate.id for candidate in ward.candidates if candidate.name == person.on_paper]
    return found


def _style(official_name: str) -> str:
    word = official_name.removesuffix(" Council").rpartition(" ")[2]
    return _STYLES.get(word, "unitary")


def _areas(council: Row) -> tuple[Area, ...]:
    county, region = council["county"], council["region"]
    sussex = county.endswith(" Sussex")
    both = (
        Area(id="sussex", name="Sussex", kind="county", parent=slug(region), councils=_POLLING["Sussex"]),
    )
    return (
        Area(
            id=slug(county),
            name=county,
            kind="county",
            parent="sussex" if sussex else slug(region),
            councils=_POLLING[county],
        ),
        *(both if sussex else ()),
        Area(id=slug(region), name=region, kind="region", parent="england", councils=_POLLING[region]),
        Area(id="england", name="England", kind="nation", councils=_POLLING["England"]),
        Area(id="all-councils", name="all councils of this feed", kind="feed", councils=_POLLING["feed"]),
    )
