"""The short tier on Apache Kafka, with a cluster of three whose leader dies."""

import pytest

from streams.delivery.profiles import ProfileName
from tests.chaos.side_by_side import Running, told_in_full

BROKER: ProfileName = "kafka"

pytestmark = [pytest.mark.kafka, pytest.mark.chaos, pytest.mark.timeout(600)]


def test_nothing_is_lost_and_what_is_bad_is_caught(scenarios: Running, name: str) -> None:
    told_in_full(scenarios, name)
