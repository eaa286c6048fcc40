"""Answers over HTTP: made once for each state of the archive, then given out as bytes, packed and by ETag."""

import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
CSV = "text/csv; charset=utf-8"
HTML = "text/html; charset=utf-8"

#: Live answers: caches may hold them for a second, serve them while asking, and for an hour when we are away (I-33).
LIVE = "public, max-age=1, stale-while-revalidate=10, stale-if-error=3600"
FOR_EVER = "public, max-age=31536000, immutable"
PRIVATE = "no-store"

_LEAST_TO_PACK = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with its tag, packed and not."""

    body: bytes
    packed: bytes | None
    tag: str
    media_type: str
    caching: str


def answer(body: bytes, media_type: str, caching: str = LIVE) -> Answer:
    """Make an answer of a body."""
    packed = None
    if len(body) >= _LEAST_TO_PACK:
        squeeze = zlib.compressobj(6, zlib.DEFLATED, 31)
        packed = squeeze.compress(body) + squeeze.flush()
    tag = '"' + hashlib.sha256(body).hexdigest()[:20] + '"'
    return Answer(body, packed, tag, media_type, caching)


class Cache:
    """The latest answers by what they answer and the state that they were made of."""

    def __init__(self, most: int = 2_000, most_bytes: int = 64 * 1024 * 1024) -> None:
        self._most, self._most_bytes, self._bytes = most, most_bytes, 0
        self._kept: OrderedDict[str, tuple[object, Answer]] = OrderedDict()

    def get(self, key: str, state: object, make: Callable[[], Answer]) -> Answer:
        """The answer for a state, made when there is none."""
        found = self._kept.get(key)
        if found is not None and found[0] == state:
            self._kept.move_to_end(key)
            return found[1]
        made = make()
        if found is not None:
            self._bytes -= _size(found[1])
        self._kept[key] = (state, made)
        self._kept.move_to_end(key)
        self._bytes += _size(made)
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= _size(gone)
        return made


def _size(answer: Answer) -> int:
    return len(answer.body) + len(answer.packed or b"")


def respond(request: Request, answer: Answer, headers: Mapping[str, str]) -> Response:
    """Give an answer to a request: 304 when the reader has it, packed when the reader can unpack."""
    told = {"ETag": answer.tag, "Cache-Control": answer.caching, "Vary": "Accept-Encoding", **headers}
    if _has(request.headers.get("if-none-match", ""), answer.tag):
        return Response(status_code=304, headers=told)
    body = answer.body
    if answer.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        body = answer.packed
        told["Content-Encoding"] = "gzip"
    return Response(body, headers=told, media_type=answer.media_type)


def _has(given: str, tag: str) -> bool:
    tags = [part.strip().removeprefix("W/") for part in given.split(",")]
    return tag in tags or "*" in tags
