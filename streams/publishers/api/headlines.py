"""Headlines: a run of them with where to go on, the same as a table, and one with what became of it."""

from collections.abc import Callable

import orjson
from pydantic import BaseModel

from schemas.headline import Headline
from streams.publishers import tables
from streams.publishers.api.known import Known, Meta, json_array, json_object
from streams.publishers.polling import Run
from streams.publishers.problem import Problem


class HeadlinesAnswer(BaseModel):
    """Headlines, oldest first. Ask ``next`` again for what is new; ``truncated``: there is more already."""

    meta: Meta
    headlines: list[Headline]
    next: str
    position: str
    truncated: bool


class FateLine(BaseModel):
    """What a later headline did to this one."""

    action: str
    by: str
    reason: str | None


class HeadlineAnswer(BaseModel):
    """A headline and what became of it."""

    meta: Meta
    headline: Headline
    fate: FateLine | None


def headlines(known: Known, run: Run, link: Callable[[str], str]) -> bytes:
    """A run of headlines; ``link`` gives the question that goes on at a position."""
    return json_object(
        meta=known.meta(),
        headlines=json_array(entry.raw for entry in run.entries),
        next=orjson.dumps(link(run.word)),
        position=orjson.dumps(run.word),
        truncated=orjson.dumps(run.truncated),
    )


def headlines_table(run: Run) -> bytes:
    """A run of headlines as a table."""
    heading = "id n action type priority key name declared_at declared_basis text supersedes mode"
    return tables.table(
        heading.split(),
        [
            [
                h.id, h.n, h.action, h.type, h.priority, h.key, h.name,
                h.declared_at.at.isoformat().replace("+00:00", "Z"), h.declared_at.basis, h.text,
                " ".join(h.supersedes), h.mode,
            ]
            for h in (entry.headline for entry in run.entries)
        ],
    )  # fmt: skip


def headline(known: Known, id: str) -> bytes:
    """One headline; raises :class:`Problem`."""
    entry = known.archive.by_id.get(id)
    if entry is None:
        raise Problem("not-found", f"There is no headline {id[:40]} in this feed.", "id")
    fate = known.archive.fates.get(id)
    told = None
    if fate is not None:
        told = FateLine(action=fate.action, by=fate.by.headline.id, reason=fate.by.headline.reason)
    return json_object(
        meta=known.meta(), headline=entry.raw, fate=told.model_dump_json().encode() if told else b"null"
    )
