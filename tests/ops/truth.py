"""The lag of a group by another client and other means than the monitor's: an oracle for its figures."""

import time
from contextlib import closing

from confluent_kafka import Consumer, TopicPartition


def late_seconds(broker: str, group: str, topic: str, partitions: int) -> float:
    """Age of the oldest record that the group has not committed, seconds; 0 when there is none."""
    oldest = None
    with closing(
        Consumer({"bootstrap.servers": broker, "group.id": group, "enable.auto.commit": False})
    ) as client:
        wanted = [TopicPartition(topic, number) for number in range(partitions)]
        for place in client.committed(wanted, timeout=60):
            stamp = _written_at(client, topic, place.partition, max(place.offset, 0))
            if stamp is not None and (oldest is None or stamp < oldest):
                oldest = stamp
    return 0.0 if oldest is None else time.time() - oldest


def _written_at(client: Consumer, topic: str, partition: int, offset: int) -> float | None:
    there = TopicPartition(topic, partition, offset)
    _, end = client.get_watermark_offsets(there, timeout=60)
    client.assign([there])
    # The embedded broker's end may be short by a batch; nothing comes when nothing is unread.
    deadline = time.monotonic() + (60.0 if end > offset else 0.7)
    while time.monotonic() < deadline:
        message = client.poll(0.1)
        if message is not None and message.error() is None:
            return float(message.timestamp()[1]) / 1000
    return None
