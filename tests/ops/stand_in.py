"""A stand-in for a worker that a test does without: reads a topic for a group and commits, and does nothing else."""

import signal
import sys

from confluent_kafka import Consumer


def main(broker: str, group: str, topic: str) -> None:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    client = Consumer(
        {
            "bootstrap.servers": broker, "group.id": group, "auto.offset.reset": "earliest",
            "auto.commit.interval.ms": 500, "session.timeout.ms": 6000,
        }
    )  # fmt: skip
    client.subscribe([topic])
    try:
        while True:
            client.poll(0.5)
    finally:
        client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
