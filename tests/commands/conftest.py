"""A broker of the tests' own, and commands run as a person runs them."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from streams.rehearsal.broker import embedded_broker

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="package")
def address() -> Iterator[str]:
    """Where an embedded broker of this test process listens."""
    with embedded_broker() as found:
        yield found


@pytest.fixture
def results(address: str) -> Run:
    """Run `results …` against that broker, standard input closed unless given."""

    def run(*arguments: str, said: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "streams", *arguments],
            input=said,
            env={**os.environ, "RESULTS_BROKER": address, "RESULTS_PROFILE": "embedded", **variables},
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )

    return run
