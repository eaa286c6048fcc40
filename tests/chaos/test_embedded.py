"""The short tier on the embedded broker."""

import pytest

from streams.delivery.profiles import ProfileName
from tests.chaos.side_by_side import Running, told_in_full

BROKER: ProfileName = "embedded"

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


def test_nothing_is_lost_and_what_is_bad_is_caught(scenarios: Running, name: str) -> None:
    told_in_full(scenarios, name)
