"""Topics that a client made by asking for them: not as they must be, and deleted if nothing was written to them."""

import time
from collections.abc import Sequence

from confluent_kafka import KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]

from streams.delivery.faults import ConfigurationFault
from streams.delivery.topics import Topics, TopicSpec


def delete_unfit(topics: Topics, specs: Sequence[TopicSpec]) -> list[str]:
    """Delete the topics that a check would refuse; their names.  Blocks until the broker shows them no longer.

    ConfigurationFault, and nothing is deleted, when one of them was ever written to.
    """
    unfit = topics.unfit(specs)
    for name, fault in unfit.items():
        if _written(topics, name):
            raise ConfigurationFault(
                f"{fault} Something was written to it, so it stays: end all workers, and if nobody needs what it holds,"
                " delete it with Kafka's own tools, or start the embedded broker anew."
            )
    admin, patience = topics.administration.client, topics.administration.patience
    for name in unfit:
        try:
            topics.administration.answer(admin.delete_topics([name], request_timeout=patience)[name])
        except KafkaException as refused:
            raise topics.administration.fault(f"cannot delete topic {name}", refused) from None
    until = time.monotonic() + patience
    while any(topics.identity(name) for name in unfit) and time.monotonic() < until:
        time.sleep(0.1)
    return list(unfit)


def _written(topics: Topics, name: str) -> bool:
    # Its end tells: it stays where it is when records are deleted, and is 0 only before the first.
    latest: OffsetSpec = OffsetSpec.latest()  # type: ignore[no-untyped-call]
    ends = {TopicPartition(name, number): latest for number in range(topics.partitions(name))}
    administration = topics.administration
    asked = administration.client.list_offsets(ends, request_timeout=administration.patience)
    return any(administration.answer(future).offset > 0 for future in asked.values())
