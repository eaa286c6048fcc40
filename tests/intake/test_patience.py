"""A real server: headers and bodies that trickle are let go, large ones are refused before they are read."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import uvicorn

from streams.intake import body, door
from streams.intake.door import Door
from streams.intake.web import application
from tests.intake.conftest import Doors, as_json, declaration
from tests.ports import free_port

WAIT_SECONDS = 0.5
#: For those who are to be in time, on a machine that has much else to do.
LONG_SECONDS = 4.0


@dataclass(slots=True)
class Listening:
    doors: Doors
    port: int

    async def knock(self, *pieces: bytes, pause: float = 0.0) -> bytes:
        """Send piece after piece; gives what came back until the end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        coming = asyncio.create_task(_read(reader))
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
        answer = await coming
        writer.close()
        return answer


async def _read(reader: asyncio.StreamReader) -> bytes:
    answer = b""
    with contextlib.suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(60):
            while piece := await reader.read(65_536):
                answer += piece
    return answer


@pytest.fixture
async def listening(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listening]:
    monkeypatch.setattr(door, "HEADER_SECONDS", WAIT_SECONDS)
    monkeypatch.setattr(body, "SECONDS", WAIT_SECONDS)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            application(doors.reception), port=port, http=Door, lifespan="off", log_config=None, ws="none"
        )
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield Listening(doors, port)
    server.should_exit = True
    await serving


def request(doors: Doors, length: int, *more: bytes) -> bytes:
    lines = (b"POST /v1/declarations HTTP/1.1", b"Host: x", b"Content-Type: application/json",
             f"Authorization: Bearer {doors.key}".encode(), f"Content-Length: {length}".encode(), *more)  # fmt: skip
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def test_headers_that_trickle_are_let_go(listening: Listening) -> None:
    head = request(listening.doors, 10)

    answer = await listening.knock(*(head[n : n + 1] for n in range(40)), pause=0.03)

    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_connection_that_says_nothing_is_let_go(listening: Listening) -> None:
    answer = await listening.knock()

    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_a_body_that_trickles_is_let_go(listening: Listening) -> None:
    answer = await listening.knock(request(listening.doors, 1_000), *([b" "] * 30), pause=0.03)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"reason":"slow"' in answer
    assert b"connection: close" in answer.lower()


async def test_a_large_body_is_refused_by_its_length_before_a_byte_of_it(listening: Listening) -> None:
    answer = await listening.knock(request(listening.doors, 65_537))

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_large_body_of_unknown_length_is_refused_while_it_comes(listening: Listening) -> None:
    head = request(listening.doors, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"

    answer = await listening.knock(head, *([chunk] * 6))

    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_too_many_headers_are_refused(listening: Listening) -> None:
    many = await listening.knock(request(listening.doors, 2, *[f"X-{n}: y".encode() for n in range(150)]))
    long = await listening.knock(request(listening.doors, 2, b"X-Long: " + b"y" * 20_000))

    assert many.startswith(b"HTTP/1.1 431 ")
    assert long.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "noise", [b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"POST / HTTP/9.9\r\n\r\n", b"\0" * 100]
)
async def test_what_is_no_http_is_answered_shortly(listening: Listening, noise: bytes) -> None:
    answer = await listening.knock(noise)

    assert answer.split(b" ")[1] in (b"400", b"408", b"505")


async def test_meanwhile_others_are_served(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "HEADER_SECONDS", LONG_SECONDS)
    monkeypatch.setattr(body, "SECONDS", LONG_SECONDS)
    event = as_json(declaration())
    slow = [asyncio.create_task(listening.knock(request(listening.doors, 900), b" ")) for _ in range(50)]
    await asyncio.sleep(0.05)

    answer = await listening.knock(request(listening.doors, len(event), b"Connection: close"), event)

    assert answer.startswith(b"HTTP/1.1 202 ")
    await asyncio.gather(*slow)


async def test_two_requests_on_one_connection(listening: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """The patience for headers begins anew with each request and does not run while one is answered."""
    monkeypatch.setattr(door, "HEADER_SECONDS", LONG_SECONDS)
    event = as_json(declaration())
    one = request(listening.doors, len(event)) + event

    answer = await listening.knock(
        one, b"", one.replace(b"Host: x", b"Host: x\r\nConnection: close"), pause=0.55 * LONG_SECONDS
    )

    assert answer.count(b"HTTP/1.1 202 ") == 2
