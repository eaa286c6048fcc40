"""A feed for tests of operations: a broker's topics, and its processes started, frozen, killed and started again."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from schemas import topics
from streams.clients import producer
from streams.settings import Settings, settings
from tests.ports import free_port

ROOT = Path(__file__).parents[2]


class Feed:
    """The processes of one feed by name; all of them are ended by ``close``."""

    def __init__(self, broker: str, profile: str, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.variables = {
            "RESULTS_BROKER": broker,
            "RESULTS_PROFILE": profile,
            "RESULTS_DATA_DIR": str(folder),
            "RESULTS_MONITOR_PORT": str(self.port),
            "RESULTS_MONITOR_POLL_SECONDS": "1",
            "RESULTS_MONITOR_PROBE_SECONDS": "1",
            "RESULTS_LOG_FORMAT": "json",
            **variables,
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def settings(self) -> Settings:
        given = {name.removeprefix("RESULTS_").lower(): value for name, value in self.variables.items()}
        return settings(**given)

    def environment(self) -> dict[str, str]:
        return {**os.environ, **self.variables}

    def run(self, *words: str, said: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        """Run one command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "streams", *words],
            cwd=ROOT, env=self.environment(), input=said, capture_output=True, timeout=150, check=False,
        )  # fmt: skip

    def start(self, name: str, *words: str, **variables: str) -> "subprocess.Popen[bytes]":
        """Start a command under a name; its log is ``<name>.log``."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "streams", *words],
                cwd=ROOT, env={**self.environment(), **variables},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        return self.processes[name]

    def signal(self, name: str, number: signal.Signals) -> None:
        self.processes[name].send_signal(number)

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def log(self, name: str) -> list[dict[str, Any]]:
        lines = (self.folder / f"{name}.log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def close(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def get(self, path: str, port: int | None = None) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{port or self.port}{path}", timeout=30) as answer:
            body: bytes = answer.read()
            return body

    def state(self) -> dict[str, Any]:
        """What the monitor's page shows now."""
        found: dict[str, Any] = json.loads(self.get("/ops/state"))
        return found

    def group(self, agent: str = "council") -> dict[str, Any]:
        return next(found for found in self.state()["groups"] if found["agent"] == agent)


def until(holds: Callable[[], Any], seconds: float = 120.0, every: float = 0.1) -> Any:
    """Wait until something holds and return it; what cannot be reached yet does not hold."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = holds()
        except (urllib.error.URLError, OSError, KeyError, StopIteration):
            found = None
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s"
        time.sleep(every)


async def send(
    settings: Settings,
    value: bytes,
    key: bytes,
    *,
    partition: int | None = None,
    timestamp_ms: int | None = None,
    headers: list[tuple[str, bytes]] | None = None,
) -> int:
    """One record on the declarations topic; its offset."""
    topic = topics.declarations(settings.mode)
    async with producer(settings, topic) as client:
        lies = await client.send_and_wait(
            topic, value, key=key, partition=partition, timestamp_ms=timestamp_ms, headers=headers or []
        )
        offset: int = lies.offset
        return offset
