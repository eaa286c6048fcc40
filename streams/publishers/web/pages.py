"""The addresses of the pages and of the embeds."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request, Response

from streams.publishers.answers import HTML, PRIVATE, Answer, answer, respond
from streams.publishers.site import Site
from streams.publishers.web.questions import name_of

Parts = Annotated[bool, Query()]


def add(app: FastAPI, site: Site) -> None:
    """Add all pages."""
    _add_night(app, site)
    _add_places(app, site)
    _add_embeds(app, site)


def _page(site: Site, request: Request, make: Callable[[], bytes], council: str | None = None) -> Response:
    """A page, as kept or rendered now; one of a ``council`` alone is kept until something of it changes."""

    def made() -> Answer:
        return answer(make(), HTML)

    found = respond(request, site.kept(name_of(request), made, council), site.freshness_headers())
    if not site.complete:
        found.status_code = 503
        found.headers["cache-control"] = PRIVATE
    return found


def _add_night(app: FastAPI, site: Site) -> None:
    @app.get("/", include_in_schema=False)
    async def front(
        request: Request, show: Literal["main", "all"] = "main", parts: Parts = False
    ) -> Response:
        return _page(site, request, lambda: site.pages.front(main=show == "main", parts=parts))

    @app.get("/councils", include_in_schema=False)
    async def councils(request: Request, parts: Parts = False) -> Response:
        return _page(site, request, lambda: site.pages.councils(parts=parts))

    @app.get("/board", include_in_schema=False)
    async def board(request: Request, parts: Parts = False) -> Response:
        return _page(site, request, lambda: site.pages.board(parts=parts))

    @app.get("/search", include_in_schema=False)
    async def search(request: Request, q: Annotated[str, Query(max_length=80)] = "") -> Response:
        return _page(site, request, lambda: site.pages.search(q))

    @app.get("/headline/{id}", include_in_schema=False)
    async def headline(request: Request, id: str) -> Response:
        return _page(site, request, lambda: site.pages.headline(id))


def _add_places(app: FastAPI, site: Site) -> None:
    @app.get("/council/{council}", include_in_schema=False)
    async def council(request: Request, council: str, parts: Parts = False) -> Response:
        return _page(site, request, lambda: site.pages.council(council, parts=parts), council)

    @app.get("/areas", include_in_schema=False)
    async def areas(request: Request) -> Response:
        return _page(site, request, site.pages.areas)

    @app.get("/area/{area}", include_in_schema=False)
    async def area(request: Request, area: str, parts: Parts = False) -> Response:
        return _page(site, request, lambda: site.pages.area(area, parts=parts))


def _add_embeds(app: FastAPI, site: Site) -> None:
    @app.get("/embed/council/{council}", include_in_schema=False)
    async def embed_council(request: Request, council: str, parts: Parts = False) -> Response:
        return _page(site, request, lambda: site.pages.embed(council, parts=parts), council)

    @app.get("/embed/scoreboard", include_in_schema=False)
    async def embed(request: Request, parts: Parts = False) -> Response:
        return _page(site, request, lambda: site.pages.embed(None, parts=parts))
