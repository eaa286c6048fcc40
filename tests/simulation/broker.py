"""A broker in memory: what was written, in the order in which it arrived, and one group whose commits are fenced."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import lru_cache

from aiokafka.structs import ConsumerRecord

from streams.delivery.partition import partition_of

Written = tuple[bytes | None, bytes | None]  # key, value


@lru_cache(maxsize=10_000)
def _due(key: bytes | None, partitions: int) -> int:
    return partition_of((key or b"").decode("latin-1"), partitions)


@dataclass
class Broker:
    """``log``: the input by partition.  ``generation`` rises with each rebalance of the group."""

    partitions: int
    incarnation: str = "t1"
    log: list[list[ConsumerRecord]] = field(default_factory=list)
    topics: dict[str, list[list[Written]]] = field(init=False)
    generation: int = 0
    committed: dict[int, int] = field(default_factory=dict)
    _since: set[int] = field(default_factory=set)  # partitions committed since the input topic was created

    def __post_init__(self) -> None:
        self.topics = defaultdict(lambda: [[] for _ in range(self.partitions)])

    def declare(self, topic: str, events: list[Written]) -> None:
        """Begin the input topic with these records; offsets have holes, as a transactional producer leaves them."""
        self.log = [[] for _ in range(self.partitions)]
        self._since.clear()
        for number, (key, value) in enumerate(events):
            run = self.log[_due(key, self.partitions)]
            offset = run[-1].offset + (2 if number % 7 == 3 else 1) if run else 0
            partition = _due(key, self.partitions)
            run.append(ConsumerRecord(topic, partition, offset, 0, 0, key, value, None, 0, 0, ()))

    def append(self, topic: str, partition: int | None, key: bytes | None, value: bytes | None) -> None:
        """Write a record; without a partition its key picks one."""
        where = _due(key, self.partitions) if partition is None else partition
        self.topics[topic][where].append((key, value))

    def commit(self, generation: int, offsets: dict[int, int]) -> bool:
        """Commit for a member of a generation; False, and nothing, when there is a later one."""
        if generation != self.generation:
            return False
        self.committed.update(offsets)
        self._since.update(offsets)
        return True

    def drained(self) -> bool:
        """Whether everything of the input is committed."""
        return all(
            not run or (partition in self._since and self.committed[partition] > run[-1].offset)
            for partition, run in enumerate(self.log)
        )
