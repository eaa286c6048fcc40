"""Areas: all of them, one with its own headlines, its versions."""

import orjson
from pydantic import BaseModel

from schemas.area import Board
from schemas.headline import Headline
from streams.publishers import views
from streams.publishers.api import versions
from streams.publishers.api.known import Known, Meta, find, json_array, json_object
from streams.publishers.archive import Archive
from streams.publishers.problem import Problem


class AreasAnswer(BaseModel):
    """All areas, as on the topic."""

    meta: Meta
    areas: list[Board]


class AreaAnswer(BaseModel):
    """An area, as on the topic, and its own headlines."""

    meta: Meta
    version_url: str
    board: Board
    headlines: list[Headline]


class BoardAnswer(BaseModel):
    """One version of an area's board; it never changes."""

    board: Board


def area_key(archive: Archive, name: str) -> str:
    """The id of an area, given that or its slug; raises :class:`Problem`."""
    if name in archive.areas:
        return name
    found = [board.area for board in views.boards(archive) if board.slug == name]
    if len(found) != 1:
        raise Problem("not-found", f"There is no area {name[:80]} in this feed.", "area")
    return found[0]


def areas(known: Known) -> bytes:
    """All areas."""
    raw = (known.archive.areas[board.area].raw for board in views.boards(known.archive))
    return json_object(meta=known.meta(), areas=json_array(raw))


def area(known: Known, name: str) -> bytes:
    """An area, by its slug or id."""
    key = area_key(known.archive, name)
    history, board = find(known.archive.areas, key, "area")
    return json_object(
        meta=known.meta(),
        version_url=orjson.dumps(f"{_url(name)}/versions/{board.version}"),
        board=history.raw,
        headlines=json_array(entry.raw for entry in known.archive.of(key)),
    )


def area_versions(known: Known, name: str) -> bytes:
    """Versions of an area's board."""
    history, _ = find(known.archive.areas, area_key(known.archive, name), "area")
    return versions.listed(known, history, _url(name))


def area_version(known: Known, name: str, number: int) -> bytes:
    """One version of an area's board."""
    history, _ = find(known.archive.areas, area_key(known.archive, name), "area")
    return json_object(board=versions.written(history, number))


def _url(name: str) -> str:
    return f"/api/v1/areas/{name}"
