"""The addresses: which question goes where, and how each is documented. What is answered is made elsewhere."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import orjson
import structlog
from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from streams.publishers import api, feeds, polling, views
from streams.publishers.answers import CSV, FOR_EVER, HTML, JSON, PRIVATE, Answer, answer, respond
from streams.publishers.api import Answers
from streams.publishers.archive import Archive
from streams.publishers.doors import Doors
from streams.publishers.filters import NAMES, Filter, NoSuchFilter, read_filter
from streams.publishers.problem import MEDIA_TYPE, Problem
from streams.publishers.reel import take_up
from streams.publishers.site import Site
from streams.publishers.stream import Stream
from streams.publishers.tiles import slug
from streams.publishers.words import election

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

_EXAMPLES = Path(__file__).with_name("examples.json")
#: Questions for the past are answered from this many moments at once.
_MOST_PAST = 8
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)

Many = Annotated[list[str], Query()]
ClockName = Literal["said", "declared"]
AsOf = Annotated[
    str,
    Query(
        description="Answer as of then: a time with its zone, such as 2023-05-05T17:15:00Z",
        json_schema_extra={"format": "date-time"},
    ),
]
Clock = Annotated[
    ClockName,
    Query(description="Whose time `as_of` is: when the feed `said` it, or when the count `declared` it"),
]


def application(site: Site) -> ASGIApp:
    """The whole application of a site."""
    app = FastAPI(
        title="Election results feed",
        version="1",
        summary="Councils, areas and headlines of an election night, as they become certain",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    _add_api(app, site)
    _add_feeds(app, site)
    _add_pages(app, site)
    _add_rest(app, site)
    _add_examples(app)
    app.add_exception_handler(Problem, _refuser(site))
    app.add_exception_handler(HTTPException, _http(site))
    app.add_exception_handler(RequestValidationError, _invalid(site))
    app.add_exception_handler(Exception, _fault(site))
    return Doors(site.settings, app, _stream(site))


def _add_api(app: FastAPI, site: Site) -> None:
    def get(path: str, model: type[BaseModel] | None, summary: str) -> Callable[[Any], Any]:
        return app.get(
            f"/api/v1{path}",
            summary=summary,
            operation_id=_operation(path),
            response_class=Response,
            responses=_responses(model),
            tags=["api"],
        )

    def told(
        request: Request, as_of: str, clock: ClockName, make: Callable[[Answers], bytes], kind: str = JSON
    ) -> Response:
        _ready(site)
        archive, moment = _archive(site, as_of, clock)

        def made() -> Answer:
            return answer(make(Answers(archive, site.stale, moment)), kind)

        return respond(request, site.kept(_key(request), made), _freshness(site))

    @get("/scoreboard", api.ScoreboardAnswer, "Councils and seats by party, with changes on each basis")
    async def scoreboard(request: Request, as_of: AsOf = "", clock: Clock = "said") -> Response:
        return told(request, as_of, clock, Answers.scoreboard)

    @get("/scoreboard.csv", None, "The scoreboard as a table")
    async def scoreboard_csv(request: Request, as_of: AsOf = "", clock: Clock = "said") -> Response:
        return told(request, as_of, clock, Answers.scoreboard_table, CSV)

    @get("/councils", api.CouncilsAnswer, "All councils")
    async def councils(request: Request, as_of: AsOf = "", clock: Clock = "said") -> Response:
        return told(request, as_of, clock, Answers.councils)

    @get("/councils.csv", None, "All councils as a table, a line for each party")
    async def councils_csv(request: Request, as_of: AsOf = "", clock: Clock = "said") -> Response:
        return told(request, as_of, clock, Answers.councils_table, CSV)

    @get(
        "/councils/{council}",
        api.CouncilAnswer,
        "A council: standing, wards, the call with its proof, headlines",
    )
    async def council(request: Request, council: str, as_of: AsOf = "", clock: Clock = "said") -> Response:
        return told(request, as_of, clock, lambda answers: answers.council(council))

    @get("/councils/{council}/wards.csv", None, "A council's wards as a table, a line for each councillor")
    async def wards_csv(request: Request, council: str, as_of: AsOf = "", clock: Clock = "said") -> Response:
        return told(request, as_of, clock, lambda answers: answers.wards_table(council), CSV)

    @get("/councils/{council}/versions", api.VersionsAnswer, "Versions of a council's standing")
    async def versions(request: Request, council: str) -> Response:
        return told(request, "", "said", lambda answers: answers.versions(council))

    @get("/councils/{council}/versions/{version}", api.StandingAnswer, "One version, which never changes")
    async def version(request: Request, council: str, version: int) -> Response:
        _ready(site)
        body = Answers(site.archive, site.stale).version(council, version)
        return respond(request, answer(body, JSON, FOR_EVER), {})

    @get("/areas", api.AreasAnswer, "All areas: counties, regions, nations, and the feed as a whole")
    async def areas(request: Request, as_of: AsOf = "", clock: Clock = "said") -> Response:
        return told(request, as_of, clock, Answers.areas)

    @get("/areas/{area}", api.AreaAnswer, "An area and its own headlines")
    async def area(request: Request, area: str, as_of: AsOf = "", clock: Clock = "said") -> Response:
        return told(request, as_of, clock, lambda answers: answers.area(area))

    @get("/areas/{area}/versions", api.VersionsAnswer, "Versions of an area's board")
    async def area_versions(request: Request, area: str) -> Response:
        return told(request, "", "said", lambda answers: answers.area_versions(area))

    @get("/areas/{area}/versions/{version}", api.BoardAnswer, "One version, which never changes")
    async def area_version(request: Request, area: str, version: int) -> Response:
        _ready(site)
        body = Answers(site.archive, site.stale).area_version(area, version)
        return respond(request, answer(body, JSON, FOR_EVER), {})

    @get("/headlines", api.HeadlinesAnswer, "Headlines, then only what is new")
    async def headlines(
        request: Request,
        council: Many = [],  # noqa: B006  # FastAPI copies defaults
        area: Many = [],  # noqa: B006
        type: Many = [],  # noqa: B006
        priority: Many = [],  # noqa: B006
        action: Many = [],  # noqa: B006
        after: Annotated[str, Query(description="The `position` of an earlier answer")] = "",
        limit: Annotated[int, Query(ge=1, le=polling.MOST)] = 200,
        last: Annotated[
            int | None, Query(ge=1, le=polling.MOST, description="Only the newest so many")
        ] = None,
        as_of: AsOf = "",
        clock: Clock = "said",
    ) -> Response:
        filter = _filter(council=council, area=area, type=type, priority=priority, action=action)

        def make(answers: Answers) -> bytes:
            run = _run(site, answers.archive, filter, after, limit, last)
            return answers.headlines(run, lambda word: _next(filter, word, limit, as_of, clock))

        return told(request, as_of, clock, make)

    @get("/headlines.csv", None, "Headlines as a table")
    async def headlines_csv(
        request: Request,
        council: Many = [],  # noqa: B006
        area: Many = [],  # noqa: B006
        type: Many = [],  # noqa: B006
        priority: Many = [],  # noqa: B006
        action: Many = [],  # noqa: B006
        as_of: AsOf = "",
        clock: Clock = "said",
    ) -> Response:
        filter = _filter(council=council, area=area, type=type, priority=priority, action=action)

        def make(answers: Answers) -> bytes:
            run = polling.run_after(
                answers.archive, "", filter, len(answers.archive.entries) + 1, complete=True
            )
            return answers.headlines_table(run)

        return told(request, as_of, clock, make, CSV)

    @get("/headlines/{id}", api.HeadlineAnswer, "One headline, and what became of it")
    async def headline(request: Request, id: str) -> Response:
        return told(request, "", "said", lambda answers: answers.headline(id))

    @app.get(
        "/api/v1/stream",
        summary="Headlines as server-sent events",
        operation_id="stream",
        response_class=Response,
        tags=["api"],
        responses={
            200: {
                "description": "Events `headline` (its `id` is a position), `snapshot` when too much was missed, "
                "and `status` as a heartbeat. Taken up with `Last-Event-ID`, or `after`, at any copy.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        },
    )
    async def stream(
        council: Many = [],  # noqa: B006
        area: Many = [],  # noqa: B006
        type: Many = [],  # noqa: B006
        priority: Many = [],  # noqa: B006
        action: Many = [],  # noqa: B006
        after: Annotated[str, Query(description="A position, or `start`; without one, from now on")] = "",
    ) -> Response:
        raise AssertionError("streams are taken before this application")


def _add_feeds(app: FastAPI, site: Site) -> None:
    def feed(request: Request, path: str, page: str, name: str, keys: frozenset[str] | None) -> Response:
        _ready(site)
        base = site.settings.serve_url or f"{request.url.scheme}://{request.url.netloc}"

        def made() -> Answer:
            archive = site.archive
            lines = views.newest(
                archive, priorities=views.MAIN if keys is None else views.ALL, keys=keys, most=100
            )
            mark = "" if site.settings.mode == "live" else f"[{site.settings.mode.upper()}] "
            if path.endswith(".atom"):
                return answer(
                    feeds.atom(mark + name, path, page, base, archive.at_ms, lines), feeds.ATOM, _FEED_CACHING
                )
            return answer(
                feeds.json_feed(mark + name, path, page, base, lines), feeds.JSON_FEED, _FEED_CACHING
            )

        return respond(request, site.kept(f"{base} {path}", made), {})

    @app.get("/feeds/night.{ending}", include_in_schema=False)
    async def night(request: Request, ending: Literal["atom", "json"]) -> Response:
        standings = views.latest(site.archive)
        name = election(standings[0].election) if standings else "Election results"
        return feed(request, f"/feeds/night.{ending}", "/", name, None)

    @app.get("/feeds/council/{council}.{ending}", include_in_schema=False)
    async def council(request: Request, council: str, ending: Literal["atom", "json"]) -> Response:
        standing = site.pages.standing(council)
        path = f"/feeds/council/{slug(standing.council)}.{ending}"
        page = f"/council/{slug(standing.council)}"
        return feed(request, path, page, standing.name, frozenset({standing.council}))

    @app.get("/feeds/area/{area}.{ending}", include_in_schema=False)
    async def area(request: Request, area: str, ending: Literal["atom", "json"]) -> Response:
        key = Answers(site.archive, site.stale).area_key(area)
        board = next(board for board in views.boards(site.archive) if board.area == key)
        keys = frozenset({key}) | {council.council for council in board.councils}
        return feed(request, f"/feeds/area/{board.slug}.{ending}", f"/area/{board.slug}", board.name, keys)


_FEED_CACHING = "public, max-age=30, stale-if-error=3600"


def _add_pages(app: FastAPI, site: Site) -> None:
    def page(request: Request, make: Callable[[], bytes]) -> Response:
        def made() -> Answer:
            return answer(make(), HTML)

        found = respond(request, site.kept(_key(request), made), _freshness(site))
        if not site.complete:
            found.status_code = 503
            found.headers["cache-control"] = PRIVATE
        return found

    Parts = Annotated[bool, Query()]  # noqa: N806

    @app.get("/", include_in_schema=False)
    async def front(
        request: Request, show: Literal["main", "all"] = "main", parts: Parts = False
    ) -> Response:
        return page(request, lambda: site.pages.front(main=show == "main", parts=parts))

    @app.get("/councils", include_in_schema=False)
    async def councils(request: Request, parts: Parts = False) -> Response:
        return page(request, lambda: site.pages.councils(parts=parts))

    @app.get("/board", include_in_schema=False)
    async def board(request: Request, parts: Parts = False) -> Response:
        return page(request, lambda: site.pages.board(parts=parts))

    @app.get("/council/{council}", include_in_schema=False)
    async def council(request: Request, council: str, parts: Parts = False) -> Response:
        return page(request, lambda: site.pages.council(council, parts=parts))

    @app.get("/areas", include_in_schema=False)
    async def areas(request: Request) -> Response:
        return page(request, site.pages.areas)

    @app.get("/area/{area}", include_in_schema=False)
    async def area(request: Request, area: str, parts: Parts = False) -> Response:
        return page(request, lambda: site.pages.area(area, parts=parts))

    @app.get("/embed/council/{council}", include_in_schema=False)
    async def embed_council(request: Request, council: str, parts: Parts = False) -> Response:
        return page(request, lambda: site.pages.embed(council, parts=parts))

    @app.get("/embed/scoreboard", include_in_schema=False)
    async def embed(request: Request, parts: Parts = False) -> Response:
        return page(request, lambda: site.pages.embed(None, parts=parts))

    @app.get("/search", include_in_schema=False)
    async def search(request: Request, q: Annotated[str, Query(max_length=80)] = "") -> Response:
        return page(request, lambda: site.pages.search(q))

    @app.get("/headline/{id}", include_in_schema=False)
    async def headline(request: Request, id: str) -> Response:
        return page(request, lambda: site.pages.headline(id))


def _add_rest(app: FastAPI, site: Site) -> None:
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


def _stream(site: Site) -> ASGIApp:
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        extra = {name.decode(): value.decode() for name, value in scope.get("extra_headers", [])}
        address = request.client.host if request.client else ""
        found: Response
        try:
            _ready(site)
            site.streams.admit(address)
            filter = _filter(**{name: request.query_params.getlist(name) for name in NAMES})
            word = request.headers.get("last-event-id") or request.query_params.get("after", "")
            place = take_up(site.streams.reel, filter, word, complete=site.complete)
        except Problem as problem:
            found = _told(problem)
            found.headers.update(extra)
        else:
            found = Stream(site.streams, place, address, extra)
        await found(scope, receive, send)

    return stream


def _filter(**given: Sequence[str]) -> Filter:
    try:
        return read_filter(given)
    except NoSuchFilter as why:
        raise Problem("filter", str(why), why.field) from None


def _run(
    site: Site, archive: Archive, filter: Filter, after: str, limit: int, last: int | None
) -> polling.Run:
    if last is not None:
        return polling.newest(archive, filter, last)
    return polling.run_after(archive, after, filter, limit, complete=site.complete)


def _next(filter: Filter, word: str, limit: int, as_of: str, clock: str) -> str:
    asked = {name: ",".join(values) for name, values in filter.words().items()}
    asked |= {"after": word, "limit": str(limit)}
    if as_of:
        asked |= {"as_of": as_of, "clock": clock}
    return "/api/v1/headlines?" + urlencode(asked)


def _archive(site: Site, as_of: str, clock: ClockName) -> tuple[Archive, datetime | None]:
    """The archive as of then; what is to come is not known, so a moment ahead is refused."""
    if not as_of:
        return site.archive, None
    moment = api.moment(as_of)
    if not _OLDEST <= moment <= datetime.now(UTC) + timedelta(minutes=1):
        raise Problem("moment", "as_of lies in the future, or before all feeds", "as_of")
    key = (moment.isoformat(), clock, site.archive.revision)
    if key not in site.past:
        while len(site.past) >= _MOST_PAST:
            site.past.pop(next(iter(site.past)))
        site.past[key] = site.archive.as_of(moment, clock)
    return site.past[key], moment


def _ready(site: Site) -> None:
    if not site.complete:
        trouble = site.follower.freshness.trouble or "the topics are being read"
        raise Problem("not-yet", f"Nothing can be said yet: {trouble}.", retry_after_seconds=2)


def _freshness(site: Site) -> dict[str, str]:
    """Headers that say how fresh an answer is without changing its tag."""
    age = site.status()["age_seconds"]
    return {"Results-Stale": "true" if site.stale else "false", "Results-Age-Seconds": str(age)}


def _key(request: Request) -> str:
    return f"{request.url.path}?{urlencode(sorted(request.query_params.multi_items()))}"


def _operation(path: str) -> str:
    return path.strip("/").replace("/", "_").replace(".", "_").replace("{", "").replace("}", "")


def _responses(model: type[BaseModel] | None) -> dict[int | str, dict[str, Any]]:
    schema = api.ProblemAnswer.model_json_schema()
    refused = {
        "description": "Refused, in the words of a person",
        "content": {MEDIA_TYPE: {"schema": schema}},
    }
    found: dict[str, Any] = {"model": model, "description": "As it stands"}
    if model is None:
        found = {"description": "A table", "content": {"text/csv": {"schema": {"type": "string"}}}}
    return {
        200: found,
        304: {"description": "As you have it"},
        **dict.fromkeys((400, 404, 405, 410, 503), refused),
    }


def _add_examples(app: FastAPI) -> None:
    """Put the tested examples into the document as they are; the framework would leave out what is null."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = made()
            examples = orjson.loads(_EXAMPLES.read_bytes())
            for path in document["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None)
                    found = examples.get(operation["operationId"])
                    if found is not None:
                        content = operation["responses"]["200"]["content"]["application/json"]
                        content["example"] = found["answer"]
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _told(problem: Problem) -> Response:
    headers = {"Cache-Control": PRIVATE}
    if problem.status == 405:
        headers["Allow"] = "GET, HEAD, OPTIONS"
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(problem.retry_after_seconds)
    return Response(orjson.dumps(problem.body()), problem.status, headers, MEDIA_TYPE)


def _refusal(site: Site, request: Request, problem: Problem) -> Response:
    if request.url.path.startswith(("/api/", "/feeds/")) or "text/html" not in request.headers.get(
        "accept", ""
    ):
        return _told(problem)
    return Response(site.pages.problem(problem), problem.status, {"Cache-Control": PRIVATE}, HTML)


Handler = Callable[[Request, Any], Any]


def _refuser(site: Site) -> Handler:
    async def refuse(request: Request, problem: Problem) -> Response:
        return _refusal(site, request, problem)

    return refuse


def _http(site: Site) -> Handler:
    async def http(request: Request, failed: HTTPException) -> Response:
        told = Problem("not-found", f"There is nothing at {request.url.path[:200]}.")
        if failed.status_code == 405:
            told = Problem("method", "This service is read with GET and HEAD alone.")
        return _refusal(site, request, told)

    return http


def _invalid(site: Site) -> Handler:
    async def invalid(request: Request, failed: RequestValidationError) -> Response:
        first = failed.errors()[0]
        field = str(first["loc"][-1])
        return _refusal(site, request, Problem("query", f"{field}: {first['msg']}", field))

    return invalid


def _fault(site: Site) -> Handler:
    async def fault(request: Request, failed: Exception) -> Response:
        log.error("publisher.fault", path=request.url.path[:200], exc_info=failed)
        return _refusal(site, request, Problem("fault", "This answer could not be made; try again."))

    return fault
