"""Do our own lines and those of the libraries look the same?"""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import logging, structlog
from streams.log import configure
from streams.settings import settings
configure(settings(log_level="info"))
structlog.contextvars.bind_contextvars(council="local.horsham.2023-05-04")
structlog.get_logger("streams.test").info("council.tallied", wards=3)
logging.getLogger("faust.worker").warning("Ready after %s s", 2)
logging.getLogger("faust.worker").debug("not asked for")
try:
    1 / 0
except ZeroDivisionError as fault:
    fault.add_note("judging council local.horsham.2023-05-04")
    logging.getLogger("faust.worker").exception("failed")
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, object]]:
    """The log of a small program whose standard error is a file."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_our_line_is_json_with_its_context(lines: list[dict[str, object]]) -> None:
    line = {key: value for key, value in lines[0].items() if key != "at"}

    assert line == {
        "event": "council.tallied",
        "level": "info",
        "logger": "streams.test",
        "council": "local.horsham.2023-05-04",
        "wards": 3,
    }


def test_fausts_line_is_json_too(lines: list[dict[str, object]]) -> None:
    line = {key: value for key, value in lines[1].items() if key != "at"}

    assert line == {"event": "Ready after 2 s", "level": "warning", "logger": "faust.worker"}


def test_a_traceback_stays_on_its_line_with_what_was_judged(lines: list[dict[str, object]]) -> None:
    assert len(lines) == 3
    assert str(lines[2]["exception"]).splitlines()[-2:] == [
        "ZeroDivisionError: division by zero",
        "judging council local.horsham.2023-05-04",
    ]
