"""A toy night on a real broker: its topics, its declarations, its workers, and reading back what was written."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import confluent_kafka as client
from confluent_kafka.admin import AdminClient  # type: ignore[attr-defined]

from streams.delivery import status
from streams.delivery.topics import Changelog, Topics, TopicSpec
from tests.delivery.toy import Names, canonical

ROOT = Path(__file__).resolve().parents[2]

Read = tuple[int, int, bytes | None, bytes | None]  # partition, offset, key, value


@dataclass(frozen=True)
class Spec:
    name: str
    partitions: int
    config: dict[str, str] = field(default_factory=lambda: {"cleanup.policy": "delete", "retention.ms": "-1"})


def specs(names: Names, partitions: int) -> list[TopicSpec]:
    """The input topic first, then the outputs and the changelog."""
    plain = [names.declarations, names.headlines, names.standings, names.rejections]
    return [*(Spec(name, partitions) for name in plain), Changelog(names.app, partitions)]


@dataclass
class Night:
    """One night's topics on a broker."""

    broker: str
    profile: str
    names: Names
    folder: Path
    partitions: int = 3
    session: float | None = None
    produced: int = 0
    started: int = 0

    def create_topics(self) -> None:
        Topics(self.broker).create(specs(self.names, self.partitions))

    def produce(self, events: Sequence[bytes | dict[str, Any]]) -> None:
        """Write events in order, each to its council's partition, awaiting all of them."""
        settings: dict[str, Any] = {"bootstrap.servers": self.broker, "acks": "all", "log_level": 0}
        if self.profile == "embedded":  # its end offset is wrong after a batch of several records
            settings["batch.num.messages"] = 1
        producer = client.Producer(settings)
        for event in events:
            value = event if isinstance(event, bytes) else canonical(event)
            key = b"poison" if isinstance(event, bytes) else str(event["council"]).encode()
            producer.produce(self.names.declarations, value, key, partition=zlib.crc32(key) % self.partitions)
            producer.poll(0)
        assert producer.flush(30) == 0
        self.produced += len(events)

    @contextmanager
    def worker(self, **options: object) -> Iterator["Worker"]:
        """A worker for the length of a ``with``; killed at its end if it still runs."""
        self.started += 1
        worker = Worker(self, self.started, options)
        try:
            yield worker
        finally:
            worker.kill()

    @contextmanager
    def workers(self, **options: object) -> Iterator[Callable[[], "Worker"]]:
        """A function that starts workers; all are killed at the end of the ``with``."""
        started: list[Worker] = []

        def start() -> Worker:
            self.started += 1
            started.append(Worker(self, self.started, options))
            return started[-1]

        try:
            yield start
        finally:
            for worker in started:
                worker.kill()

    def committed(self) -> int:
        reader = client.Consumer(self._reading(self.names.app))
        wanted = [client.TopicPartition(self.names.declarations, p) for p in range(self.partitions)]
        try:
            return sum(max(tp.offset, 0) for tp in reader.committed(wanted, timeout=10))
        except client.KafkaException:
            return -1  # the group is between two lives
        finally:
            reader.close()

    def forget_group(self) -> None:
        admin = AdminClient({"bootstrap.servers": self.broker, "log_level": 0})
        admin.delete_consumer_groups([self.names.app])[self.names.app].result()

    def drained(self, seconds: float = 40) -> bool:
        """Whether everything produced is committed within a time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.committed() == self.produced:
                return True
            time.sleep(0.1)
        return False

    def read(self, topic: str) -> list[Read]:
        """All records of a topic, by partition and offset."""
        reader = client.Consumer(
            self._reading(f"{self.names.prefix}-reader")
            | {"enable.partition.eof": True, "auto.offset.reset": "earliest"}
        )
        reader.assign([client.TopicPartition(topic, p, 0) for p in range(self.partitions)])
        ended: set[int] = set()
        found: list[Read] = []
        deadline = time.monotonic() + 30
        while len(ended) < self.partitions:
            assert time.monotonic() < deadline, f"{topic} cannot be read to its end"
            message = reader.poll(1)
            if message is None:
                continue
            if (error := message.error()) is None:
                found.append((message.partition(), message.offset(), message.key(), message.value()))
            elif error.code() == client.KafkaError._PARTITION_EOF:
                ended.add(message.partition())
        reader.close()
        return sorted(found, key=lambda read: read[:2])

    def _reading(self, group: str) -> dict[str, Any]:
        return {
            "bootstrap.servers": self.broker,
            "group.id": group,
            "enable.auto.commit": False,
            "log_level": 0,
        }


class Worker:
    """One worker process."""

    script = "tests.delivery.toy_worker"

    def __init__(self, night: Night, number: int, options: dict[str, object]) -> None:
        self.log = night.folder / f"worker-{number}.log"
        self.status = night.folder / f"worker-{number}.json"
        given: dict[str, object] = {
            "broker": night.broker,
            "prefix": night.names.prefix,
            "profile": night.profile,
            "partitions": night.partitions,
            "status": self.status,
            "seed": number,
            **({} if night.session is None else {"session": night.session}),
            **options,
        }
        script = given.pop("script", self.script)
        arguments = [part for name, value in given.items() for part in (f"--{name}", str(value))]
        with self.log.open("wb") as words:
            self.process = subprocess.Popen(
                [sys.executable, "-m", str(script), *arguments],
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
            )

    def words(self) -> str:
        return self.log.read_text(errors="replace")

    def running(self) -> bool:
        return self.process.poll() is None

    def ready(self, seconds: float = 30) -> bool:
        """Whether it takes records within a time; False as well when it ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.running():
            if status.is_ready(status.read(self.status), time.time()):
                return True
            time.sleep(0.05)
        return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self, number: int = signal.SIGTERM, seconds: float = 15) -> int:
        """Ask it to leave; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


def evening(seed: int, councils: int = 6, wards: int = 8) -> list[bytes | dict[str, Any]]:
    """A toy evening: maps, declarations, corrections, duplicates, conflicts, poison, wards before their map."""
    lot = random.Random(seed)
    events: list[bytes | dict[str, Any]] = []
    for c in range(councils):
        council = f"c{seed}-{c}"
        all_wards = {f"w{w}": 1 + (c + w) % 3 for w in range(wards)}
        first = dict(list(all_wards.items())[: wards - 2])  # two wards come with a later map
        own: list[bytes | dict[str, Any]] = [
            {"id": f"{council}:m1", "kind": "map", "council": council, "version": 1, "wards": first}
        ]
        later = {"id": f"{council}:m2", "kind": "map", "council": council, "version": 2, "wards": all_wards}
        declared = [
            _declared(lot, council, ward, seats, rev)
            for ward, seats in all_wards.items()
            for rev in range(1, lot.randint(1, 3) + 1)
        ]
        lot.shuffle(declared)
        declared += [dict(e) for e in lot.sample(declared, len(declared) // 4)]  # come twice
        declared += [
            {**e, "id": e["id"] + "!"} for e in lot.sample(declared, 2)
        ]  # the same revision, another event
        declared.insert(len(declared) // 2, later)
        own += declared
        events += own
    lot.shuffle(events)  # a map may come after its declarations
    for _ in range(len(events) // 10):
        events.insert(
            lot.randrange(len(events)), lot.choice([b"", b"{", b"\xff\xfe", b"[]", b"null", b'{"council":'])
        )
    return events


def _declared(lot: random.Random, council: str, ward: str, seats: int, rev: int) -> dict[str, Any]:
    parties: dict[str, int] = {}
    for _ in range(seats):
        party = lot.choice("AAABBC")
        parties[party] = parties.get(party, 0) + 1
    return {
        "id": f"{council}:{ward}:{rev}",
        "kind": "ward",
        "council": council,
        "ward": ward,
        "rev": rev,
        "seats": parties,
    }


def loads(value: bytes | None) -> Any:
    return json.loads(value or b"null")
