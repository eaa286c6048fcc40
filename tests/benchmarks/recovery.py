"""How long a worker takes from its assignment to its first record with a full changelog, and what that takes in memory.

`python -m tests.benchmarks.recovery [KEYS VERSIONS]`, by default 400 councils with 250 rows each: 100,000 records of
the changelog on Apache Kafka, four partitions, one worker.  Printed: seconds from the assignment to ready, of which
reading, and the largest resident memory of the worker.
"""

import re
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import confluent_kafka as client

from streams.delivery.envelope import Envelope, seal_attachment, seal_mark, seal_row
from streams.delivery.rows import MARK_KEY
from streams.delivery.table import changelog_topic
from streams.delivery.topics import Topics
from tests.delivery.night import Night
from tests.delivery.toy import Names, Tally, ToyKeeper, canonical
from tests.kafka.server import kafka_broker

PARTITIONS = 4
WARDS = 20


def main() -> None:
    """Measure once and print."""
    keys, versions = (int(word) for word in sys.argv[1:3] or ("400", "250"))
    folder = Path(tempfile.mkdtemp())
    with kafka_broker(folder) as kafka:
        night = Night(kafka.address, "kafka", Names("full"), folder, partitions=PARTITIONS)
        night.create_topics()
        size = fill(night, keys, versions)
        with night.worker() as worker:
            assert worker.ready(200), worker.words()
            memory = peak_mb(worker.process.pid)
            words = worker.words()
            assert worker.leave() == 0, worker.words()
    rows = sum(int(found) for found in re.findall(r"partition\.opened .* rows=(\d+)", words))
    assert rows == keys, words
    assigned, read = moment(words, "newly assigned"), moment(words, "partition.opened")
    ready = moment(words, "worker.ready")
    print(  # noqa: T201
        f"{keys * versions} rows of {keys} keys, {size / 1e6:.0f} MB as written: ready after"
        f" {(ready - assigned).total_seconds():.2f} s, of which {(read - assigned).total_seconds():.2f} s until the"
        f" first partition was open; {memory} MB resident"
    )


def fill(night: Night, keys: int, versions: int) -> int:
    """Write marks, maps and rows as a worker would have, in the order of a night; the bytes of the rows."""
    topic, incarnation = (
        changelog_topic(night.names.app),
        Topics(night.broker).identity(night.names.declarations),
    )
    settings: dict[str, Any] = {"bootstrap.servers": night.broker, "acks": "all", "linger.ms": 20}
    producer = client.Producer({**settings, "queue.buffering.max.messages": 1_000_000})

    def write(number: int, key: bytes, value: bytes) -> None:
        producer.produce(topic, value, key, partition=number % PARTITIONS)
        producer.poll(0)

    for partition in range(PARTITIONS):
        write(partition, MARK_KEY, seal_mark(str(incarnation)))
    up = canonical({f"w{ward}": 1 for ward in range(WARDS)})
    for number in range(keys):
        write(number, f"c{number}#map-1".encode(), seal_attachment(up))
    size = 0
    for version in range(1, versions + 1):
        for number in range(keys):
            row = seal_row(
                Envelope(
                    version, version * keys + number, str(incarnation), (), state(night, number, version)
                )
            )
            size += len(row)
            write(number, f"c{number}".encode(), row)
    assert producer.flush(120) == 0
    return size


def state(night: Night, number: int, version: int) -> bytes:
    """A council with all wards declared, in one of its versions."""
    wards = {
        f"w{ward}": (version, f"c{number}:w{ward}:{version}", {"A": number % 3, "B": 1})
        for ward in range(WARDS)
    }
    return ToyKeeper(night.names).dump(Tally(version, 1, {}, wards, "?"))


def moment(words: str, said: str) -> datetime:
    """When the log first said so."""
    line = next(line for line in words.splitlines() if said in line)
    return datetime.strptime(line[:23], "%Y-%m-%d %H:%M:%S,%f")  # noqa: DTZ007


def peak_mb(pid: int) -> int:
    """The largest resident memory of a process so far."""
    (found,) = re.findall(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found) // 1024


if __name__ == "__main__":
    main()
