"""Over real HTTP: do the publishers show what the table of metrics and its page promise of them?"""

import asyncio
import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from streams.ops.metrics import METRICS
from tests.ports import free_port
from tests.publishers.making import LEWES, SWALE, a_headline
from tests.publishers.receiving import receiving
from tests.publishers.running import ROOT, serving, tell
from tests.publishers.test_webhook_command import run, variables

PROMISED = {name for name, metric in METRICS.items() if metric.said_by == "publishers"}


def scrape(port: int) -> str:
    """What Prometheus is told; nothing while nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def types(text: str) -> set[str]:
    found = re.findall(r"^# TYPE (\S+)", text, re.M)
    return {name for name in found if not name.endswith("_created")}


async def until(port: int, *lines: str) -> str:
    """The scrape that has all of these lines."""
    async with asyncio.timeout(120):
        while True:
            found = await asyncio.to_thread(scrape, port)
            if set(lines) <= set(found.splitlines()):
                return found
            await asyncio.sleep(0.05)


async def test_the_pages_show_how_many_streams_are_open(broker: str) -> None:
    port = free_port()
    with serving(broker, RESULTS_METRICS_PORT=str(port)) as served:
        none = await until(port, 'election_stream_subscribers{kind="sse"} 0.0')
        readers = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(3)]
        for _, writer in readers:
            writer.write(b"GET /api/v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        await until(port, 'election_stream_subscribers{kind="sse"} 3.0')
        readers[0][1].close()
        await until(port, 'election_stream_subscribers{kind="sse"} 2.0')
        for _, writer in readers[1:]:
            writer.close()
        page = served.get("/metrics")[0]

    assert types(none) == {"election_stream_subscribers", "election_build_info"}
    assert page == 404, "readers are not shown what operators are"


async def test_the_sender_shows_how_each_webhook_does(broker: str, tmp_path: Path) -> None:
    port = free_port()
    env = variables(tmp_path, broker) | {"RESULTS_METRICS_PORT": str(port)}
    said = [a_headline(n, council) for council in (SWALE, LEWES) for n in (1, 2, 3)]
    await asyncio.to_thread(tell, broker, said)
    async with receiving() as well, receiving(lambda count, id: (500, {})) as ill:
        ids = [
            (await asyncio.to_thread(run, "add", url, "--from-start", env=env)).stdout.split()[0]
            for url in (well.url, ill.url)
        ]
        taken, failing = (f'endpoint="127.0.0.1 ({id})"' for id in ids)
        send = [sys.executable, "-m", "streams", "webhook", "send"]
        sender = await asyncio.to_thread(subprocess.Popen, send, cwd=ROOT, env=env)
        try:
            text = await until(
                port,
                f'election_deliveries_total{{{taken},outcome="delivered"}} 6.0',
                f"election_delivery_backlog{{{taken}}} 0.0",
                f"election_delivery_backlog{{{failing}}} 6.0",
                'election_stream_subscribers{kind="webhook"} 2.0',
            )
            async with asyncio.timeout(120):
                while failures(text := await asyncio.to_thread(scrape, port), failing) != len(ill.asked):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        finally:
            sender.terminate()
            await asyncio.to_thread(sender.wait, 60)

    assert len(ill.asked) > 0
    assert types(text) == PROMISED | {"election_build_info"}
    assert "/hook" not in text, "addresses may hold secrets"


def failures(text: str, endpoint: str) -> float:
    found = re.search(rf'election_deliveries_total\{{{re.escape(endpoint)},outcome="failed"\}} (\S+)', text)
    return float(found[1]) if found else 0.0


@pytest.mark.parametrize(
    ("words", "who"), [(("serve",), "`results serve`"), (("webhook", "send"), "The webhook sender")]
)
def test_a_port_in_use_ends_in_a_sentence(
    words: tuple[str, ...], who: str, broker: str, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = subprocess.run(
            [sys.executable, "-m", "streams", *words],
            cwd=ROOT,
            env={
                **os.environ,
                **variables(tmp_path, broker),
                "RESULTS_METRICS_PORT": str(taken.getsockname()[1]),
                "RESULTS_SERVE_PORT": str(free_port()),
            },
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(f"{who} cannot show its metrics at 127.0.0.1:")
