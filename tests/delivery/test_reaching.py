"""Is it said why a broker cannot be reached, of a cluster as of one?"""

import socket
from collections.abc import Iterator

import pytest

from streams.delivery.profiles import Security
from streams.delivery.reaching import why_unreached


@pytest.fixture
def silent() -> Iterator[str]:
    """Where something listens that says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.fixture
def nobody() -> str:
    """Where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


def test_of_several_addresses_one_that_listens_is_asked(silent: str, nobody: str) -> None:
    said = why_unreached(f"{nobody},{silent}", Security())

    assert said.startswith(f"What listens at {nobody},{silent} does not answer as a Kafka broker")


def test_where_nothing_listens_nobody_answers(nobody: str) -> None:
    assert why_unreached(f"{nobody},{nobody}", Security()).startswith("No Kafka broker answers at ")
