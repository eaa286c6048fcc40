"""Topics that some client made by asking for them are deleted, and none that was ever written to."""

from collections.abc import Callable

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]

from streams.delivery.faults import ConfigurationFault
from streams.delivery.mending import delete_unfit
from streams.delivery.table import changelog_topic
from streams.delivery.topics import Topics
from tests.delivery.night import Night
from tests.delivery.toy import specs


def made_by_asking(night: Night, *names: str, partitions: int = 5) -> Topics:
    """The topics of a night, some of which have other partitions and no policy."""
    admin = AdminClient({"bootstrap.servers": night.broker})
    for future in admin.delete_topics([*names]).values():
        future.result()
    for future in admin.create_topics([NewTopic(name, partitions, 1) for name in names]).values():
        future.result()
    return Topics(night.broker)


def test_what_was_made_by_asking_is_deleted_and_can_be_created(new_night: Callable[[], Night]) -> None:
    night = new_night()
    wanted, changelog = specs(night.names, night.partitions), changelog_topic(night.names.app)
    topics = made_by_asking(night, night.names.headlines)
    made_by_asking(night, changelog, partitions=night.partitions)
    before = topics.identity(night.names.declarations)

    deleted = delete_unfit(topics, wanted)
    created = topics.create(wanted)
    topics.check(wanted)

    assert set(deleted) == set(created) == {night.names.headlines, changelog}
    assert topics.identity(night.names.declarations) == before
    assert delete_unfit(topics, wanted) == []


def test_what_was_written_to_stays_and_so_does_all_else(new_night: Callable[[], Night]) -> None:
    night = new_night()
    topics = made_by_asking(night, night.names.headlines, night.names.standings)
    producer = Producer({"bootstrap.servers": night.broker, "linger.ms": 100})
    for _ in range(10):  # one batch of which the embedded broker knows the beginning alone
        producer.produce(night.names.standings, b"word", partition=3)
    assert producer.flush(20) == 0
    before = [topics.identity(name) for name in (night.names.headlines, night.names.standings)]

    with pytest.raises(
        ConfigurationFault, match=f"^Topic {night.names.standings} has 5 .* so it stays: end all"
    ):
        delete_unfit(topics, specs(night.names, night.partitions))

    assert [topics.identity(name) for name in (night.names.headlines, night.names.standings)] == before
