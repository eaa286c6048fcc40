"""The whole feed for a measurement: broker, topics, both workers and a copy of the service, with cores of their own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from streams import app
from streams.delivery import status
from streams.rehearsal.broker import embedded_broker
from streams.settings import Settings
from tests.publishers.running import ROOT, Served, create_topics, serving, these_settings


@dataclass(frozen=True, slots=True)
class Feed:
    """A running feed."""

    settings: Settings
    served: Served


@contextmanager
def feed(feed_core: int | None = None, serve_core: int | None = None) -> Iterator[Feed]:
    """Run everything for the length of a ``with``; broker and workers on one core, the service on another, if told."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        all_cores = os.sched_getaffinity(0)
        if feed_core is not None:
            os.sched_setaffinity(0, {feed_core})  # children inherit it
        broker = stack.enter_context(embedded_broker())
        create_topics(broker)
        these = these_settings(broker, data_dir=folder)
        for agent in ("council", "area"):
            stack.enter_context(_worker(these, agent))
        if serve_core is not None:
            os.sched_setaffinity(0, {serve_core})
        served = stack.enter_context(serving(broker))
        os.sched_setaffinity(0, all_cores)
        for agent in ("council", "area"):
            while not status.is_ready(status.read(app.status_file(these, agent)), time.time()):
                time.sleep(0.05)
        yield Feed(these, served)


@contextmanager
def _worker(these: Settings, agent: str) -> Iterator[None]:
    variables = {
        "RESULTS_BROKER": these.broker,
        "RESULTS_PROFILE": "embedded",
        "RESULTS_MODE": "replay",
        "RESULTS_DATA_DIR": str(these.data_dir),
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "streams", "worker", agent],
        cwd=ROOT,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(3)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
