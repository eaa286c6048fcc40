"""The addresses of the feeds: the night, a council, an area, each as Atom and as JSON Feed."""

from typing import Literal

from fastapi import FastAPI, Request, Response

from streams.publishers import feeds, views
from streams.publishers.answers import Answer, answer, respond
from streams.publishers.api.areas import area_key
from streams.publishers.site import Site
from streams.publishers.tiles import slug
from streams.publishers.web.questions import ready
from streams.publishers.words import election

_CACHING = "public, max-age=30, stale-if-error=3600"


def add(app: FastAPI, site: Site) -> None:
    """Add all feeds."""

    @app.get("/feeds/night.{ending}", include_in_schema=False)
    async def night(request: Request, ending: Literal["atom", "json"]) -> Response:
        standings = views.latest(site.archive)
        name = election(standings[0].election) if standings else "Election results"
        return _feed(site, request, f"/feeds/night.{ending}", "/", name, None)

    @app.get("/feeds/council/{council}.{ending}", include_in_schema=False)
    async def council(request: Request, council: str, ending: Literal["atom", "json"]) -> Response:
        standing = site.pages.standing(council)
        path = f"/feeds/council/{slug(standing.council)}.{ending}"
        page = f"/council/{slug(standing.council)}"
        return _feed(site, request, path, page, standing.name, frozenset({standing.council}))

    @app.get("/feeds/area/{area}.{ending}", include_in_schema=False)
    async def area(request: Request, area: str, ending: Literal["atom", "json"]) -> Response:
        key = area_key(site.archive, area)
        board = next(board for board in views.boards(site.archive) if board.area == key)
        keys = frozenset({key}) | {council.council for council in board.councils}
        path = f"/feeds/area/{board.slug}.{ending}"
        return _feed(site, request, path, f"/area/{board.slug}", board.name, keys)


def _feed(
    site: Site, request: Request, path: str, page: str, name: str, keys: frozenset[str] | None
) -> Response:
    """A feed of these keys, or of the night's main headlines."""
    ready(site)
    base = site.settings.serve_url or f"{request.url.scheme}://{request.url.netloc}"

    def made() -> Answer:
        archive = site.archive
        lines = views.newest(
            archive, priorities=views.MAIN if keys is None else views.ALL, keys=keys, most=100
        )
        mark = "" if site.settings.mode == "live" else f"[{site.settings.mode.upper()}] "
        if path.endswith(".atom"):
            return answer(
                feeds.atom(mark + name, path, page, base, archive.at_ms, lines), feeds.ATOM, _CACHING
            )
        return answer(feeds.json_feed(mark + name, path, page, base, lines), feeds.JSON_FEED, _CACHING)

    return respond(request, site.kept(f"{base} {path}", made), {})
