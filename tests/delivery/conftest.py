"""The embedded broker, one for all tests of delivery, and a night of its own for each."""

import itertools
import os
from collections.abc import Callable, Iterator
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
def new_night(broker: str, tmp_path: Path) -> Callable[[], Night]:
    """A function that makes empty nights with their topics."""

    def new() -> Night:
        name = f"toy{os.getpid()}x{next(_numbers)}"
        folder = tmp_path / name
        folder.mkdir()
        night = Night(broker, "embedded", Names(name), folder)
        night.create_topics()
        return night

    return new


@pytest.fixture
def night(new_night: Callable[[], Night]) -> Night:
    """An empty night with its topics."""
    return new_night()
