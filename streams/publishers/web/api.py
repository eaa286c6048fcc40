"""The addresses of the API: each question with what it may hold, and the answer that is made of it."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import FastAPI, Path, Query, Request, Response
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from streams.publishers import polling
from streams.publishers.answers import CSV, FOR_EVER, JSON, Answer, answer, respond
from streams.publishers.api import areas, councils, headlines, score, versions
from streams.publishers.api.known import Known
from streams.publishers.site import Site
from streams.publishers.web import documents, questions
from streams.publishers.web.questions import (
    Area,
    AsOf,
    Clock,
    Council,
    OfAction,
    OfPriority,
    Type,
    a_position,
)

Version = Annotated[int, Path(ge=1)]
Many = Annotated[int, Query(ge=1, le=polling.MOST)]
Newest = Annotated[
    Annotated[int, Field(ge=1, le=polling.MOST)] | SkipJsonSchema[None],
    Query(description="Only the newest so many"),
]


def add(app: FastAPI, site: Site) -> None:
    """Add all of the API."""
    _add_score(app, site)
    _add_councils(app, site)
    _add_areas(app, site)
    _add_headlines(app, site)
    _add_stream(app)


def _get(app: FastAPI, path: str, model: type[BaseModel] | None, summary: str) -> Callable[[Any], Any]:
    return app.get(
        f"/api/v1{path}",
        summary=summary,
        operation_id=documents.operation(path),
        response_class=Response,
        responses=documents.responses(model),
        tags=["api"],
    )


def _told(
    site: Site,
    request: Request,
    make: Callable[[Known], bytes],
    kind: str = JSON,
    *,
    as_of: str | None = None,
    clock: questions.ClockName = "said",
) -> Response:
    """The answer, as kept or made now."""
    questions.ready(site)
    archive, moment = questions.archive_as_of(site, as_of, clock)

    def made() -> Answer:
        return answer(make(Known(archive, site.stale, moment)), kind)

    return respond(request, site.kept(questions.name_of(request), made), site.freshness_headers())


def _for_ever(site: Site, request: Request, make: Callable[[Known], bytes]) -> Response:
    """An answer that never changes, so that nobody need ask twice."""
    questions.ready(site)
    return respond(request, answer(make(Known(site.archive, site.stale)), JSON, FOR_EVER), {})


def _add_score(app: FastAPI, site: Site) -> None:
    @_get(
        app, "/scoreboard", score.ScoreboardAnswer, "Councils and seats by party, with changes on each basis"
    )
    async def scoreboard(request: Request, as_of: AsOf = None, clock: Clock = "said") -> Response:
        return _told(site, request, score.score, as_of=as_of, clock=clock)

    @_get(app, "/scoreboard.csv", None, "The scoreboard as a table")
    async def scoreboard_csv(request: Request, as_of: AsOf = None, clock: Clock = "said") -> Response:
        return _told(site, request, score.score_table, CSV, as_of=as_of, clock=clock)


def _add_councils(app: FastAPI, site: Site) -> None:
    @_get(app, "/councils", councils.CouncilsAnswer, "All councils")
    async def every(request: Request, as_of: AsOf = None, clock: Clock = "said") -> Response:
        return _told(site, request, councils.councils, as_of=as_of, clock=clock)

    @_get(app, "/councils.csv", None, "All councils as a table, a line for each party")
    async def every_csv(request: Request, as_of: AsOf = None, clock: Clock = "said") -> Response:
        return _told(site, request, councils.councils_table, CSV, as_of=as_of, clock=clock)

    @_get(
        app,
        "/councils/{council}",
        councils.CouncilAnswer,
        "A council: standing, wards, the call with its proof, headlines",
    )
    async def one(request: Request, council: str, as_of: AsOf = None, clock: Clock = "said") -> Response:
        return _told(site, request, lambda known: councils.council(known, council), as_of=as_of, clock=clock)

    @_get(app, "/councils/{council}/wards.csv", None, "A council's wards as a table, a line each councillor")
    async def wards(request: Request, council: str, as_of: AsOf = None, clock: Clock = "said") -> Response:
        def make(known: Known) -> bytes:
            return councils.wards_table(known, council)

        return _told(site, request, make, CSV, as_of=as_of, clock=clock)

    @_get(app, "/councils/{council}/versions", versions.VersionsAnswer, "Versions of a council's standing")
    async def its_versions(request: Request, council: str) -> Response:
        return _told(site, request, lambda known: councils.council_versions(known, council))

    @_get(
        app,
        "/councils/{council}/versions/{version}",
        councils.StandingAnswer,
        "One version, which never changes",
    )
    async def its_version(request: Request, council: str, version: Version) -> Response:
        return _for_ever(site, request, lambda known: councils.council_version(known, council, version))


def _add_areas(app: FastAPI, site: Site) -> None:
    @_get(app, "/areas", areas.AreasAnswer, "All areas: counties, regions, nations, and the feed as a whole")
    async def every(request: Request, as_of: AsOf = None, clock: Clock = "said") -> Response:
        return _told(site, request, areas.areas, as_of=as_of, clock=clock)

    @_get(app, "/areas/{area}", areas.AreaAnswer, "An area and its own headlines")
    async def one(request: Request, area: str, as_of: AsOf = None, clock: Clock = "said") -> Response:
        return _told(site, request, lambda known: areas.area(known, area), as_of=as_of, clock=clock)

    @_get(app, "/areas/{area}/versions", versions.VersionsAnswer, "Versions of an area's board")
    async def its_versions(request: Request, area: str) -> Response:
        return _told(site, request, lambda known: areas.area_versions(known, area))

    @_get(app, "/areas/{area}/versions/{version}", areas.BoardAnswer, "One version, which never changes")
    async def its_version(request: Request, area: str, version: Version) -> Response:
        return _for_ever(site, request, lambda known: areas.area_version(known, area, version))


def _add_headlines(app: FastAPI, site: Site) -> None:
    @_get(app, "/headlines", headlines.HeadlinesAnswer, "Headlines, then only what is new")
    async def run(
        request: Request,
        council: Council = [],  # noqa: B006  # FastAPI copies defaults
        area: Area = [],  # noqa: B006
        type: Type = [],  # noqa: B006
        priority: OfPriority = [],  # noqa: B006
        action: OfAction = [],  # noqa: B006
        after: Annotated[str, a_position("The `position` of an earlier answer")] = "",
        limit: Many = 200,
        last: Newest = None,
        as_of: AsOf = None,
        clock: Clock = "said",
    ) -> Response:
        filter = questions.wanted(council=council, area=area, type=type, priority=priority, action=action)

        def make(known: Known) -> bytes:
            if last is not None:
                found = polling.newest(known.archive, filter, last)
            else:
                found = polling.run_after(known.archive, after, filter, limit, complete=site.complete)
            return headlines.headlines(known, found, questions.going_on(filter, limit, as_of, clock))

        return _told(site, request, make, as_of=as_of, clock=clock)

    @_get(app, "/headlines.csv", None, "Headlines as a table")
    async def table(
        request: Request,
        council: Council = [],  # noqa: B006
        area: Area = [],  # noqa: B006
        type: Type = [],  # noqa: B006
        priority: OfPriority = [],  # noqa: B006
        action: OfAction = [],  # noqa: B006
        as_of: AsOf = None,
        clock: Clock = "said",
    ) -> Response:
        filter = questions.wanted(council=council, area=area, type=type, priority=priority, action=action)

        def make(known: Known) -> bytes:
            everything = len(known.archive.entries) + 1
            return headlines.headlines_table(
                polling.run_after(known.archive, "", filter, everything, complete=True)
            )

        return _told(site, request, make, CSV, as_of=as_of, clock=clock)

    @_get(app, "/headlines/{id}", headlines.HeadlineAnswer, "One headline, and what became of it")
    async def one(request: Request, id: str) -> Response:
        return _told(site, request, lambda known: headlines.headline(known, id))


def _add_stream(app: FastAPI) -> None:
    """For the document alone: streams are taken before this application (see ``streaming``)."""

    @app.get(
        "/api/v1/stream",
        summary="Headlines as server-sent events",
        operation_id="stream",
        response_class=Response,
        tags=["api"],
        responses=documents.STREAM,
    )
    async def stream(
        council: Council = [],  # noqa: B006
        area: Area = [],  # noqa: B006
        type: Type = [],  # noqa: B006
        priority: OfPriority = [],  # noqa: B006
        action: OfAction = [],  # noqa: B006
        after: Annotated[str, a_position("A position, or `start`; without one, from now on")] = "",
    ) -> Response:
        raise AssertionError("streams are taken before this application")
