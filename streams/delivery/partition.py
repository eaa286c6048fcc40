"""The partition of a key, as the default partitioner of Kafka's clients chooses it."""

from aiokafka.partitioner import murmur2


def partition_of(key: str, partitions: int) -> int:
    """The number of the partition, out of so many, on which all records of a key lie."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % partitions
