"""The addresses that are no news: files of the pages, health, and a word to robots."""

import orjson
from fastapi import FastAPI, Request, Response

from streams.publishers.answers import FOR_EVER, JSON, PRIVATE, answer, respond
from streams.publishers.problem import Problem
from streams.publishers.site import Site


def add(app: FastAPI, site: Site) -> None:
    """Add them."""
    files = {
        asset.name: answer(asset.body, asset.media_type, FOR_EVER) for asset in site.pages.files.values()
    }

    @app.get("/static/{name}", include_in_schema=False)
    async def static(request: Request, name: str) -> Response:
        found = files.get(name)
        if found is None:
            raise Problem("not-found", "There is no such file.")
        return respond(request, found, {})

    @app.get("/health", include_in_schema=False)
    async def health() -> Response:
        status = 200 if site.complete else 503
        return Response(orjson.dumps(site.health()), status, {"Cache-Control": PRIVATE}, JSON)

    @app.get("/robots.txt", include_in_schema=False)
    async def robots() -> Response:
        words = "User-agent: *\nDisallow: " + ("" if site.settings.mode == "live" else "/") + "\n"
        return Response(words, media_type="text/plain")
