"""Three Apache Kafka brokers on loopback, each a controller too; every topic is on all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import KafkaException, TopicCollection
from confluent_kafka.admin import AdminClient

from tests.chaos.until import until
from tests.kafka.server import Kafka, free_ports

NODES = (1, 2, 3)

#: What a cluster has in operation; its own topics on all brokers as well.
SETTINGS = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
}


class Cluster:
    """Three brokers, of which any may be killed and started again."""

    def __init__(self, folder: Path) -> None:
        voters = dict(zip(NODES, free_ports(len(NODES)), strict=True))
        self.brokers: dict[int, Kafka] = {}
        for node in NODES:
            own = folder / str(node)
            own.mkdir()
            self.brokers[node] = Kafka(own, SETTINGS, node=node, voters=voters, heap_mb=256)

    @property
    def addresses(self) -> str:
        """As clients take several: with commas."""
        return ",".join(broker.address for broker in self.brokers.values())

    def start(self) -> None:
        for broker in self.brokers.values():
            broker.begin()
        for broker in self.brokers.values():
            broker.wait()

    def kill(self) -> None:
        for broker in self.brokers.values():
            broker.kill()

    def leader(self, topic: str, partition: int) -> int:
        """The node that leads a partition."""
        admin = self._admin()
        found = admin.describe_topics(TopicCollection([topic]), request_timeout=20)[topic].result()
        return int(found.partitions[partition].leader.id)

    def in_sync(self, topics: list[str], seconds: float = 60) -> bool:
        """Whether within a time every partition of these topics is in sync on all brokers."""
        admin = self._admin()

        def all_in_sync() -> bool:
            try:
                found = admin.describe_topics(TopicCollection(topics), request_timeout=5)
                return all(
                    len(partition.isr) == len(NODES)
                    for topic in found.values()
                    for partition in topic.result().partitions
                )
            except KafkaException:
                return False

        return until(all_in_sync, seconds, pause=0.5)

    def _admin(self) -> AdminClient:
        return AdminClient({"bootstrap.servers": self.addresses, "log_level": 0})


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A running cluster, empty at first, gone afterwards."""
    brokers = Cluster(folder)
    try:
        brokers.start()
        yield brokers
    finally:
        brokers.kill()
