"""Versions of a council's standing or an area's board: which there are, and each as it was written."""

from datetime import UTC, datetime

import orjson
from pydantic import BaseModel

from streams.publishers.api.known import Known, Meta, json_array, json_object
from streams.publishers.archive import History, Picture
from streams.publishers.problem import Problem


class VersionLine(BaseModel):
    """A version and where it is."""

    version: int
    said_at: datetime
    url: str


class VersionsAnswer(BaseModel):
    """Versions that the topic still has."""

    meta: Meta
    latest: str
    versions: list[VersionLine]


def listed(known: Known, history: History[Picture], url: str) -> bytes:
    """All versions of a history whose latest one is at ``url``."""
    lines = [
        VersionLine(
            version=version.version,
            said_at=datetime.fromtimestamp(version.at_ms / 1000, UTC),
            url=f"{url}/versions/{version.version}",
        )
        .model_dump_json()
        .encode()
        for _, version in sorted(history.versions.items())
    ]
    return json_object(meta=known.meta(), latest=orjson.dumps(url), versions=json_array(lines))


def written(history: History[Picture], number: int) -> bytes:
    """One version as it lies on the topic; raises :class:`Problem`."""
    found = history.versions.get(number)
    if found is None:
        raise Problem(
            "not-found",
            f"There is no version {number}: it was never written, or is older than the topic keeps.",
            "version",
        )
    return found.raw
