"""The score: as an answer, as a table, and as the snapshot of a stream."""

import orjson
from pydantic import BaseModel

from streams.publishers import tables, views
from streams.publishers.api.known import Known, Meta, json_object
from streams.publishers.colours import colours
from streams.publishers.scoreboard import Scoreboard, scoreboard


class ScoreboardAnswer(BaseModel):
    """The score."""

    meta: Meta
    scoreboard: Scoreboard


def score(known: Known) -> bytes:
    """The score."""
    return json_object(meta=known.meta(), scoreboard=_score(known).model_dump_json().encode())


def score_table(known: Known) -> bytes:
    """The score as a table."""
    found = _score(known)
    bases = [basis.basis for basis in found.bases]
    heading = "party name councils gains losses seats".split()
    return tables.table(
        [*heading, *[f"change_{basis}" for basis in bases]],
        [
            [p.party, p.name, p.councils, p.gains, p.losses, p.seats, *[p.changes.get(b) for b in bases]]
            for p in (*found.parties, found.noc)
        ],
    )


def snapshot(known: Known, why: str) -> bytes:
    """What a stream tells a reader who has missed too much: why, the score, and where the headlines are."""
    return json_object(
        reason=orjson.dumps(why),
        meta=known.meta(),
        scoreboard=_score(known).model_dump_json().encode(),
        headlines=orjson.dumps("/api/v1/headlines?last=100"),
    )


def _score(known: Known) -> Scoreboard:
    return scoreboard(views.latest(known.archive), colours())
