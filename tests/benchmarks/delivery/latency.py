"""From the declaration to its first headline, beside a bare produce and consume of the same records on the same broker.

`python -m tests.benchmarks.delivery.latency [--rate 50] [--seconds 25]` prints one JSON line: the floor, declarations
to headlines through one worker with the full rules, and the floor again beside that worker. One process sends and
reads, so there is one clock.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import confluent_kafka as client
import orjson

from schemas import topics
from streams.delivery.partition import partition_of
from streams.delivery.topics import Topics, TopicSpec
from tests.benchmarks.delivery.folds import Topic
from tests.benchmarks.delivery.ground import Ground
from tests.benchmarks.delivery.workload import Keyed, nights
from tests.kafka.server import kafka_broker

#: Sent before anything is measured, at the same rate.
WARM_SECONDS = 5


class Clock:
    """When each event was sent, and when it was first seen on a topic."""

    def __init__(self, broker: str, topic: str, causes: Callable[[bytes], Sequence[str]]) -> None:
        self.sent: dict[str, float] = {}
        self.seen: dict[str, float] = {}
        self._causes = causes
        self._reader = client.Consumer(
            {
                "bootstrap.servers": broker,
                "group.id": f"latency-{time.time_ns()}",
                "auto.offset.reset": "latest",
                "fetch.wait.max.ms": 500,
                "fetch.min.bytes": 1,
                "log_level": 0,
            }
        )
        partitions = len(self._reader.list_topics(topic, timeout=10).topics[topic].partitions)
        ends = [
            self._reader.get_watermark_offsets(client.TopicPartition(topic, p), timeout=10)[1]
            for p in range(partitions)
        ]
        self._reader.assign([client.TopicPartition(topic, p, end) for p, end in enumerate(ends)])
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._ended.is_set():
            message = self._reader.poll(0.1)
            if message is None or message.error():
                continue
            now = time.perf_counter()
            for cause in self._causes(message.value() or b""):
                self.seen.setdefault(cause, now)

    def taken(self) -> list[float]:
        """Milliseconds from sent to seen, sorted; once reading has ended."""
        time.sleep(1.5)
        self._ended.set()
        self._thread.join()
        self._reader.close()
        return sorted((self.seen[i] - at) * 1e3 for i, at in self.sent.items() if i in self.seen)


def send(ground: Ground, topic: TopicSpec, events: Sequence[Keyed], rate: float, clock: Clock) -> None:
    """Send on a fixed schedule, ``rate`` a second, and note when."""
    producer = client.Producer({"bootstrap.servers": ground.broker, "linger.ms": 0, "acks": "all"})
    start = time.perf_counter()
    for number, (key, value) in enumerate(events):
        wait = start + number / rate - time.perf_counter()
        if wait > 0:
            time.sleep(wait)
        clock.sent[orjson.loads(value)["id"]] = time.perf_counter()
        producer.produce(topic.name, value, key.encode(), partition=partition_of(key, ground.partitions))
        producer.poll(0)
    assert producer.flush(30) == 0


def summary(taken: Sequence[float]) -> dict[str, float]:
    """Milliseconds at the middle, at 95 and 99 of a hundred, and the longest."""
    cut = statistics.quantiles(taken, n=100)
    found = {"samples": len(taken), "p50": cut[49], "p95": cut[94], "p99": cut[98], "max": taken[-1]}
    return {name: round(value, 2) for name, value in found.items()}


def measure(ground: Ground, maps: Sequence[Keyed], events: Sequence[Keyed], rate: float) -> dict[str, Any]:
    """The floor, one worker's declaration to headline, and the floor again beside that worker."""
    bare = Topic("floor", ground.partitions)
    Topics(ground.broker).create([bare])
    time.sleep(2)  # leaders are found
    _floor(ground, bare, events, rate)  # a broker that has just started is slow
    found: dict[str, Any] = {"floor": _floor(ground, bare, events, rate)}
    with ground.serving("rules", "latency") as topic:
        ground.send(topic, maps)
        warm = int(rate * WARM_SECONDS)
        send(ground, topic, events[:warm], rate, Clock(ground.broker, bare.name, lambda _: ()))
        time.sleep(1)
        said = Clock(ground.broker, topics.headlines("replay"), lambda value: orjson.loads(value)["causes"])
        send(ground, topic, events[warm:], rate, said)
        found["declared to headline"] = summary(said.taken())
        found["floor beside the worker"] = _floor(ground, bare, events, rate)
    return found


def _floor(ground: Ground, bare: Topic, events: Sequence[Keyed], rate: float) -> dict[str, float]:
    clock = Clock(ground.broker, bare.name, lambda value: [orjson.loads(value)["id"]])
    send(ground, bare, events[: int(rate * 10)], rate, clock)
    return summary(clock.taken())


def main() -> None:
    """Print one JSON line."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rate", type=float, default=50)
    arguments.add_argument("--seconds", type=float, default=25)
    given = arguments.parse_args()
    wanted = int(given.rate * given.seconds)
    everything = nights(wanted // 700 + 1)
    maps = [keyed for keyed in everything if b'"CouncilOpened"' in keyed[1]]
    events = [keyed for keyed in everything if b'"CouncilOpened"' not in keyed[1]][:wanted]
    with tempfile.TemporaryDirectory() as folder, kafka_broker(Path(folder)) as kafka:
        ground = Ground(kafka.address, kafka.process, Path(folder), 8)
        sys.stdout.write(json.dumps(measure(ground, maps, events, given.rate)) + "\n")


if __name__ == "__main__":
    main()
