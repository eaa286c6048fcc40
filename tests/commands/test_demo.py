"""Does the demo bring in the whole night, say what it says on the topics, and leave nothing behind?"""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import ports
from tests.commands.conftest import Run

PUBLISHED = Path(__file__).parents[1] / "night" / "published" / "councils-2023-south-east.csv"


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    """The lines of a whole demo at full speed, and the folder it wrote."""
    out = tmp_path_factory.mktemp("demo") / "out"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RESULTS_")}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "streams",
            "demo",
            "--speed",
            "max",
            "--exit",
            "--port",
            "0",
            "--out",
            str(out),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines(), out


@pytest.mark.night
def test_every_council_ends_as_it_was_published(night: tuple[list[str], Path]) -> None:
    lines, _ = night
    published = {row["council"]: row["outcome"] for row in csv.DictReader(PUBLISHED.read_text().splitlines())}
    table = lines[next(n for n, line in enumerate(lines) if line.startswith("Council ")) + 1 :][
        : len(published)
    ]
    shown = {line[:24].strip(): re.split(r"\s{2,}", line.strip())[-1] for line in table}

    assert {name.replace("&", "and"): outcome for name, outcome in published.items()} == {
        name: re.sub(r"^.*?(GAIN|HOLD|LOSE TO NOC|NO CHANGE)$", r"\1", end) for name, end in shown.items()
    }


@pytest.mark.night
def test_the_last_lines_say_that_all_is_in(night: tuple[list[str], Path]) -> None:
    summary = night[0][-2]

    assert summary.startswith("675 of 675 wards declared, 35 of 35 councils complete; ")
    assert summary.endswith("; 0 records rejected.")


@pytest.mark.night
def test_what_was_written_is_what_was_shown(night: tuple[list[str], Path]) -> None:
    lines, out = night
    headlines = [json.loads(line) for line in (out / "headlines.jsonl").read_text().splitlines()]
    table = next(n for n, line in enumerate(lines) if line.startswith("Council "))

    assert table == len({headline["id"] for headline in headlines})
    assert {headline["text"] for headline in headlines} <= {line[23:] for line in lines}
    standings = [json.loads(line) for line in (out / "standings.jsonl").read_text().splitlines()]
    assert len({standing["council"] for standing in standings}) == 35
    notices = [json.loads(line) for line in (out / "rejections.jsonl").read_text().splitlines()]
    assert [notice for notice in notices if notice["status"] == "rejected"] == []


@pytest.mark.night
def test_every_proof_of_the_night_holds(night: tuple[list[str], Path], results: Run) -> None:
    maps = Path(__file__).parents[2] / "streams/rehearsal/nights/south-east-2023/maps.jsonl"

    done = results("verify", str(night[1] / "headlines.jsonl"), "--maps", str(maps))

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"[1-9]\d+ proofs checked, 0 do not hold\.\n", done.stdout)


@pytest.mark.night
def test_a_forged_proof_is_found(night: tuple[list[str], Path], results: Run) -> None:
    lines = (night[1] / "headlines.jsonl").read_text().splitlines()
    call = next(json.loads(line) for line in lines if '"claim":"secured"' in line)
    for party in call["proof"]["bounds"]:
        if party["party"] == call["proof"]["party"]:
            party["floor"] = call["proof"]["majority"] - 1

    done = results("verify", "-", said=json.dumps(call))

    assert done.returncode == 1
    assert f"a majority needs {call['proof']['majority']}" in done.stdout
    assert done.stdout.endswith("1 proofs checked, 1 do not hold.\n")


@pytest.fixture
def free_port() -> int:
    return ports.free_port()


