"""Over real sockets: is a slow reader let go, does it take up where it was, and are there limits?"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
import uvicorn

from streams.publishers.archive import Archive
from streams.publishers.site import Site
from streams.publishers.web.application import application
from tests.publishers.making import SWALE, a_headline, a_record, a_site, an_archive


@asynccontextmanager
async def listening(site: Site) -> AsyncIterator[int]:
    """A server of a site in this process; gives its port."""
    config = uvicorn.Config(
        application(site),
        port=0,
        log_config=None,
        lifespan="off",
        http="httptools",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    serving, tending = asyncio.create_task(server.serve()), asyncio.create_task(site.streams.tend())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        site.streams.close()
        server.should_exit = True
        await serving
        tending.cancel()


def asking(path: str = "/api/v1/stream", last: str = "") -> bytes:
    header = f"Last-Event-ID: {last}\r\n" if last else ""
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{header}\r\n".encode()


async def headlines(reader: asyncio.StreamReader, count: int) -> list[tuple[int, str]]:
    """Numbers and positions of so many headlines of a stream."""
    found: list[tuple[int, str]] = []
    id = ""
    while len(found) < count:
        line = (await reader.readline()).decode()
        assert line
        if line.startswith("id: "):
            id = line[4:].strip()
        if line.startswith("data: ") and '"headline' not in line[:20] and '"n":' in line:
            found.append((orjson.loads(line[6:])["n"], id))
    return found


def told(archive: Archive, first: int, last: int) -> None:
    for n in range(first, last + 1):
        archive.take(a_record(a_headline(n, text="Labour has gained Swale. " * 120), n), 0.0)


async def test_a_reader_who_does_not_read_is_let_go_and_takes_up_where_it_was() -> None:
    archive = an_archive([])
    site = a_site(archive)
    async with listening(site) as port, asyncio.timeout(150):
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(slow, ("127.0.0.1", port))
        await asyncio.get_running_loop().sock_sendall(slow, asking())
        quick_reader, quick_writer = await asyncio.open_connection("127.0.0.1", port)
        quick_writer.write(asking())
        while len(site.streams) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        got: list[tuple[int, str]] = []
        for start in range(1, 3_000, 250):
            told(archive, start, start + 249)
            site.streams.publish()
            got += await headlines(quick_reader, 250)
        while site.streams.dropped < 1:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        left = len(site.streams)
        slow.close()
        quick_writer.close()
        again_reader, again_writer = await asyncio.open_connection("127.0.0.1", port)
        again_writer.write(asking(last=got[1_499][1]))
        rest = await headlines(again_reader, 1_500)
        again_writer.close()

    assert [n for n, _ in got] == list(range(1, 3_001)), "a slow reader holds up nobody"
    assert left == 1
    assert [n for n, _ in rest] == list(range(1_501, 3_001))


async def test_there_are_so_many_streams_and_no_more() -> None:
    site = a_site(an_archive([]), serve_clients=4)
    async with listening(site) as port, asyncio.timeout(90):
        said = []
        writers = []
        for _ in range(4):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asking())
            said.append((await reader.readline()).decode().split()[1])
            writers.append(writer)
        for writer in writers:
            writer.close()
        while len(site.streams):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asking())
        said.append((await reader.readline()).decode().split()[1])
        writer.close()

    assert said == ["200", "200", "503", "503", "200"], "half of them at most from one address"


async def test_readers_hear_that_the_feed_is_stale_and_that_it_is_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("streams.publishers.stream._TICK_SECONDS", 0.05)
    site = a_site(an_archive([]))
    states: list[bool] = []
    async with listening(site) as port, asyncio.timeout(90):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asking())
        while states[-1:] != [True]:
            line = (await reader.readline()).decode()
            if line.startswith("data: "):
                states.append(orjson.loads(line[6:])["stale"])
                site.follower.freshness.heard_at = -1e9
        site.follower.freshness.heard(asyncio.get_running_loop().time(), 0)
        while states[-1:] != [False]:
            line = (await reader.readline()).decode()
            if line.startswith("data: "):
                states.append(orjson.loads(line[6:])["stale"])
        writer.close()

    assert states[0] is False
    assert True in states


async def test_when_the_topics_are_made_anew_every_reader_gets_the_new_picture() -> None:
    site = a_site(an_archive([a_record(a_headline(1))]))
    async with listening(site) as port, asyncio.timeout(90):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asking(f"/api/v1/stream?council={SWALE}"))
        while not len(site.streams):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        fresh = Archive("replay")
        site.follower.archive = fresh
        site.streams.renew(fresh)
        while not (await reader.readline()).startswith(b"event: snapshot"):
            pass
        fresh.take(a_record(a_headline(1, id="e" * 32)), 0.0)
        site.streams.publish()
        got = await headlines(reader, 1)
        writer.close()

    assert [n for n, _ in got] == [1]
