"""The embedded broker, one for all tests of delivery, and a night of its own for each."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.rehearsal.broker import embedded_broker
from tests.delivery.night import Night
from tests.delivery.toy import Names

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded_broker(log=tmp_path_factory.mktemp("broker") / "broker.log") as address:
        yield address


@pytest.fixture
def night(broker: str, tmp_path: Path) -> Night:
    """An empty night with its topics created."""
    night = Night(broker, "embedded", Names(f"toy{os.getpid()}x{next(_numbers)}"), tmp_path)
    night.create_topics()
    return night
