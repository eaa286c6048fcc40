"""Invented councils, declarations and nights for tests: say what matters, the rest is made up."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from schemas.council import CouncilOpened
from schemas.headline import Headline
from schemas.reading import InputEvent, read
from streams.rules.council import Council
from streams.rules.notices import Notice
from streams.rules.take import Taken, take

COUNCIL = "local.trumptonshire.2023-05-04"

PARTIES: dict[str, dict[str, Any]] = {
    "CON": {
        "name": "Conservative Party",
        "the": "the Conservatives",
        "adjective": "Conservative",
        "plural": True,
    },
    "LAB": {"name": "Labour Party", "the": "Labour", "adjective": "Labour", "plural": False},
    "LD": {
        "name": "Liberal Democrats",
        "the": "the Liberal Democrats",
        "adjective": "Liberal Democrat",
        "plural": True,
    },
    "GRN": {"name": "Green Party", "the": "the Greens", "adjective": "Green", "plural": True},
    "RES": {
        "name": "Residents",
        "the": "the residents",
        "adjective": "resident",
        "plural": True,
        "kind": "residents",
    },
    "IND": {
        "name": "Independent",
        "the": "independents",
        "adjective": "independent",
        "plural": True,
        "kind": "independent",
        "may_control": False,
    },
    "LABCO": {
        "name": "Labour and Co-operative Party",
        "the": "Labour and Co-operative",
        "adjective": "Labour and Co-operative",
        "plural": False,
        "kind": "joint",
        "tally": "LAB",
    },
}


def at(clock: str, day: int = 5) -> datetime:
    """A time of the night, UTC, on a day of May 2023."""
    hour, minute = clock.split(":")
    return datetime(2023, 5, day, int(hour), int(minute), tzinfo=UTC)


def _z(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def a_moment(clock: str = "02:00", basis: str = "officer", **bounds: Any) -> dict[str, Any]:
    """When something happened, as JSON."""
    return {"at": _z(at(clock)), "basis": basis} | bounds


def ward_id(ward: str) -> str:
    """The id of a ward by its name."""
    return f"local.trumptonshire.{ward.lower().replace(' ', '-')}.2023-05-04"


def an_event(kind: str, id: str, clock: str = "02:00", **fields: Any) -> InputEvent:
    """Any event, through the reader that all events go through."""
    common = {
        "schema_version": 1,
        "type": kind,
        "id": id,
        "mode": "rehearsal",
        "election": "local.2023-05-04",
        "council": COUNCIL,
        "declared_at": a_moment(clock),
        "producer": "Test desk",
    }
    return read(dumps(common | fields))


def dumps(value: Mapping[str, Any]) -> bytes:
    """JSON bytes."""
    return json.dumps(value).encode()


def a_ward(name: str, seats: int, candidates: Mapping[str, int], **fields: Any) -> dict[str, Any]:
    """A ward with so many candidates of each party; its state follows from them unless given."""
    nominated = [
        {"id": f"{party.lower()}-{n}", "name": f"{party.title()} Person {n}", "party": party}
        for party, count in candidates.items()
        for n in range(1, count + 1)
    ]
    standing = len(nominated)
    state = "contested" if standing > seats else "unopposed" if standing == seats else "under-contested"
    return {
        "id": ward_id(name),
        "name": name,
        "seats": seats,
        "state": state,
        "candidates": nominated,
    } | fields


def a_postponed_ward(name: str, seats: int, candidates: Mapping[str, int] | None = None) -> dict[str, Any]:
    """A ward whose poll is put off, open to nominations unless candidates are given."""
    closed = candidates is not None
    return a_ward(name, seats, candidates or {}, state="postponed", nominations_closed=closed)


def a_baseline(basis: str, seats: Mapping[str, int], **fields: Any) -> dict[str, Any]:
    """Seats of the whole council on a basis."""
    year = {"last_election": "2019-05-02", "snapshot": "2022-06-01"}.get(basis, "2023-05-03")
    return {
        "basis": basis,
        "scope": "council",
        "version": 1,
        "seats": dict(seats),
        "comparable": True,
        "as_of": year,
        "source": "made up",
    } | fields


def a_map(
    *wards: Mapping[str, Any], before: str | None = "CON", version: int = 1, **fields: Any
) -> CouncilOpened:
    """The map of Trumptonshire with these wards."""
    held = fields.pop("held", {})
    vacant = fields.pop("vacant", 0)
    own = fields.pop("parties", {})
    seats = sum(ward["seats"] for ward in wards) + sum(held.values()) + vacant
    parties = [
        {"code": code, "kind": "party", "may_control": True} | spec | own.get(code, {})
        for code, spec in PARTIES.items()
    ]
    control = None
    if before is not None:
        control = {"control": before, "as_of": "2023-05-03", "basis": "eve_of_poll", "source": "made up"}
    event = an_event(
        "CouncilOpened",
        f"map-{version}",
        "00:00",
        **{
            "version": version,
            "reason": "nomination_amended" if version > 1 else None,
            "name": "Trumptonshire",
            "official_name": "Trumptonshire District Council",
            "style": "district",
            "seats": seats,
            "held": held,
            "vacant": vacant,
            "parties": parties,
            "wards": list(wards),
            "poll": {"opens": "2023-05-04T06:00:00Z", "closes": "2023-05-04T21:00:00Z"},
            "control_before": control,
            "control_reported": True,
            "times": "known",
        }
        | fields,
    )
    assert isinstance(event, CouncilOpened)
    return event


def a_declaration(
    council_map: CouncilOpened,
    ward: str,
    elected: Mapping[str, int],
    clock: str = "02:00",
    revision: int = 1,
    **fields: Any,
) -> InputEvent:
    """The declaration of a ward in which the first candidates of each party named are elected.

    Votes fall from 100,000 by 100 from candidate to candidate, the elected first, so that every result is in order.
    """
    nominated = next(w for w in council_map.wards if w.id == ward_id(ward)).candidates
    left = dict(elected)
    chosen = set()
    for candidate in nominated:
        if left.get(candidate.party, 0) > 0:
            left[candidate.party] -= 1
            chosen.add(candidate.id)
    ranked = sorted(nominated, key=lambda candidate: candidate.id not in chosen)
    votes = {candidate.id: 100_000 - 100 * place for place, candidate in enumerate(ranked)}
    results = [
        {"candidate": c.id, "party": c.party, "votes": votes[c.id], "elected": c.id in chosen}
        for c in nominated
    ]
    moment = fields.pop("declared_at", a_moment(clock))
    return an_event(
        "WardDeclared",
        fields.pop("id", f"{ward.lower().replace(' ', '-')}-{revision}"),
        **{
            "ward": ward_id(ward),
            "revision": revision,
            "results": results,
            "source": {"name": "Returning officer", "tier": 1},
            "reason": "transcription" if revision > 1 else None,
            "declared_at": moment,
        }
        | fields,
    )


class Night:
    """A night of one council: events go in, and everything said is kept."""

    def __init__(self, *events: InputEvent) -> None:
        self.council: Council | None = None
        self.headlines: list[Headline] = []
        self.notices: list[Notice] = []
        self.verdicts: list[str] = []
        for event in events:
            self.hear(event)

    def hear(self, event: InputEvent) -> list[Headline]:
        """Take an event; gives the headlines that it caused."""
        taken: Taken = take(self.council, event)
        self.verdicts.append(taken.verdict)
        self.council = taken.council or self.council
        self.headlines += taken.headlines
        self.notices += taken.notices
        return list(taken.headlines)

    @property
    def last(self) -> Council:
        """The council as it stands."""
        assert self.council is not None
        return self.council

    def of(self, *kinds: str) -> list[Headline]:
        """Headlines of these types, in order."""
        return [headline for headline in self.headlines if headline.type in kinds]

    def claims(self) -> dict[str, Any]:
        """What stands as said: value by fact key."""
        return claims(self.headlines)


def claims(headlines: Iterable[Headline]) -> dict[str, Any]:
    """The claims that a reader is left with, worked out from the headlines alone."""
    standing: dict[str, tuple[str, Any]] = {}
    for headline in headlines:
        gone = set(headline.supersedes)
        standing = {fact: said for fact, said in standing.items() if said[0] not in gone}
        if headline.action != "withdrawn":
            standing[headline.fact] = (headline.id, (headline.type, headline.value, dict(headline.bases)))
    return {fact: claim for fact, (_, claim) in standing.items()}


def said(headlines: Iterable[Headline]) -> list[tuple[str, str]]:
    """Action and type of each headline."""
    return [(headline.action, headline.type) for headline in headlines]
