"""The short tier on Apache Kafka, with a cluster of three whose leader dies."""

import sys
from collections.abc import Iterator

import pytest

from tests.chaos.side_by_side import Running, short
from tests.chaos.stage import stage

pytestmark = [pytest.mark.kafka, pytest.mark.chaos, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with stage("kafka", tmp_path_factory.mktemp("kafka")) as place:
        running = Running(place)
        yield running
        running.end()


@pytest.mark.parametrize("name", short("kafka"))
def test_nothing_is_lost_and_what_is_bad_is_caught(scenarios: Running, name: str) -> None:
    passed, told = scenarios.passed(name)
    sys.stdout.write(f"{told}\n")

    assert passed, told
