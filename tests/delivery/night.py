"""A toy night on a real broker: its topics, its declarations, its workers, and reading back what was written."""

import json
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import confluent_kafka as client
from confluent_kafka.admin import AdminClient

from streams.delivery.topics import Topics
from tests.delivery.process import Worker
from tests.delivery.toy import Names, canonical, specs

Read = tuple[int, int, bytes | None, bytes | None]  # partition, offset, key, value


@dataclass
class Night:
    """One night's topics on a broker; its workers may reach it by another address than the tests do."""

    broker: str
    profile: str
    names: Names
    folder: Path
    partitions: int = 3
    session: float | None = None
    workers_broker: str | None = None
    produced: int = 0  # records that lie on the declarations topic
    started: int = 0
    _ends: dict[int, int] = field(default_factory=dict)

    def create_topics(self) -> None:
        Topics(self.broker).create(specs(self.names, self.partitions))

    def produce(self, events: Sequence[bytes | dict[str, Any]]) -> None:
        """Write events in order, each to its council's partition, awaiting all of them."""
        settings: dict[str, Any] = {"bootstrap.servers": self.broker, "acks": "all", "log_level": 0}
        if self.profile == "embedded":  # its end offset is wrong after a batch of several records
            settings["batch.num.messages"] = 1
        if not self.produced:
            self._ends.clear()

        def lies(error: Any, message: Any) -> None:
            # A client that sent twice, because it heard no answer, tells the later place.
            assert error is None, error
            here = message.partition()
            self._ends[here] = max(self._ends.get(here, 0), message.offset() + 1)

        producer = client.Producer(settings)
        for event in events:
            value = event if isinstance(event, bytes) else canonical(event)
            key = b"poison" if isinstance(event, bytes) else str(event["council"]).encode()
            partition = zlib.crc32(key) % self.partitions
            producer.produce(self.names.declarations, value, key, partition=partition, on_delivery=lies)
            producer.poll(0)
        assert producer.flush(90) == 0
        self.produced = sum(self._ends.values())

    @contextmanager
    def worker(self, **options: object) -> Iterator[Worker]:
        """A worker for the length of a ``with``; killed at its end if it still runs."""
        with self.workers(**options) as start:
            yield start()

    @contextmanager
    def workers(self, **options: object) -> Iterator[Callable[..., Worker]]:
        """A function that starts workers, each with options of its own; all are killed at the end of the ``with``."""
        started: list[Worker] = []
        given: dict[str, object] = {
            "broker": self.workers_broker or self.broker,
            "prefix": self.names.prefix,
            "profile": self.profile,
            "partitions": self.partitions,
            **({} if self.session is None else {"session": self.session}),
            **options,
        }

        def start(**more: object) -> Worker:
            self.started += 1
            started.append(Worker(self.folder, self.started, {**given, **more}))
            return started[-1]

        try:
            yield start
        finally:
            for worker in started:
                worker.kill()

    def committed(self) -> int:
        reader = client.Consumer(self.reading(self.names.app))
        wanted = [client.TopicPartition(self.names.declarations, p) for p in range(self.partitions)]
        try:
            return sum(max(tp.offset, 0) for tp in reader.committed(wanted, timeout=30))
        except client.KafkaException:
            return -1  # the group is between two lives
        finally:
            reader.close()

    def forget_group(self) -> None:
        admin = AdminClient({"bootstrap.servers": self.broker, "log_level": 0})
        admin.delete_consumer_groups([self.names.app])[self.names.app].result()

    def drained(self, seconds: float = 120) -> bool:
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
            self.reading(f"{self.names.prefix}-reader")
            | {"enable.partition.eof": True, "auto.offset.reset": "earliest"}
        )
        reader.assign([client.TopicPartition(topic, p, 0) for p in range(self.partitions)])
        ended: set[int] = set()
        found: list[Read] = []
        deadline = time.monotonic() + 90
        while len(ended) < self.partitions:
            assert time.monotonic() < deadline, f"{topic} cannot be read to its end"
            message = reader.poll(1)
            if message is None:
                continue
            partition, offset = message.partition() or 0, message.offset() or 0
            if (error := message.error()) is None:
                found.append((partition, offset, message.key(), message.value()))
            elif error.code() == client.KafkaError._PARTITION_EOF:
                ended.add(partition)
        reader.close()
        return sorted(found, key=lambda read: read[:2])

    def reading(self, group: str) -> dict[str, Any]:
        """How a consumer of this night is set."""
        return {
            "bootstrap.servers": self.broker,
            "group.id": group,
            "enable.auto.commit": False,
            "log_level": 0,
        }


def loads(value: bytes | None) -> Any:
    return json.loads(value or b"null")
