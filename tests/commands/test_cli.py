"""How commands end: a sentence and 2 for trouble, 130 for Ctrl-C, never a traceback; and `--help` is quick."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from streams.rehearsal.broker import embedded_broker
from tests.commands.conftest import Run

NOBODY = "127.0.0.1:1"


@pytest.mark.parametrize(
    "arguments",
    [["watch"], ["topics"], ["declare", "-"], ["open", "-"], ["worker", "council"]],
    ids=" ".join,
)
def test_a_missing_broker_ends_in_one_sentence(results: Run, arguments: list[str]) -> None:
    done = results(*arguments, RESULTS_BROKER=NOBODY)

    assert done.returncode == 2
    assert f"No Kafka broker answers at {NOBODY}" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_wrong_setting_ends_in_one_sentence(results: Run) -> None:
    done = results("topics", RESULTS_MODE="live")

    assert done.returncode == 2
    assert done.stderr.startswith("live mode refuses the embedded broker")
    assert len(done.stderr.splitlines()) == 1


def test_a_topic_with_another_partition_count_ends_in_one_sentence(results: Run) -> None:
    assert results("topics", RESULTS_MODE="rehearsal").returncode == 0

    done = results("topics", RESULTS_MODE="rehearsal", RESULTS_PARTITIONS="3")

    assert done.returncode == 2
    assert "has 4 partitions, the settings say 3" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_topic_ends_in_one_sentence(results: Run) -> None:
    with embedded_broker() as fresh:
        done = results("watch", RESULTS_BROKER=fresh)

    assert done.returncode == 2
    assert "create the topics of this mode with `results topics`" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_ctrl_c_ends_at_once_while_standard_input_stays_open(results: Run, address: str) -> None:
    results("topics")
    command = [sys.executable, "-m", "streams", "declare", "-"]
    environment = {**os.environ, "RESULTS_BROKER": address, "RESULTS_PROFILE": "embedded"}
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as running:
        assert running.stdin
        assert running.stderr
        running.stdin.write("{}\n")
        running.stdin.flush()
        assert "line 1" in running.stderr.readline()  # it is up, and waits for the next line

        running.send_signal(signal.SIGINT)

        assert running.wait(timeout=90) == 130
        assert running.stderr.read() == ""


def test_help_names_every_command_without_the_heavy_parts() -> None:
    program = (
        "import sys; from streams.cli import app; import typer.testing as t;"
        "print(t.CliRunner().invoke(app, ['--help']).output);"
        "print('heavy:', sorted({'faust', 'aiokafka', 'pydantic', 'confluent_kafka'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.rstrip().endswith("heavy: []")
    for command in ("open", "declare", "watch", "topics", "worker", "health", "config", "verify"):
        assert f" {command} " in done.stdout


def test_config_prints_what_is_in_force_with_secrets_masked(results: Run) -> None:
    done = results(
        "config",
        RESULTS_PROFILE="kafka",
        RESULTS_TLS="true",
        RESULTS_SASL_USERNAME="feed",
        RESULTS_SASL_PASSWORD="canary-7f3a",
    )

    assert done.returncode == 0
    assert "RESULTS_SASL_USERNAME=feed\nRESULTS_SASL_PASSWORD=**********\n" in done.stdout
    assert "canary" not in done.stdout + done.stderr


def test_the_readmes_table_of_settings_is_the_one_that_config_prints(results: Run) -> None:
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text()

    assert results("config", "--markdown").stdout in readme
