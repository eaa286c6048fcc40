"""What stands before every answer: who may read, which site's scripts, and the headers that keep browsers strict."""

import base64
import binascii
import hmac
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from streams.settings import Settings

_STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors "
)

RawHeaders = list[tuple[bytes, bytes]]


class Doors:
    """The outermost application: ``stream`` takes the streams, ``inner`` all the rest."""

    def __init__(self, settings: Settings, inner: ASGIApp, stream: ASGIApp) -> None:
        self._inner, self._stream = inner, stream
        self._key = None
        if settings.serve_password is not None:
            self._key = f"{settings.serve_user}:{settings.serve_password.get_secret_value()}".encode()
        self._sites = frozenset(settings.serve_cors.split(",")) - {""}
        framing = " ".join(settings.serve_embed.split(",")) or "'none'"
        self._page = _headers((("content-security-policy", _STRICT + "'none'"),))
        self._embed = _headers((("content-security-policy", _STRICT + framing),))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse, one request."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        headers = Headers(scope=scope)
        extra = list(self._embed if path.startswith("/embed/") else self._page)
        extra += self._cors(headers.get("origin"), path)
        if path != "/health" and not self._known(headers.get("authorization")):
            await _short(send, 401, [*extra, (b"www-authenticate", b'Basic realm="Election results"')])
            return
        method = scope["method"]
        if method == "OPTIONS":
            allowed = [
                (b"access-control-allow-methods", b"GET, HEAD"),
                (b"access-control-allow-headers", b"if-none-match, last-event-id"),
                (b"access-control-max-age", b"86400"),
                (b"allow", b"GET, HEAD, OPTIONS"),
            ]
            await _short(send, 204, [*extra, *allowed])
            return
        if path == "/api/v1/stream" and method in ("GET", "HEAD"):
            scope["extra_headers"] = extra
            await self._stream(scope, receive, send)
            return
        if method == "HEAD":
            scope = {**scope, "method": "GET"}
        await self._inner(scope, receive, _adding(send, extra))

    def _known(self, given: str | None) -> bool:
        if self._key is None:
            return True
        scheme, _, word = (given or "").partition(" ")
        try:
            said = base64.b64decode(word, validate=True) if scheme.lower() == "basic" else b""
        except (binascii.Error, ValueError):
            said = b""
        return hmac.compare_digest(said, self._key)

    def _cors(self, origin: str | None, path: str) -> RawHeaders:
        if not self._sites or not path.startswith(("/api/", "/feeds/")):
            return []
        vary = [(b"vary", b"Origin")]
        if "*" in self._sites:
            return [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"ETag")]
        if origin in self._sites and origin is not None:
            return [
                *vary,
                (b"access-control-allow-origin", origin.encode("latin-1")),
                (b"access-control-expose-headers", b"ETag"),
            ]
        return vary


def _headers(own: Iterable[tuple[str, str]]) -> RawHeaders:
    always = (
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    )
    return [(name.encode(), value.encode()) for name, value in (*own, *always)]


def _adding(send: Send, extra: RawHeaders) -> Send:
    async def told(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *extra]
        await send(message)

    return told


async def _short(send: Send, status: int, headers: RawHeaders) -> None:
    length = [(b"content-length", b"0")] if status != 204 else []
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": b""})
