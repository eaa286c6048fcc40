"""The monitor's door: metrics for Prometheus, the page for people, and what they may do about rejections."""

import asyncio
import base64
import binascii
import ipaddress
import math
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson
import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, RedirectResponse, StreamingResponse
from prometheus_client import CollectorRegistry
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.ops import deeds
from streams.ops.ledger import Rejected
from streams.ops.rendering import Text
from streams.ops.sight import Sight
from streams.ops.view import View, rejection, view
from streams.ops.watch import words
from streams.settings import Settings
from streams.trouble import Trouble

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

PAGE = Path(__file__).with_name("page")
_FILES = {
    "ops.js": "text/javascript",
    "ops.css": "text/css",
    "uPlot.iife.min.js": "text/javascript",
    "uPlot.min.css": "text/css",
}
#: Pages that may be open at once; more are refused, so that the monitor goes on watching.
MOST_PAGES = 50
TICK_SECONDS = 1.0
#: How often the metrics are written: a scrape is given what is written, and waits for nothing that goes on.
WRITE_SECONDS = 1.0
#: A look at a rejected record ends here; the whole of it is `results rejections show --raw`.
LOOK_BYTES = 4_000
_BODY_BYTES = 8_192
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class _Guard:
    """Refuses who may not come in, and forbids pages what they need not do; streams pass through as they are."""

    def __init__(self, app: ASGIApp, refusal: Callable[[Request], Response | None]) -> None:
        self._app = app
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        refused = self._refusal(Request(scope)) if scope["type"] == "http" else None
        await (refused or self._app)(scope, receive, guarded)


class Deed(BaseModel):
    """What a person at the page says: who and why."""

    model_config = ConfigDict(extra="forbid", strict=True)
    by: str
    reason: str


