"""Apache Kafka, one for all tests marked ``kafka``; fetched on first use, started only when asked for."""

import itertools
import os
from collections.abc import Callable, Iterator

import pytest

from tests.delivery.night import Night
from tests.delivery.toy import Names
from tests.kafka.secured import Secured, secured_broker
from tests.kafka.server import Kafka, kafka_broker

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with kafka_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture(scope="session")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    with secured_broker(tmp_path_factory.mktemp("secured")) as running:
        yield running


@pytest.fixture(scope="session")
def new_night(kafka: Kafka, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Night]:
    """A function that makes empty nights on Kafka; sessions are short, so that a dead worker is missed soon."""

    def new() -> Night:
        name = f"toy{os.getpid()}k{next(_numbers)}"
        night = Night(kafka.address, "kafka", Names(name), tmp_path_factory.mktemp(name), session=2.0)
        night.create_topics()
        return night

    return new


@pytest.fixture
def night(new_night: Callable[[], Night]) -> Night:
    """An empty night with its topics."""
    return new_night()
