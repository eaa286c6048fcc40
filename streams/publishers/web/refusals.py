"""What becomes of a question that cannot be answered: a problem document for programs, a page for people."""

from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from streams.problem import MEDIA_TYPE
from streams.publishers.answers import HTML, PRIVATE
from streams.publishers.problem import Problem
from streams.publishers.site import Site

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


def told(problem: Problem) -> Response:
    """A refusal as a problem document."""
    headers = {"Cache-Control": PRIVATE}
    if problem.status == 405:
        headers["Allow"] = "GET, HEAD, OPTIONS"
    if problem.retry_after_seconds is not None:
        headers["Retry-After"] = str(problem.retry_after_seconds)
    return Response(orjson.dumps(problem.body()), problem.status, headers, MEDIA_TYPE)


def add(app: FastAPI, site: Site) -> None:
    """Let everything that goes wrong end in a refusal."""

    def refusal(request: Request, problem: Problem) -> Response:
        for_programs = request.url.path.startswith(("/api/", "/feeds/"))
        if for_programs or "text/html" not in request.headers.get("accept", ""):
            return told(problem)
        return Response(site.pages.problem(problem), problem.status, {"Cache-Control": PRIVATE}, HTML)

    async def refused(request: Request, problem: Any) -> Response:
        return refusal(request, problem)

    async def http(request: Request, failed: Any) -> Response:
        if failed.status_code == 405:
            return refusal(request, Problem("method", "This service is read with GET and HEAD alone."))
        return refusal(request, Problem("not-found", f"There is nothing at {request.url.path[:200]}."))

    async def invalid(request: Request, failed: Any) -> Response:
        first = failed.errors()[0]
        field = str(first["loc"][-1])
        return refusal(request, Problem("query", f"{field}: {first['msg']}", field))

    async def fault(request: Request, failed: Exception) -> Response:
        log.error("publisher.fault", path=request.url.path[:200], exc_info=failed)
        return refusal(request, Problem("fault", "This answer could not be made; try again."))

    app.add_exception_handler(Problem, refused)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, fault)
