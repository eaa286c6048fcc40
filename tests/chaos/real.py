"""The real night on a broker, with the feed's own workers as processes of their own."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, count
from pathlib import Path

from schemas import topics
from schemas.reading import InputEvent, read
from streams import app, clients
from streams.agents.area import AreaKeeper
from streams.agents.council import CouncilKeeper
from streams.delivery import status
from streams.delivery.keeper import Record
from streams.delivery.table import changelog_topic
from streams.rehearsal.night import encode
from streams.settings import Settings, settings
from tests.chaos.demands import Demands, Said, compared, demands
from tests.chaos.until import until
from tests.delivery.oracle import Verdict
from tests.delivery.process import ROOT

#: How long a write of a slow worker takes at most; an area has fewer rows, and hence fewer windows between two writes.
SLOW_SECONDS = {app.COUNCIL: 0.05, app.AREA: 0.2}


class RealNight:
    """One replay of the night on one broker; ``events`` are sent bit by bit, ``agents`` are those that run."""

    def __init__(
        self,
        folder: Path,
        events: Sequence[InputEvent],
        agents: Sequence[str] = (app.COUNCIL,),
        **given: object,
    ) -> None:
        self.folder = folder
        self.events = events
        self.agents = agents
        self.given = {"mode": "replay", "data_dir": folder, **given}
        self._seeds = count(1)

    @property
    def these(self) -> Settings:
        return self._settings("1")

    def create_topics(self, replication: int = 1) -> None:
        app.topics(self.these).create(app.every_topic(self.these), replication)

    @contextmanager
    def worker(
        self, instance: str = "1", agent: str = app.COUNCIL, *, slow: bool = True, without: str = ""
    ) -> Iterator[subprocess.Popen[bytes]]:
        """A worker for the length of a ``with``, killed at its end; a slow one is as the real one otherwise.

        ``without``: a guard that a slow one leaves out (`agent_worker`).
        """
        these = self._settings(instance)
        app.status_file(these, agent).unlink(missing_ok=True)
        command = (
            [
                "tests.chaos.agent_worker",
                agent,
                str(SLOW_SECONDS[agent]),
                str(next(self._seeds)),
                *without.split(),
            ]
            if slow
            else ["streams", "worker", agent]
        )
        with self.log(instance, agent).open("ab") as words:
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

    def log(self, instance: str = "1", agent: str = app.COUNCIL) -> Path:
        return self.folder / f"{agent}-{instance}.log"

    def ready(self, instance: str = "1", agent: str = app.COUNCIL, seconds: float = 90) -> bool:
        path = app.status_file(self._settings(instance), agent)
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
        return asyncio.run(_read_back(self.these, topic))

    def demanded(self) -> Demands:
        """What the declarations on the log demand of the councils."""
        log = self.read(topics.declarations("replay"))
        missing = {event.id for event in self.events} - {_event_id(record) for record in log}
        assert not missing, f"never on the log: {missing}"
        return demands(CouncilKeeper("replay", self.these.partitions), log)

    def verdict(self, seconds: float = 60) -> Verdict:
        """Once all that the logs demand was said, or nothing more was said for a time.

        What areas owe follows from the contributions as they lie on their topic, copies included.
        """
        councils, areas, folded = self.demanded(), Demands(), -1
        records, deadline = -1, 0.0
        while True:
            said = self.said()
            if said.records() != records:  # on a machine that is busy with other things they come slowly
                records, deadline = said.records(), time.monotonic() + seconds
            if app.AREA in self.agents and len(said.contributions) != folded:
                areas = demands(AreaKeeper("replay", self.these.partitions), said.contributions)
                folded = len(said.contributions)
            found = compared(said, councils | areas)
            if (
                not (found.lost or found.refusals_lost or found.standings_wrong)
                or time.monotonic() > deadline
            ):
                return found
            time.sleep(0.5)

    def said(self) -> Said:
        pictures = {app.COUNCIL: topics.standings, app.AREA: topics.boards}
        names = [
            *(name("replay") for name in (topics.headlines, topics.contributions, topics.rejections)),
            *(pictures[agent]("replay") for agent in self.agents),
            *(changelog_topic(self.these.group(agent)) for agent in self.agents),
        ]

        async def read_all() -> list[list[Record]]:
            return await asyncio.gather(*(_read_back(self.these, name) for name in names))

        headlines, contributions, rejections, *rest = asyncio.run(read_all())
        half = len(self.agents)
        return Said(headlines, contributions, rejections, [*chain(*rest[:half])], [*chain(*rest[half:])])

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


async def _read_back(these: Settings, topic: str) -> list[Record]:
    """Every record that lies on a topic, partition by partition in the order of the log."""
    found = [
        Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)
        async for r in clients.lying(these, topic)
    ]
    return sorted(found, key=lambda record: (record.partition, record.offset))


def _event_id(record: Record) -> str:
    return read(record.value).id