class Door:
    """The application's parts. Nothing in it opens or starts anything; ``ready``: all topics were read once."""

    def __init__(
        self,
        settings: Settings,
        sight: Sight,
        registry: CollectorRegistry,
        ready: asyncio.Event,
        version: str,
    ) -> None:
        self._settings = settings
        self._sight = sight
        self._text = Text(registry)
        self._written, self._written_at = b"", -math.inf
        self._ready = ready
        self._version = version
        self._pages = 0
        self._acting = asyncio.Lock()

    def application(self) -> FastAPI:
        """The application."""
        app = FastAPI(title="Election results feed: monitor", docs_url=None, redoc_url=None, openapi_url=None)
        app.add_middleware(_Guard, refusal=self._refusal)
        app.get("/")(lambda: RedirectResponse("/ops"))
        app.get("/ops")(lambda: FileResponse(PAGE / "ops.html", media_type="text/html; charset=utf-8"))
        app.get("/ops/assets/{name}")(self._asset)
        app.add_route("/metrics", self._metrics)
        app.get("/health")(self._health)
        app.get("/ops/state")(self._state)
        app.get("/ops/events")(self._events)
        app.get("/ops/rejections/{id:path}")(self._look)
        app.post("/ops/replay/{id:path}")(self._replay)
        app.post("/ops/discard/{id:path}")(self._discard)
        return app

    async def write(self) -> None:
        """Until cancelled: write the metrics now and then."""
        while True:
            if self._ready.is_set():
                self._written, self._written_at = bytes(self._text), time.monotonic()
            await asyncio.sleep(WRITE_SECONDS)

    def _refusal(self, request: Request) -> Response | None:
        if not beyond_this_machine(self._settings.monitor_host):
            # A page elsewhere may have its name point here; then the browser still sends that name.
            host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
            if beyond_this_machine(host):
                return PlainTextResponse("Ask for this page by 127.0.0.1 or localhost.", 421)
            return None
        if request.url.path == "/health" or self._signed_in(request.headers.get("authorization", "")):
            return None
        return PlainTextResponse(
            "Sign in with RESULTS_MONITOR_USER and RESULTS_MONITOR_PASSWORD.",
            401,
            {"WWW-Authenticate": 'Basic realm="results monitor", charset="UTF-8"'},
        )

    def _signed_in(self, header: str) -> bool:
        kind, _, word = header.partition(" ")
        try:
            user, _, password = base64.b64decode(word, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        wanted = self._settings.monitor_password
        right_user = secrets.compare_digest(user.encode(), self._settings.monitor_user.encode())
        right_word = wanted is not None and secrets.compare_digest(
            password.encode(), wanted.get_secret_value().encode()
        )
        return kind.lower() == "basic" and right_user and right_word

    async def _asset(self, name: str) -> Response:
        if name not in _FILES:
            return PlainTextResponse("There is no such file.", 404)
        folder = PAGE / "vendor" if name.startswith("uPlot") else PAGE
        return FileResponse(folder / name, media_type=_FILES[name])

    async def _metrics(self, request: Request) -> Response:
        # Before all topics were read once, counters would stand below what they were before a restart.
        if not self._ready.is_set():
            return PlainTextResponse("The topics are being read; ask again in a moment.", 503)
        fresh = time.monotonic() - self._written_at < 2 * WRITE_SECONDS
        text = self._written if fresh else bytes(self._text)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _health(self) -> Response:
        good = self._sight.up and self._ready.is_set()
        words = "The monitor sees the broker." if good else self._sight.trouble or "The monitor is starting."
        return PlainTextResponse(words, 200 if good else 503)

    def view(self) -> View:
        """What the page shows now."""
        return view(self._sight, words(self._settings), time.time(), self._version)

    async def _state(self) -> Response:
        return _json(self.view())

    async def _events(self) -> Response:
        if self._pages >= MOST_PAGES:
            return PlainTextResponse(f"{MOST_PAGES} pages are open; close one.", 503)
        return StreamingResponse(self._ticks(), media_type="text/event-stream")

    async def _ticks(self) -> AsyncIterator[bytes]:
        self._pages += 1
        try:
            yield b"retry: 1000\n\n"
            while True:
                yield b"data: " + orjson.dumps(self.view()) + b"\n\n"
                await asyncio.sleep(TICK_SECONDS)
        finally:
            self._pages -= 1

    async def _look(self, id: str) -> Response:
        found = self._sight.ledger.rejected.get(id)
        if found is None:
            return _json({"trouble": f"There is no rejection {id}."}, 404)
        raw = base64.b64decode(found.rejection.original)
        shown = raw[:LOOK_BYTES].decode("utf-8", "backslashreplace")
        return _json(
            {**rejection(found), "record": shown, "cut": found.rejection.cut or len(raw) > LOOK_BYTES}
        )

    async def _replay(self, id: str, request: Request) -> Response:
        return await self._act(id, request, deeds.replay)

    async def _discard(self, id: str, request: Request) -> Response:
        return await self._act(id, request, deeds.discard)

    async def _act(
        self, id: str, request: Request, deed: Callable[[Settings, Rejected, str, str], Awaitable[Any]]
    ) -> Response:
        # A form of another site cannot send JSON without asking first, and nobody here answers it.
        if request.headers.get("content-type", "").partition(";")[0] != "application/json":
            return _json({"trouble": "Send who and why as JSON."}, 415)
        if int(request.headers.get("content-length") or _BODY_BYTES + 1) > _BODY_BYTES:
            return _json({"trouble": "Say it in fewer words."}, 413)
        try:
            said = Deed.model_validate_json(await request.body())
        except ValidationError:
            return _json({"trouble": "Say who you are and why."}, 422)
        async with self._acting:  # two people at one rejection: the second hears of the first
            found = self._sight.ledger.rejected.get(id)
            if found is None:
                return _json({"trouble": f"There is no rejection {id}."}, 404)
            try:
                action = await deed(self._settings, found, said.by, said.reason)
            except (Trouble, KafkaError) as trouble:
                return _json({"trouble": str(trouble)}, 409)
            self._sight.ledger.act(action)
        log.info("rejection.acted_on", rejection=id, action=action.action, by=action.by)
        return Response(action.model_dump_json(), media_type="application/json")


def beyond_this_machine(host: str) -> bool:
    """Whether an address or name is another than this machine's own."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host != "localhost"


def _json(value: Any, code: int = 200) -> Response:
    return Response(orjson.dumps(value), code, media_type="application/json")
