"""With a real broker: does the read side hold what the topics hold, through absences, and in every copy alike?"""

import asyncio
import gc
import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from aiokafka.errors import KafkaConnectionError

from results_client.consumer import HeadlineConsumer, WrittenAnew
from results_client.position import NoPosition
from results_client.sequence import Gap
from streams.publishers.following import Follower
from streams.publishers.lines import LinesFile
from streams.publishers.words import LONDON
from streams.rehearsal.broker import embedded_broker
from streams.trouble import Trouble
from tests.publishers.making import LEWES, SWALE, a_board, a_headline, a_standing, an_area_headline, told
from tests.publishers.running import (
    ROOT,
    create_topics,
    free_port,
    serving,
    start,
    tell,
    teller,
    these_settings,
)


async def until(follower: Follower, headlines: int) -> None:
    async with asyncio.timeout(90):
        while len(follower.archive.entries) < headlines or not follower.freshness.complete:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_two_copies_hold_the_same_and_leave_no_trace(broker: str) -> None:
    said = [
        a_standing(),
        a_board(),
        an_area_headline(),
        *(a_headline(n, c) for n in (1, 2, 3) for c in (SWALE, LEWES)),
    ]
    copies = [Follower(these_settings(broker)) for _ in range(2)]
    tasks = [asyncio.create_task(copy.follow()) for copy in copies]
    async with teller(broker) as writer:
        await writer.tell(*said)
    for copy in copies:
        await until(copy, 7)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

    one, two = (copy.archive for copy in copies)
    assert sorted(told_by_key(one)) == sorted(told_by_key(two))
    assert one.areas.keys() == two.areas.keys() == {"kent@local.2023-05-04"}
    assert two.knows(one.position())
    assert list(two.after(one.position())) == []


def told_by_key(archive: object) -> list[tuple[str, int]]:
    return [(entry.headline.key, entry.headline.n) for entry in archive.entries]  # type: ignore[attr-defined]


async def test_kafka_may_go_and_come_back_and_what_is_shown_is_marked() -> None:
    port = free_port()
    address = f"127.0.0.1:{port}"
    follower = Follower(these_settings(address))
    task = asyncio.create_task(follower.follow())
    await asyncio.sleep(0.3)
    before = (follower.freshness.complete, follower.freshness.trouble)
    with embedded_broker(port):
        await asyncio.to_thread(create_topics, address)
        async with teller(address) as writer:
            await writer.tell(a_headline(1), a_headline(2))
        await until(follower, 2)
    async with asyncio.timeout(90):
        while not follower.freshness.trouble:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    kept = told(follower.archive)
    with embedded_broker(port):  # it forgot everything: the topics are made anew, with other news
        await asyncio.to_thread(create_topics, address)
        async with teller(address) as writer:
            await writer.tell(a_headline(1, LEWES))
        async with asyncio.timeout(120):
            while told(follower.archive) != [("lewes", 1)]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    assert before[0] is False
    assert kept == [("swale", 1), ("swale", 2)]


async def test_a_subscriber_in_ten_lines_goes_on_where_it_was(broker: str) -> None:
    async with teller(broker) as writer:
        await writer.tell(*(a_headline(n) for n in (1, 2, 3)), a_headline(2))
    got = []
    async with asyncio.timeout(90):
        async with HeadlineConsumer(broker, "replay") as headlines:
            async for headline in headlines:
                got.append(headline.n)
                saved = headlines.position
                if headline.n == 2:
                    break
        async with HeadlineConsumer(broker, "replay", after=saved) as headlines:
            async for headline in headlines:
                got.append(headline.n)
                break

    assert got == [1, 2, 3]


async def test_a_subscriber_hears_of_what_is_missing(broker: str) -> None:
    alarms: list[Gap] = []
    async with teller(broker) as writer:
        await writer.tell(a_headline(1), a_headline(4))
    async with (
        asyncio.timeout(90),
        HeadlineConsumer(broker, "replay", missing=alarms.append) as headlines,
    ):
        got = [(await anext(headlines)).n, (await anext(headlines)).n]

    assert got == [1, 4]
    assert [(gap.key, gap.first, gap.last) for gap in alarms] == [(SWALE, 2, 3)]