@pytest.fixture
def running(free_port: int) -> Iterator["subprocess.Popen[str]"]:
    """A demo that has said its first headline and has long to go."""
    command = [sys.executable, "-m", "streams", "demo", "--speed", "100", "--port", str(free_port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        assert demo.stdout.readline()
        yield demo
        demo.kill()


def test_ctrl_c_ends_everything(running: "subprocess.Popen[str]", free_port: int) -> None:
    assert _children_of_the_demo(free_port)

    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=60)

    assert (running.returncode, errors) == (130, "")
    assert _children_of_the_demo(free_port) == []


def test_sigterm_ends_everything(running: "subprocess.Popen[str]", free_port: int) -> None:
    running.send_signal(signal.SIGTERM)
    _, errors = running.communicate(timeout=60)

    assert (running.returncode, errors) == (143, "")
    assert _children_of_the_demo(free_port) == []


def test_sigterm_ends_a_background_job_of_a_script_as_well(free_port: int) -> None:
    command = [sys.executable, "-m", "streams", "demo", "--speed", "100", "--port", str(free_port)]
    ignoring = ["sh", "-c", """trap '' INT; exec "$@" """, "sh", *command]  # what `&` in a script does
    with subprocess.Popen(ignoring, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        assert demo.stdout
        assert demo.stdout.readline()
        demo.terminate()
        try:
            demo.communicate(timeout=60)
        finally:
            demo.kill()

    assert demo.returncode == 143
    assert _children_of_the_demo(free_port) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children for their parent")
def test_a_demo_that_is_killed_leaves_nobody_behind(running: "subprocess.Popen[str]", free_port: int) -> None:
    def seen(*parts: str) -> bool:
        words = " ".join(words for _, words in _children_of_the_demo(free_port))
        return all(part in words for part in parts)

    _until(lambda: seen("broker", "worker council", "worker area", "serve"))
    running.kill()
    running.wait()

    _until(lambda: not _children_of_the_demo(free_port))


def _until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("agent", ["council", "area"])
def test_a_worker_that_dies_ends_the_demo_in_a_sentence(
    running: "subprocess.Popen[str]", free_port: int, agent: str
) -> None:
    def workers() -> list[int]:
        return [pid for pid, words in _children_of_the_demo(free_port) if f"worker {agent}" in words]

    _until(lambda: bool(workers()))
    (worker,) = workers()

    os.kill(worker, signal.SIGKILL)
    _, errors = running.communicate(timeout=60)

    assert running.returncode == 2
    assert errors.startswith(f"The {agent} worker ended with code -9; its log is ")
    log = Path(errors.split("its log is ")[1].split(": ")[0])
    assert log.is_file()
    assert len(errors.splitlines()) == 1


def test_a_port_in_use_ends_in_a_sentence(results: Run, address: str) -> None:
    port = address.rpartition(":")[2]

    done = results("demo", "--port", port)

    assert done.returncode == 2
    assert done.stderr.startswith(f"Port {port} on 127.0.0.1 is in use")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("speed", ["fast", "0", "-1", "inf", "nan"])
def test_a_speed_that_is_none_ends_in_a_sentence(results: Run, speed: str) -> None:
    done = results("demo", f"--speed={speed}")

    assert done.returncode == 2
    assert done.stderr == f"--speed is a number above 0, such as 120, or max; not {speed}.\n"


def test_a_night_that_is_not_there_ends_in_a_sentence(results: Run) -> None:
    done = results("demo", "--night", "no-such-night")

    assert done.returncode == 2
    assert done.stderr == "There is no night no-such-night: give a folder, or one of south-east-2023.\n"


def test_a_night_is_never_replayed_live(results: Run) -> None:
    live = {"RESULTS_MODE": "live", "RESULTS_PROFILE": "kafka", "RESULTS_ALLOW_OPEN_KAFKA": "true"}

    done = results("replay", "south-east-2023", **live)

    assert done.returncode == 2
    assert "never replayed in live mode" in done.stderr


def _children_of_the_demo(port: int) -> list[tuple[int, str]]:
    """Processes that were told of the demo's broker, the demo itself aside, with their command lines."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        told = f"RESULTS_BROKER=127.0.0.1:{port}\0".encode() in environment or f"127.0.0.1:{port} " in words
        if told and "streams demo" not in words:
            found.append((int(process.name), words))
    return found
