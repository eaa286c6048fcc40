"""A broker, and contenders run on it one after the other, each with an input of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import confluent_kafka as client

from streams.delivery.partition import partition_of
from streams.delivery.status import is_ready, read
from streams.delivery.topics import Changelog, Topics, TopicSpec
from tests.benchmarks.delivery.folds import Name, fold, input_topic
from tests.benchmarks.delivery.workload import Keyed

ROOT = Path(__file__).resolve().parents[3]

Process = subprocess.Popen[bytes]


class Ground:
    """One broker, and a folder for what contenders note."""

    def __init__(self, broker: str, broker_process: int, folder: Path, partitions: int) -> None:
        self.broker = broker
        self.folder = folder
        self.partitions = partitions
        self._broker_process = broker_process
        self._runs = 0

    def send(self, topic: TopicSpec, events: Sequence[Keyed]) -> None:
        """Write events at once, in order, each to its council's partition."""
        settings = {"bootstrap.servers": self.broker, "linger.ms": 20, "batch.size": 131072}
        producer = client.Producer(settings | {"message.max.bytes": 5_000_000})
        for key, value in events:
            where = partition_of(key, self.partitions)
            while True:
                with suppress(BufferError):
                    producer.produce(topic.name, value, key.encode(), partition=where)
                    break
                producer.poll(0.1)
            producer.poll(0)
        assert producer.flush(120) == 0

    def run(
        self, contender: str, name: Name, events: Sequence[Keyed], workers: int = 1, seconds: float = 200
    ) -> dict[str, Any]:
        """One contender, as so many workers of a group, through all events; what it came to.

        Several workers have their partitions before the first event is sent, so that they share them from the
        start; one finds everything there.
        """
        self._runs += 1
        run = f"{contender}-{self._runs}"
        topic = self._topics(name, run)
        if workers == 1:
            self.send(topic, events)
        processes = [self._start(contender, name, run, number) for number in range(workers)]
        deadline = time.monotonic() + seconds
        try:
            if workers > 1:
                self._wait_ready(processes, run, deadline)
                self.send(topic, events)
            broker_began = self._broker_seconds()
            while self._committed(topic, run) < len(events):
                self._still_there(processes, run, deadline)
                time.sleep(0.25)
            broker = self._broker_seconds() - broker_began
            time.sleep(1)  # until the last is noted
        finally:
            _end(processes)
        noted = [json.loads((self.folder / f"{run}-{number}.json").read_text()) for number in range(workers)]
        taken = sum(n["taken"] for n in noted)
        elapsed = max(n["ended"] for n in noted) - min(n["began"] for n in noted if n["taken"])
        processor = sum(n["processor_ended"] - n["processor_began"] for n in noted)
        return {
            "contender": contender if workers == 1 else f"{contender} x{workers}",
            "records": taken,
            "events a second": round(taken / elapsed),
            "processor us": round(processor / taken * 1e6, 1),
            "broker us": round(broker / taken * 1e6, 1),
            "outputs": sum(n["outputs"] for n in noted),
            "MB": round(max(n["memory_mb"] for n in noted)),
        }

    @contextmanager
    def serving(self, name: Name, run: str) -> Iterator[TopicSpec]:
        """One worker of this feed, ready, for the length of a ``with``; its input topic."""
        topic = self._topics(name, run)
        processes = [self._start("ours", name, run, 0)]
        try:
            self._wait_ready(processes, run, time.monotonic() + 60)
            yield topic
        finally:
            _end(processes)

    def _topics(self, name: Name, run: str) -> TopicSpec:
        topic = input_topic(name, run, self.partitions)
        outputs = fold(name, self.partitions).output_topics
        Topics(self.broker).create([topic, *outputs, Changelog(run, self.partitions)])
        return topic

    def _wait_ready(self, processes: Sequence[Process], run: str, deadline: float) -> None:
        files = [self.folder / f"{run}-{number}.status" for number in range(len(processes))]
        while True:
            found = [read(file) for file in files]
            if all(is_ready(s, time.time()) and s and s.partitions for s in found):
                return
            self._still_there(processes, run, deadline)
            time.sleep(0.1)

    def _still_there(self, processes: Sequence[Process], run: str, deadline: float) -> None:
        words = (self.folder / f"{run}-0.log").read_text(errors="replace")[-3000:]
        assert time.monotonic() < deadline, f"{run} is too slow\n{words}"
        assert all(process.poll() is None for process in processes), f"{run} ended\n{words}"

    def _committed(self, topic: TopicSpec, group: str) -> int:
        reader = client.Consumer({"bootstrap.servers": self.broker, "group.id": group, "log_level": 0})
        wanted = [client.TopicPartition(topic.name, p) for p in range(self.partitions)]
        try:
            return sum(max(tp.offset, 0) for tp in reader.committed(wanted, timeout=10))
        except client.KafkaException:
            return -1
        finally:
            reader.close()

    def _broker_seconds(self) -> float:
        fields = Path(f"/proc/{self._broker_process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _start(self, contender: str, name: Name, run: str, number: int) -> Process:
        mark = self.folder / f"{run}-{number}"
        with mark.with_suffix(".log").open("wb") as words:
            return subprocess.Popen(
                [
                    sys.executable, "-m", "tests.benchmarks.delivery.contender", contender,
                    "--fold", name, "--broker", self.broker, "--run", run, "--partitions", str(self.partitions),
                    "--out", str(mark.with_suffix(".json")), "--status", str(mark.with_suffix(".status")),
                    "--instance", mark.name,
                ],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=words, stderr=subprocess.STDOUT,
            )  # fmt: skip


def _end(processes: Sequence[Process]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(12)
        except subprocess.TimeoutExpired:
            process.kill()
