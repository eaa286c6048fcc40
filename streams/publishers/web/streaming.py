"""The address of the stream: a small application of its own, for a stream has no body that ends."""

from fastapi import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from streams.publishers.filters import NAMES
from streams.publishers.problem import Problem
from streams.publishers.reel import take_up
from streams.publishers.site import Site
from streams.publishers.stream import Stream
from streams.publishers.web.questions import ready, wanted
from streams.publishers.web.refusals import told


def streaming(site: Site) -> ASGIApp:
    """The application that opens streams."""

    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        extra = {name.decode(): value.decode() for name, value in scope.get("extra_headers", [])}
        address = request.client.host if request.client else ""
        found: Response
        try:
            ready(site)
            site.streams.admit(address)
            filter = wanted(**{name: request.query_params.getlist(name) for name in NAMES})
            word = request.headers.get("last-event-id") or request.query_params.get("after", "")
            place = take_up(site.streams.reel, filter, word, complete=site.complete)
        except Problem as problem:
            found = told(problem)
            found.headers.update(extra)
        else:
            found = Stream(site.streams, place, address, extra)
        await found(scope, receive, send)

    return stream
