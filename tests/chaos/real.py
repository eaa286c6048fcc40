"""The real night on a broker, with real council workers as processes of their own."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from schemas import topics
from schemas.reading import InputEvent, read
from streams import app, clients
from streams.delivery import status
from streams.delivery.keeper import Record
from streams.delivery.table import changelog_topic
from streams.rehearsal.night import encode
from streams.settings import Settings, settings
from tests.chaos.demands import Said, compared, demands
from tests.chaos.story import story
from tests.chaos.until import until
from tests.delivery.oracle import Verdict
from tests.delivery.process import ROOT
from tests.night.test_kills import read_back

SLOW_SECONDS = 0.05


class RealNight:
    """One replay of the night on one broker; ``events`` may be sent bit by bit."""

    def __init__(self, folder: Path, seed: int, **given: object) -> None:
        self.folder = folder
        self.seed = seed
        self.given = {"mode": "replay", "data_dir": folder, **given}
        self.events: Sequence[InputEvent] = story(seed)
        self._started = 0

    @property
    def these(self) -> Settings:
        return self._settings("1")

    def create_topics(self, replication: int = 1) -> None:
        app.topics(self.these).create(app.every_topic(self.these), replication)

    @contextmanager
    def worker(self, instance: str = "1", slow: bool = True) -> Iterator[subprocess.Popen[bytes]]:
        """A council worker for the length of a ``with``, killed at its end; a slow one is as the real one otherwise."""
        these = self._settings(instance)
        app.status_file(these, app.COUNCIL).unlink(missing_ok=True)
        self._started += 1
        command = (
            ["tests.chaos.council_worker", str(SLOW_SECONDS), str(self._started)]
            if slow
            else ["streams", "worker", "council"]
        )
        with self.log(instance).open("ab") as words:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                env=self._environment(these),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
            )
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def log(self, instance: str = "1") -> Path:
        return self.folder / f"worker-{instance}.log"

    def ready(self, instance: str = "1", seconds: float = 30) -> bool:
        path = app.status_file(self._settings(instance), app.COUNCIL)
        return until(lambda: status.is_ready(status.read(path), time.time()), seconds)

    @contextmanager
    def declaring(self, seconds: float) -> Iterator[threading.Thread]:
        """The night is sent, evenly over some seconds, beside what happens in the ``with``; whole when it ends."""
        failed: list[BaseException] = []

        def send() -> None:
            try:
                asyncio.run(_declare(self.these, self.events, seconds))
            except BaseException as fault:
                failed.append(fault)

        thread = threading.Thread(target=send)
        thread.start()
        try:
            yield thread
        finally:
            thread.join()
        if failed:
            raise failed[0]

    def results(self, *arguments: str) -> None:
        """Run the feed's own command line."""
        subprocess.run(
            [sys.executable, "-m", "streams", *arguments],
            cwd=ROOT,
            env=self._environment(self.these),
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def read(self, topic: str) -> list[Record]:
        return asyncio.run(read_back(self.these, topic))

    def verdict(self, seconds: float = 60) -> Verdict:
        """Once all that the log demands was said, or the time is over."""
        log = self.read(topics.declarations("replay"))
        due = demands(log, self.these.partitions)
        missing = {event.id for event in self.events} - {_event_id(record) for record in log}
        assert not missing, f"never on the log: {missing}"
        deadline = time.monotonic() + seconds
        while True:
            found = compared(self.said(), due)
            if (
                not (found.lost or found.refusals_lost or found.standings_wrong)
                or time.monotonic() > deadline
            ):
                return found
            time.sleep(0.5)

    def said(self) -> Said:
        said = (topics.headlines, topics.contributions, topics.rejections, topics.standings)
        names = [*(name("replay") for name in said), changelog_topic(self.these.group(app.COUNCIL))]

        async def read_all() -> list[list[Record]]:
            return await asyncio.gather(*(read_back(self.these, name) for name in names))

        return Said(*asyncio.run(read_all()))

    def _settings(self, instance: str) -> Settings:
        return settings(**self.given, instance=instance)

    def _environment(self, these: Settings) -> dict[str, str]:
        names = {*self.given, "partitions", "instance"}
        return os.environ | {f"RESULTS_{name.upper()}": str(getattr(these, name)) for name in names}


async def _declare(these: Settings, events: Sequence[InputEvent], seconds: float) -> None:
    topic = topics.declarations(these.mode)
    async with clients.producer(these, topic) as producer:
        for event in events:
            await producer.send_and_wait(topic, encode(event), key=event.council.encode())
            await asyncio.sleep(seconds / len(events))


def _event_id(record: Record) -> str:
    return read(record.value).id
