"""Councils: all of them, one with its call and headlines, its wards as a table, its versions."""

from collections.abc import Sequence
from datetime import datetime

import orjson
from pydantic import BaseModel

from schemas.headline import Headline
from schemas.proof import Proof
from schemas.standing import Control, Standing
from streams.publishers import tables, views
from streams.publishers.api import versions
from streams.publishers.api.known import Known, Meta, find, json_array, json_object
from streams.publishers.tiles import slug


class CouncilSummary(BaseModel):
    """A council in a list."""

    council: str
    name: str
    version: int
    n: int
    url: str
    page: str
    seats: dict[str, int]
    majority: int
    total: int
    control: Control
    wards_declared: int
    wards_expected: int
    final: bool
    held: bool
    last_declared_at: datetime | None


class CouncilsAnswer(BaseModel):
    """All councils."""

    meta: Meta
    councils: list[CouncilSummary]


class Call(BaseModel):
    """The call on control that stands, with its arithmetic, and in words."""

    headline: str
    text: str
    proof: Proof | None
    words: list[str]


class CouncilAnswer(BaseModel):
    """A council: its standing, the call that stands, and its headlines from the first on.

    Standing and headlines are as on the topics; of a hold only that it is there.
    """

    meta: Meta
    version_url: str
    standing: Standing
    call: Call | None
    headlines: list[Headline]


class StandingAnswer(BaseModel):
    """One version of a council's standing; it never changes."""

    standing: Standing


def councils(known: Known) -> bytes:
    """The list of councils."""
    lines = [_summary(standing).model_dump_json().encode() for standing in views.latest(known.archive)]
    return json_object(meta=known.meta(), councils=json_array(lines))


def councils_table(known: Known) -> bytes:
    """The list of councils as a table, a line for each party that has a seat."""
    heading = (
        "council name version party party_name seats floor ceiling total majority control_before "
        "control_after outcome wards_declared wards_expected final"
    )
    return tables.table(
        heading.split(),
        [
            [
                s.council, s.name, s.version, p.party, p.name, p.seats, p.floor, p.ceiling, s.seats.total,
                s.seats.majority, s.control.before, s.control.after, s.control.outcome, s.wards_declared,
                s.wards_expected, "yes" if s.final else "no",
            ]
            for s in views.latest(known.archive)
            for p in s.parties
            if p.seats or p.ceiling
        ],
    )  # fmt: skip


def council(known: Known, key: str) -> bytes:
    """A council."""
    history, standing = find(known.archive.councils, key, "council")
    view = views.council(known.archive, standing)
    call = None
    if view.call is not None:
        headline = view.call.entry.headline
        call = Call(headline=headline.id, text=headline.text, proof=headline.proof, words=view.proof)
    return json_object(
        meta=known.meta(),
        version_url=orjson.dumps(f"{_url(key)}/versions/{standing.version}"),
        standing=history.raw,
        call=call.model_dump_json().encode() if call else b"null",
        headlines=json_array(entry.raw for entry in known.archive.of(key)),
    )


def wards_table(known: Known, key: str) -> bytes:
    """A council's wards as a table, a line for each councillor elected."""
    _, standing = find(known.archive.councils, key, "council")
    rows: list[Sequence[tables.Cell]] = []
    for ward in standing.wards:
        at = ward.declared_at.isoformat().replace("+00:00", "Z") if ward.declared_at else None
        for elected in ward.elected or (None,):
            person = [elected.name, elected.party, elected.votes] if elected else [None, None, None]
            rows.append([standing.council, ward.ward, ward.name, ward.seats, ward.status, at, *person])
    return tables.table("council ward ward_name seats status declared_at elected party votes".split(), rows)


def council_versions(known: Known, key: str) -> bytes:
    """Versions of a council's standing."""
    return versions.listed(known, find(known.archive.councils, key, "council")[0], _url(key))


def council_version(known: Known, key: str, number: int) -> bytes:
    """One version of a council's standing."""
    history, _ = find(known.archive.councils, key, "council")
    return json_object(standing=versions.written(history, number))


def _url(key: str) -> str:
    return f"/api/v1/councils/{key}"


def _summary(standing: Standing) -> CouncilSummary:
    return CouncilSummary(
        council=standing.council,
        name=standing.name,
        version=standing.version,
        n=standing.n,
        url=_url(standing.council),
        page=f"/council/{slug(standing.council)}",
        seats={p.party: p.seats for p in standing.parties if p.seats},
        majority=standing.seats.majority,
        total=standing.seats.total,
        control=standing.control,
        wards_declared=standing.wards_declared,
        wards_expected=standing.wards_expected,
        final=standing.final,
        held=standing.held,
        last_declared_at=standing.last_declared_at,
    )
