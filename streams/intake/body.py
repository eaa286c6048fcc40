"""The body of a request: bounded before it is read, timed while it is read, and cut into events."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from streams.intake.problem import Problem

SECONDS = 10.0
#: Events in one array.
EVENTS_AT_MOST = 500


def declared_length(headers: dict[str, str], limit: int) -> None:
    """Refuse a body by what its headers say, before a byte of it is taken; raises :class:`Problem`."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Problem(
            "media-type",
            f"Content-Type must be application/json, not {kind[:80] or 'missing'}",
            "Content-Type",
        )
    length = headers.get("content-length")
    if length is not None and (not length.isdigit() or int(length) > limit):
        raise Problem("size", f"the body has {length[:20]} bytes; {limit:,} are taken here", "Content-Length")


async def read_body(pieces: AsyncIterator[bytes], limit: int) -> bytes:
    """The whole body; raises :class:`Problem` as soon as it is too long or takes too long."""
    body = bytearray()
    try:
        async with asyncio.timeout(SECONDS):
            async for piece in pieces:
                body += piece
                if len(body) > limit:
                    raise Problem("size", f"the body has more than the {limit:,} bytes that are taken here")
    except TimeoutError:
        raise Problem("slow", f"the body did not arrive within {SECONDS:g} seconds") from None
    return bytes(body)


def _nothing(text: str) -> Any:
    return None


_CUTTER = json.JSONDecoder(parse_int=_nothing, parse_float=_nothing, parse_constant=_nothing)


def cut(body: bytes) -> tuple[list[bytes], bool]:
    """The events of a body, each as its own bytes, and whether it was an array; raises :class:`Problem`.

    Only the ends of the elements are found here; each is then read by the one strict reader.
    """
    if not body.lstrip(b" \t\r\n").startswith(b"["):
        return [body], False
    try:
        text = body.decode()
        return [element.encode() for element in _elements(text)], True
    except UnicodeDecodeError as bad:
        raise Problem("json", f"the body is not UTF-8 text (byte {bad.start})") from None
    except RecursionError:
        raise Problem("depth", "the body is nested deeper than any event is") from None
    except ValueError as bad:
        raise Problem("json", f"the body is not JSON: {str(bad)[:200]}") from None


def _elements(text: str) -> list[str]:
    at = _skip(text, text.index("[") + 1)
    found: list[str] = []
    while text[at : at + 1] != "]" or found:
        start = at
        _, at = _CUTTER.raw_decode(text, start)
        found.append(text[start:at])
        if len(found) > EVENTS_AT_MOST:
            raise Problem("size", f"an array may hold {EVENTS_AT_MOST} events; send the rest in another")
        at = _skip(text, at)
        if text[at : at + 1] == "]":
            break
        if text[at : at + 1] != ",":
            raise ValueError(f"expected , or ] at character {at}")
        at = _skip(text, at + 1)
    if text[at + 1 :].strip(" \t\r\n"):
        raise ValueError(f"something follows the array at character {at + 1}")
    if not found:
        raise Problem("schema", "the array is empty: there is nothing to take")
    return found


def _skip(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\r", "\n") and at < len(text):
        at += 1
    return at
