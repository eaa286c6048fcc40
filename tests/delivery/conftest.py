"""The embedded broker, one for all tests of delivery, and a night of its own for each."""

import itertools
import os
from collections.abc import Callable, Iterator

import pytest

from streams.rehearsal.broker import embedded_broker
from tests.delivery.night import Night
from tests.delivery.toy import Names

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded_broker(log=tmp_path_factory.mktemp("broker") / "broker.log") as address:
        yield address


@pytest.fixture(scope="session")
def new_night(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Night]:
    """A function that makes empty nights with their topics."""

    def new() -> Night:
        name = f"toy{os.getpid()}x{next(_numbers)}"
        night = Night(broker, "embedded", Names(name), tmp_path_factory.mktemp(name))
        night.create_topics()
        return night

    return new


@pytest.fixture
def night(new_night: Callable[[], Night]) -> Night:
    """An empty night with its topics."""
    return new_night()
