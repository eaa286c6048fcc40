"""Topics are created once, with their policies, and told apart by their identity."""

import socket
from collections.abc import Callable

import pytest
from confluent_kafka.admin import AdminClient

from streams.delivery.reaching import Unreached
from streams.delivery.table import changelog_topic
from streams.delivery.topics import Changelog, Topics
from tests.delivery.night import Night
from tests.delivery.toy import specs


def test_creating_again_changes_nothing(night: Night) -> None:
    topics = Topics(night.broker)

    assert topics.create(specs(night.names, night.partitions)) == []
    topics.check(specs(night.names, night.partitions))


def test_a_changelog_is_never_compacted_and_never_forgets() -> None:
    changelog = Changelog("council", 4)

    assert changelog.name == changelog_topic("council") == "council-rows-changelog"
    assert changelog.config == {"cleanup.policy": "delete", "retention.ms": "-1"}


def test_a_topic_created_anew_is_another_topic(new_night: Callable[[], Night]) -> None:
    night = new_night()
    topics, name = Topics(night.broker), night.names.standings
    before = topics.identity(name)
    admin = AdminClient({"bootstrap.servers": night.broker})
    admin.delete_topics([name])[name].result()
    between = topics.identity(name)
    night.create_topics()

    assert (before is None, between, topics.identity(name) == before) == (False, None, False)


def test_what_listens_and_says_nothing_is_said_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(Unreached) as refused:
            Topics(address, patience_seconds=1).check([Changelog("council", 1)])

    assert str(refused.value) == (
        f"What listens at {address} has not answered within 3 s: wait until the broker there has started, or set"
        " RESULTS_BROKER to where one is."
    )
