"""The stage of a demo: a broker, its topics and the workers, as child processes that end with it."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import streams
from streams import app
from streams.delivery import status
from streams.rehearsal.bound import bound
from streams.rehearsal.broker import embedded_broker
from streams.settings import PREFIX, Settings, settings
from streams.trouble import Trouble

PATIENCE_SECONDS = 1.0  # nothing in it outlives the demo, and without a broker a worker takes longer to leave


@dataclass(frozen=True, slots=True)
class Stage:
    """A running feed: its settings, its workers by agent, and the folder in which they leave their words."""

    settings: Settings
    workers: "dict[str, subprocess.Popen[bytes]]"
    folder: Path

    async def ready(self) -> None:
        """Return once all workers take records; raises ``Trouble`` when one ends instead."""
        for agent in self.workers:
            while not status.is_ready(status.read(app.status_file(self.settings, agent)), time.time()):
                self.check()
                await asyncio.sleep(0.05)

    def check(self) -> None:
        """Raise ``Trouble`` when a worker has ended, with its own sentence if it left one."""
        for agent, worker in self.workers.items():
            if worker.poll() is None:
                continue
            log = _log(self.folder, agent)
            words = log.read_text(errors="replace").strip().splitlines()
            last = words[-1] if words else "it said nothing"
            if worker.returncode == 2:
                raise Trouble(last)
            raise Trouble(f"The {agent} worker ended with code {worker.returncode}; its log is {log}: {last}")


@contextmanager
def stage(port: int | None, folder: Path) -> Iterator[Stage]:
    """Set everything up for the length of a ``with``; ``folder`` takes the logs. Port None takes a free one."""
    with embedded_broker(port, log=folder / "broker.log") as address:
        these = settings(mode="replay", profile="embedded", broker=address, data_dir=folder)
        broker = app.topics(these)
        broker.create(app.every_topic(these))
        with _worker(these, app.COUNCIL, folder) as council, _worker(these, app.AREA, folder) as area:
            yield Stage(these, {app.COUNCIL: council, app.AREA: area}, folder)


def _log(folder: Path, agent: str) -> Path:
    return folder / f"{agent}.log"


@contextmanager
def _worker(these: Settings, agent: str, folder: Path) -> "Iterator[subprocess.Popen[bytes]]":
    with _log(folder, agent).open("ab") as words:
        child = subprocess.Popen(
            bound(sys.executable, "-m", "streams", "worker", agent),
            cwd=Path(streams.__file__).parents[1],  # the very code that runs here, installed or not
            env=os.environ | _environment(these),
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            start_new_session=True,  # Ctrl-C reaches us alone: the worker leaves before the broker goes
        )
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _environment(these: Settings) -> dict[str, str]:
    chosen = ("mode", "profile", "broker", "partitions", "generation", "data_dir")
    return {f"{PREFIX}{name.upper()}": str(getattr(these, name)) for name in chosen} | {
        "RESULTS_LOG_FORMAT": "json"
    }
