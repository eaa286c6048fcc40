"""Apache Kafka, one for all tests marked ``kafka``; fetched on first use, started only when asked for."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.delivery.night import Night
from tests.delivery.toy import Names
from tests.kafka.server import Kafka, kafka_broker

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with kafka_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture
def night(kafka: Kafka, tmp_path: Path) -> Night:
    """An empty night on Kafka; its sessions are short, so that a dead worker is missed soon."""
    night = Night(kafka.address, "kafka", Names(f"toy{os.getpid()}x{next(_numbers)}"), tmp_path, session=2.0)
    night.create_topics()
    return night
