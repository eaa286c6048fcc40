"""The whole application: every address behind the doors, and what becomes of a question that goes nowhere."""

from fastapi import FastAPI
from starlette.types import ASGIApp

from streams.publishers.doors import Doors
from streams.publishers.site import Site
from streams.publishers.web import api, documents, feeds, pages, refusals, rest
from streams.publishers.web.streaming import streaming


def application(site: Site) -> ASGIApp:
    """The application of a site. Nothing in it opens or starts anything."""
    app = FastAPI(
        title="Election results feed",
        version="1",
        summary="Councils, areas and headlines of an election night, as they become certain",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    for part in (api, feeds, pages, rest):
        part.add(app, site)
    documents.complete(app)
    refusals.add(app, site)
    return Doors(site.settings, app, streaming(site))