async def test_a_position_of_another_log_is_trouble_not_a_wrong_answer(broker: str) -> None:
    async with teller(broker) as writer:
        await writer.tell(*(a_headline(n) for n in (1, 2)))
    async with asyncio.timeout(90), HeadlineConsumer(broker, "replay") as headlines:
        await anext(headlines)
        word = headlines.position
    with embedded_broker() as other:
        await asyncio.to_thread(create_topics, other)
        async with teller(other) as writer:
            await writer.tell(*(a_headline(n, text="other", id=str(n) * 32) for n in (1, 2)))
        async with asyncio.timeout(90), HeadlineConsumer(other, "replay", after=word) as headlines:
            with pytest.raises(WrittenAnew):
                await anext(headlines)
    with pytest.raises(NoPosition):
        HeadlineConsumer(broker, "replay", after="nonsense")


async def test_a_subscriber_that_finds_nobody_leaves_nothing_open() -> None:
    heard: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, told: heard.append(told["message"]))

    with pytest.raises(KafkaConnectionError):
        async with HeadlineConsumer(f"127.0.0.1:{free_port()}", "replay"):
            pass

    gc.collect()
    assert heard == []


def test_a_line_cut_short_is_taken_off_and_nothing_is_written_twice(tmp_path: Path) -> None:
    path = tmp_path / "headlines.jsonl"
    said = [a_headline(n) for n in (1, 2, 3)]
    with LinesFile(path) as file:
        for headline in said[:2]:
            file.write(headline, headline.model_dump_json().encode())
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"id": "abc", "te')
    with LinesFile(path) as file:
        written = [file.write(headline, headline.model_dump_json().encode()) for headline in said]

    assert written == [False, False, True]
    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == [1, 2, 3]


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary\n")
    with pytest.raises(Trouble, match="line 1 is no headline"), LinesFile(path):
        pass

    assert path.read_text() == "dear diary\n"


def test_the_sink_killed_at_any_moment_has_every_headline_once(broker: str, tmp_path: Path) -> None:
    path = tmp_path / "headlines.jsonl"
    tell(broker, [a_headline(n) for n in range(1, 41)])
    environment = {
        **os.environ,
        "RESULTS_BROKER": broker,
        "RESULTS_PROFILE": "embedded",
        "RESULTS_MODE": "replay",
    }
    for wait in (1, 10, 40):
        process = subprocess.Popen(
            [sys.executable, "-m", "streams", "sink", str(path)], cwd=ROOT, env=environment
        )
        try:
            _lines(path, wait)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    assert [json.loads(line)["n"] for line in path.read_text().splitlines()] == list(range(1, 41))


def _lines(path: Path, wanted: int) -> None:
    import time

    deadline = time.monotonic() + 90
    while not path.exists() or path.read_bytes().count(b"\n") < wanted:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_copy_says_that_it_is_stale_and_serves_on_when_kafka_is_gone() -> None:
    with embedded_broker() as address:
        create_topics(address)
        tell(address, [a_standing(), a_headline(1)])
        served = start(address)
        try:
            served.until(complete=True, headlines=1)
            fresh = served.get("/api/v1/councils")
        except BaseException:
            served.process.kill()
            raise
    try:
        served.until(stale=True)
        stale = served.get("/api/v1/councils")
        page = served.get("/", Accept="text/html")
        since = served.health()["silent_since"]
    finally:
        served.process.terminate()
        ended = served.process.wait(60)

    assert json.loads(fresh[2])["meta"]["stale"] is False
    assert json.loads(stale[2])["meta"]["stale"] is True
    assert json.loads(stale[2])["councils"] == json.loads(fresh[2])["councils"]
    clock = datetime.fromisoformat(since).astimezone(LONDON).strftime("%H:%M")
    assert f"Not up to date since {clock}<" in page[2].decode()
    assert page[0] == 200
    assert ended in (0, 143, -signal.SIGTERM)


def test_a_port_in_use_ends_in_a_sentence(broker: str) -> None:
    with serving(broker) as one:
        done = subprocess.run(
            [sys.executable, "-m", "streams", "serve", "--port", str(one.port)],
            cwd=ROOT,
            env={**os.environ, "RESULTS_BROKER": broker, "RESULTS_PROFILE": "embedded"},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    assert done.returncode == 2
    assert "set RESULTS_SERVE_PORT to a port that is free." in done.stderr.splitlines()[-1]


def test_a_rehearsal_open_to_the_network_does_not_start() -> None:
    """I-05: closed by default."""
    done = subprocess.run(
        [sys.executable, "-m", "streams", "serve"],
        cwd=ROOT,
        env={**os.environ, "RESULTS_MODE": "rehearsal", "RESULTS_SERVE_HOST": "0.0.0.0"},  # noqa: S104
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )

    assert done.returncode == 2
    assert "set RESULTS_SERVE_PASSWORD" in done.stderr
