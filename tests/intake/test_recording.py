"""The declarations topic kept and played again, and an invented night sent, by the commands themselves."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas import topics
from schemas.contract import Mode
from streams import app
from streams.intake.recording import Lain, in_order
from streams.rehearsal.broker import embedded_broker
from streams.rehearsal.night import check_night
from streams.settings import Settings, settings
from tests.house.modules import ROOT
from tests.intake.conftest import as_json, declaration
from tests.intake.running import Running


@pytest.fixture(scope="module")
def brokers() -> Iterator[tuple[str, str]]:
    with embedded_broker() as one, embedded_broker() as other:
        yield one, other


def results(broker: str, *arguments: str, mode: Mode = "rehearsal") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streams", *arguments],
        env={**os.environ, "RESULTS_BROKER": broker, "RESULTS_PROFILE": "embedded", "RESULTS_MODE": mode},
        capture_output=True, text=True, timeout=50, check=False,
    )  # fmt: skip


def there(broker: str) -> Settings:
    these = settings(mode="rehearsal", profile="embedded", broker=broker)
    app.topics(these).create(app.every_topic(these))
    return these


async def on_the_log(
    these: Settings, folder: Path
) -> dict[int, list[tuple[bytes, bytes, tuple[object, ...]]]]:
    found: dict[int, list[tuple[bytes, bytes, tuple[object, ...]]]] = {}
    for record in await Running(these, "", folder, []).on_the_log(topics.declarations):
        found.setdefault(record.partition, []).append((record.key, record.value, tuple(record.headers)))
    return found


async def test_a_recording_of_an_invented_night_is_the_same_log_in_a_fresh_cluster(
    brokers: tuple[str, str], tmp_path: Path
) -> None:
    one, other = [there(broker) for broker in brokers]
    sent = results(brokers[0], "rehearse", "--councils", "4", "--speed", "max", "--duplicate", "0.3")
    assert (sent.returncode, sent.stderr) == (0, "")

    kept = results(brokers[0], "record", str(tmp_path / "kept"))
    assert kept.returncode == 0, kept.stderr
    wrong = results(brokers[1], "reseed", str(tmp_path / "kept"), mode="replay")
    again = results(brokers[1], "reseed", str(tmp_path / "kept"))
    twice = results(brokers[1], "reseed", str(tmp_path / "kept"))

    assert again.returncode == 0, again.stderr
    assert (wrong.returncode, "was recorded in mode rehearsal" in wrong.stderr) == (2, True)
    assert (twice.returncode, "records already" in twice.stderr) == (2, True)
    assert await on_the_log(one, tmp_path) == await on_the_log(other, tmp_path)
    assert [
        str(mistake) for mistake in check_night(tmp_path / "kept") if "lies before" not in str(mistake)
    ] == []


@pytest.mark.parametrize("mode", ["replay"])
def test_a_rehearsal_is_for_rehearsals_only(brokers: tuple[str, str], mode: Mode) -> None:
    done = results(brokers[0], "rehearse", mode=mode)

    assert (done.returncode, "set RESULTS_MODE=rehearsal" in done.stderr) == (2, True)


def test_a_clock_set_back_does_not_turn_a_partition_round() -> None:
    stamps = [(0, 0, 500), (0, 1, 100), (1, 0, 300), (0, 2, 600)]
    lain = [Lain(partition, offset, at, None, None, ()) for partition, offset, at in stamps]

    assert [(one.partition, one.offset) for one in in_order(lain)] == [(1, 0), (0, 0), (0, 1), (0, 2)]


def test_the_client_of_the_docs_runs_as_it_stands(brokers: tuple[str, str], tmp_path: Path) -> None:
    there(brokers[0])
    code = (ROOT / "docs/producers.md").read_text().split("```python\n")[1].split("```")[0]
    program = code.replace("127.0.0.1:9092", brokers[0]).replace('"replay"', '"rehearsal"')
    (tmp_path / "declaration.json").write_bytes(as_json(declaration()))

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Place(topic='results.rehearsal.declarations.v1', partition=")
