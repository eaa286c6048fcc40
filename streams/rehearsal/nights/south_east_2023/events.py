"""What happened after the maps: embargo and its end, declarations, and the postponed poll of Frimley Green."""

from datetime import UTC, datetime

from schemas.council import CouncilOpened
from schemas.declaration import Lot, PollChanged, Result, WardDeclared
from schemas.desk import Held, Released
from schemas.event import Moment, Source
from schemas.headline import HeadlineType
from schemas.reading import InputEvent
from streams.rehearsal.nights.south_east_2023 import maps, times
from streams.rehearsal.nights.south_east_2023.sources import ELECTION, Row, Sources, council_id, plain

_HANDBOOK = "Local Elections Handbook 2023"
_EMBARGOED: tuple[HeadlineType, ...] = ("CANNOT_WIN_OUTRIGHT", "CONTROL_DECIDED_BEFORE_POLL")
_SEASALTER = ("canterbury", "seasalter")
_COUNTERMANDED = datetime(2023, 5, 3, 12, 1, tzinfo=UTC)
_RESCHEDULED = datetime(2023, 5, 12, 12, tzinfo=UTC)


def events(sources: Sources) -> list[InputEvent]:
    """Everything but the first maps, in order of arrival: time, then council, then id."""
    found: list[InputEvent] = []
    for council in sources.councils:
        found += _embargo(council)
        for ballot in maps.ballots(sources, council, amended=True):
            if ballot.ward.state == "contested":
                found.append(
                    _declared(council, ballot, times.declared_at(sources, council, ballot.rows[0]), sources)
                )
            elif ballot.ward.state == "postponed":
                found += _postponed(sources, council, ballot)
    return sorted(found, key=lambda e: (e.declared_at.at, e.council, not isinstance(e, CouncilOpened), e.id))


def _embargo(council: Row) -> list[InputEvent]:
    """Nothing derived from nominations goes out while polls are open."""
    key = council_id(council["council_slug"])
    held = Held(
        schema_version=1,
        id=f"{key}:embargo",
        mode="replay",
        election=ELECTION,
        council=key,
        declared_at=Moment(at=maps.OPENS, basis="officer"),
        producer=maps.PRODUCER,
        type="Held",
        scope="types",
        types=_EMBARGOED,
        by="Embargo",
        reason="Polls are open",
        until=maps.CLOSES,
    )
    released = Released(
        schema_version=1,
        id=f"{key}:embargo-over",
        mode="replay",
        election=ELECTION,
        council=key,
        declared_at=Moment(at=maps.CLOSES, basis="officer"),
        producer=maps.PRODUCER,
        type="Released",
        hold=held.id,
        by="Embargo",
        reason="Polls have closed",
    )
    return [held, released]


def _declared(council: Row, ballot: maps.Ballot, at: Moment, sources: Sources) -> WardDeclared:
    """The declaration of a ward; candidates in the order of their votes, as in the handbook."""
    rows, ward = ballot.rows, ballot.ward
    ids = {id(row): candidate.id for row, candidate in zip(rows, ward.candidates, strict=True)}
    ranked = sorted(rows, key=lambda row: int(row["rank"]))
    lot, votes = _lot(council, ranked, ids)
    clock = times.timed(sources, council["council_slug"], rows[0])
    report = sources.reports.get((council["council_slug"], plain(rows[0]["ward"]))) if clock else None
    return WardDeclared(
        schema_version=1,
        id=f"{ward.id}:r1",
        mode="replay",
        election=ELECTION,
        council=council_id(council["council_slug"]),
        declared_at=at,
        reported_at=at.at if report else None,
        producer=maps.PRODUCER,
        type="WardDeclared",
        ward=ward.id,
        revision=1,
        results=tuple(
            Result(
                candidate=ids[id(row)],
                party=row["party_code"],
                votes=votes[id(row)],
                elected=row["elected"] == "1",
            )
            for row in ranked
        ),
        source=Source(name=_HANDBOOK, tier=2, link=f"Time: {report['source']}" if report else None),
        electorate=int(rows[0]["electorate"]),
        turnout_percent=rows[0]["turnout_pct"],
        lot=lot,
    )


def _lot(council: Row, ranked: list[Row], ids: dict[int, str]) -> tuple[Lot | None, dict[int, int]]:
    """Votes as cast. The handbook's figure for the winner of a lot counts the lot as a vote (DR-30)."""
    votes = {id(row): int(row["votes"]) for row in ranked}
    if (council["council_slug"], ranked[0]["ward_slug"]) != _SEASALTER:
        return None, votes
    winner, loser = ranked[int(ranked[0]["seats"]) - 1], ranked[int(ranked[0]["seats"])]
    votes[id(winner)] -= 1
    return Lot(winner=ids[id(winner)], loser=ids[id(loser)]), votes


def _postponed(sources: Sources, council: Row, ballot: maps.Ballot) -> list[InputEvent]:
    """A poll called off after a candidate's death, its new day, the nominations for it, and its declaration."""
    return [
        _poll_changed(council, ballot, 1, "countermanded", _COUNTERMANDED),
        _poll_changed(council, ballot, 2, "rescheduled", _RESCHEDULED),
        maps.council_map(sources, council, amended=True),
        _declared(council, ballot, times.POSTPONED_DECLARED, sources),
    ]


def _poll_changed(council: Row, ballot: maps.Ballot, revision: int, state: str, at: datetime) -> PollChanged:
    off = state == "countermanded"
    return PollChanged(
        schema_version=1,
        id=f"{ballot.ward.id}:poll-{revision}",
        mode="replay",
        election=ELECTION,
        council=council_id(council["council_slug"]),
        declared_at=Moment(at=at, basis="assumed"),
        producer=maps.PRODUCER,
        type="PollChanged",
        ward=ballot.ward.id,
        revision=revision,
        state=state,  # type: ignore[arg-type]
        source=Source(name="ITV Meridian, 24 April 2023" if off else _HANDBOOK, tier=2),
        cause="a candidate has died" if off else None,
        new_date=None if off else maps.POSTPONED_TO,
    )
