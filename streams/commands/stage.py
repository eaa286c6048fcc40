"""The stage of a demo: a broker, its topics and a worker, as child processes that end with it."""

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
from streams.rehearsal.broker import embedded_broker
from streams.settings import PREFIX, Settings, settings
from streams.trouble import Trouble

PATIENCE_SECONDS = 1.0  # nothing in it outlives the demo, and without a broker a worker takes longer to leave


@dataclass(frozen=True, slots=True)
class Stage:
    """A running feed: its settings, the council worker, and where the worker's words go."""

    settings: Settings
    worker: "subprocess.Popen[bytes]"
    log: Path

    async def ready(self) -> None:
        """Return once the worker takes records; raises ``Trouble`` when it ends instead."""
        while not status.is_ready(status.read(app.status_file(self.settings, app.COUNCIL)), time.time()):
            self.check()
            await asyncio.sleep(0.05)

    def check(self) -> None:
        """Raise ``Trouble`` when the worker has ended, with its own sentence if it left one."""
        if self.worker.poll() is None:
            return
        words = self.log.read_text(errors="replace").strip().splitlines()
        last = words[-1] if words else "it said nothing"
        if self.worker.returncode == 2:
            raise Trouble(last)
        raise Trouble(
            f"The council worker ended with code {self.worker.returncode}; its log is {self.log}: {last}"
        )


@contextmanager
def stage(port: int | None, folder: Path) -> Iterator[Stage]:
    """Set everything up for the length of a ``with``; ``folder`` takes the logs. Port None takes a free one."""
    with embedded_broker(port, log=folder / "broker.log") as address:
        these = settings(mode="replay", profile="embedded", broker=address, data_dir=folder)
        broker = app.topics(these)
        broker.create(app.every_topic(these))
        log = folder / "worker.log"
        with _worker(these, log) as child:
            yield Stage(these, child, log)


@contextmanager
def _worker(these: Settings, log: Path) -> "Iterator[subprocess.Popen[bytes]]":
    with log.open("ab") as words:
        child = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker", "council"],
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
