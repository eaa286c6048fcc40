"""Where scenarios run: brokers of one kind, gone with the stage, and empty nights on them."""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from streams.delivery.profiles import ProfileName
from streams.rehearsal.broker import embedded_broker
from tests.chaos.proxy import HOST, Proxy, proxy
from tests.delivery.night import Night
from tests.delivery.toy import Names
from tests.kafka.server import Kafka, free_ports

#: So that a dead worker is missed soon; the embedded broker has its own, of 2 s as well.
SESSION_SECONDS = 2.0

_numbers = itertools.count(1)


@dataclass
class Stage:
    """One kind of broker and a folder for everything that is written."""

    profile: ProfileName
    folder: Path
    #: The broker that all share.
    address: str = ""

    def night(self, address: str | None = None, session: float = SESSION_SECONDS) -> Night:
        """An empty night with its topics, on the broker that all share or the one at an address."""
        name = f"toy{os.getpid()}n{next(_numbers)}"
        night = Night(
            address or self.address, self.profile, Names(name), self.new_folder(name), session=session
        )
        night.create_topics()
        return night

    def new_folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder

    @contextmanager
    def kafka(self) -> Iterator[Kafka]:
        """An Apache Kafka that a scenario may kill."""
        broker = Kafka(self.new_folder(f"kafka{next(_numbers)}"), heap_mb=256)
        try:
            broker.start()
            yield broker
        finally:
            broker.kill()

    @contextmanager
    def behind_a_proxy(self) -> Iterator[tuple[Night, Proxy]]:
        """A night whose workers reach their broker through a proxy alone.

        Kafka has a listener of its own for them; the embedded broker knows one address only, so the tests go
        through the proxy as well.
        """
        port, behind = free_ports(2)
        with proxy(port) as between:
            if self.profile == "embedded":
                log = self.new_folder(f"broker{next(_numbers)}") / "broker.log"
                between.upstream_port = behind
                with embedded_broker(behind, log, advertised=between.address):
                    yield self.night(between.address), between
                return
            between.upstream_port = behind
            broker = Kafka(
                self.new_folder(f"kafka{next(_numbers)}"), _listening_for_workers(behind, port), heap_mb=256
            )
            try:
                broker.start()
                night = self.night(broker.address)
                night.workers_broker = between.address
                yield night, between
            finally:
                broker.kill()


@contextmanager
def stage(profile: ProfileName, folder: Path) -> Iterator[Stage]:
    """A stage for the length of a ``with``; the data of its brokers is gone afterwards, the words of workers stay.

    The shared broker starts here, not where it is first wanted: a broker ends with the thread that started it.
    """
    running = Stage(profile, folder)
    try:
        with ExitStack() as stack:
            if profile == "embedded":
                log = running.new_folder("broker") / "broker.log"
                running.address = stack.enter_context(embedded_broker(log=log))
            else:
                running.address = stack.enter_context(running.kafka()).address
            yield running
    finally:
        for data in folder.glob("*/data"):
            shutil.rmtree(data, ignore_errors=True)


def _listening_for_workers(port: int, advertised: int) -> dict[str, str]:
    return {
        "listeners": f"PLAINTEXT://{HOST}:{{port}},WORKERS://{HOST}:{port},CONTROLLER://{HOST}:{{controller}}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{{port}},WORKERS://{HOST}:{advertised}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,WORKERS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    }
