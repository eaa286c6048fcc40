"""The short tier of one broker, begun once for all tests of a module that names it as ``BROKER``."""

from collections.abc import Iterator

import pytest

from tests.chaos.side_by_side import Running, short
from tests.chaos.stage import stage


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test of each scenario."""
    if "scenarios" in metafunc.fixturenames:
        metafunc.parametrize("name", short(metafunc.module.BROKER))


@pytest.fixture(scope="module")
def scenarios(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    broker = request.module.BROKER
    with stage(broker, tmp_path_factory.mktemp(broker)) as place:
        running = Running(place)
        yield running
        running.end()
