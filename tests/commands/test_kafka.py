"""The same commands on Apache Kafka: topics, a worker, a night, and what was said of it."""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.standing import Standing
from streams.commands.listening import listening
from streams.commands.nights import DEFAULT, chosen
from streams.settings import settings
from tests.commands.conftest import Run
from tests.commands.test_demo import PUBLISHED
from tests.kafka.server import kafka_broker

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]  # it may have to be fetched first


@pytest.fixture
def kafka(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Apache Kafka as the settings of the commands."""
    folder = tmp_path / "kafka"
    folder.mkdir()
    with kafka_broker(folder) as running:
        monkeypatch.setenv("RESULTS_MODE", "rehearsal")
        monkeypatch.setenv("RESULTS_DATA_DIR", str(tmp_path / "data"))
        yield running.address


@pytest.fixture
def worker(kafka: str, results: Run) -> Iterator["subprocess.Popen[bytes]"]:
    """A council worker on it, with its topics made before."""
    assert results("topics", **_on(kafka)).returncode == 0
    command = [sys.executable, "-m", "streams", "worker", "council"]
    with subprocess.Popen(command, env=os.environ | _on(kafka), stderr=subprocess.DEVNULL) as running:
        yield running
        running.kill()


async def test_a_night_on_apache_kafka_ends_as_it_was_published(
    kafka: str, worker: "subprocess.Popen[bytes]", results: Run
) -> None:
    night = chosen(DEFAULT)
    _wait(results, kafka, "takes records")

    replayed = results("replay", DEFAULT, "--speed", "max", **_on(kafka))
    assert (replayed.returncode, replayed.stderr) == (0, "")
    _wait(results, kafka, f"{len(night.maps) + len(night.events)} records since its start")

    standings = await _standings(kafka)
    published = {row["council"]: row["outcome"] for row in csv.DictReader(PUBLISHED.read_text().splitlines())}
    assert {s.name: s.control.outcome for s in standings.values()} == {
        name.replace("&", "and"): outcome for name, outcome in published.items()
    }

    worker.terminate()
    assert worker.wait(timeout=60) == 0


async def _standings(kafka: str) -> dict[str, Standing]:
    """The last standing of each council, once nothing more is said."""
    found: dict[str, Standing] = {}
    async with listening(settings(broker=kafka)) as listener:
        quiet = 0
        while quiet < 5 or not await listener.at_end():
            heard = await listener.hear()
            quiet = 0 if heard else quiet + 1
            found |= {said.council: said for said in heard if isinstance(said, Standing)}
    return found


def _wait(results: Run, kafka: str, sentence: str) -> None:
    deadline = time.monotonic() + 150
    while sentence not in (said := results("health", "council", **_on(kafka)).stdout):
        assert time.monotonic() < deadline, said
        time.sleep(0.3)


def _on(kafka: str) -> dict[str, str]:
    return {"RESULTS_BROKER": kafka, "RESULTS_PROFILE": "kafka"}
