"""A broker of these tests' own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.rehearsal.broker import embedded_broker
from tests.publishers.running import create_topics

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def broker() -> Iterator[str]:
    """A broker with all topics, empty."""
    with embedded_broker() as address:
        create_topics(address)
        yield address


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser. On a machine without one its tests are left out; in CI they never are."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail("CI installs Chromium, and it is not there")
        pytest.skip("needs Chromium: apt-get install chromium")
    return CHROMIUM
