"""Does `watch` show what was said, and only what was asked for?"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import pytest

from results_client.reading import AnyHeadline
from schemas import topics
from schemas.cloudevents import headline_headers
from schemas.contract import Mode
from schemas.headline import Headline
from streams.clients import producer
from streams.commands.look import spoken
from streams.commands.watch import Named, wanted
from streams.settings import settings
from tests.commands.conftest import Run
from tests.commands.evening import a_headline, an_area_headline


@pytest.mark.parametrize(
    ("councils", "types", "priorities", "passes"),
    [
        ([], [], "FURB", True),
        (["horsham"], [], "F", True),
        (["local.horsham.2023-05-04"], ["control_gain"], "FU", True),
        (["Adur", "Horsham"], ["WARD_GAIN", "CONTROL_GAIN"], "FURB", True),
        (["Adur"], [], "FURB", False),
        ([], ["WARD_GAIN"], "FURB", False),
        ([], [], "URB", False),
    ],
)
def test_a_headline_must_pass_every_filter(
    councils: list[str], types: list[str], priorities: str, passes: bool
) -> None:
    assert wanted(a_headline(), Named(tuple(councils)), types, priorities) is passes


def test_areas_are_asked_for_beside_councils() -> None:
    county, council = an_area_headline(), a_headline()

    for name in ("kent", "Kent", "kent@local.2023-05-04"):
        assert wanted(county, Named(areas=(name,)), [], "FURB")
    assert not wanted(county, Named(areas=("surrey",)), [], "FURB")
    assert not wanted(council, Named(areas=("kent",)), [], "FURB")
    assert not wanted(county, Named(councils=("horsham",)), [], "FURB")
    assert wanted(council, Named(councils=("horsham",), areas=("kent",)), [], "FURB")


async def test_headlines_are_printed_from_the_first_one_on(results: Run, address: str) -> None:
    results("topics", RESULTS_MODE="rehearsal")
    in_adur = {"mode": "rehearsal", "council": "local.adur.2023-05-04", "council_name": "Adur"}
    await say(
        address, "rehearsal", [a_headline("One.", **in_adur), a_headline("Two.", priority="B", **in_adur)]
    )

    line = _first_line(address, "watch", "-c", "adur", "--priority", "b")
    raw = _first_line(address, "watch", "-c", "adur", "-p", "F", "--json")

    assert line == spoken(a_headline("Two.", priority="B")).plain + "\n"
    assert '"text":"One."' in raw


async def test_a_headline_of_a_later_release_is_shown_as_its_text(results: Run, address: str) -> None:
    results("topics", RESULTS_MODE="rehearsal")
    later = AnyHeadline.model_validate(
        a_headline("Later.", mode="rehearsal").model_dump() | {"type": "NOT_YET"}
    )
    await say(address, "rehearsal", [later])

    line = _first_line(address, "watch", "-t", "not_yet")

    assert line == spoken(a_headline("Later.")).plain + "\n"


async def test_what_was_said_before_can_be_left_out(results: Run, address: str) -> None:
    results("topics", RESULTS_MODE="rehearsal")
    await say(address, "rehearsal", [a_headline("Old.", mode="rehearsal")])
    watching = asyncio.create_task(asyncio.to_thread(_first_line, address, "watch", "--new"))

    while not watching.done():
        await say(address, "rehearsal", [a_headline("New.", mode="rehearsal")])

    assert await watching == spoken(a_headline("New.")).plain + "\n"


async def say(address: str, mode: Mode, headlines: Sequence[Headline]) -> None:
    """Put headlines on their topic, as a worker does."""
    these = settings(mode=mode, broker=address, profile="embedded")
    topic = topics.headlines(mode)
    async with producer(these, topic) as client:
        for headline in headlines:
            await client.send_and_wait(
                topic,
                headline.model_dump_json().encode(),
                key=headline.council.encode(),
                headers=list(headline_headers(headline)),
            )


def _first_line(address: str, *arguments: str) -> str:
    environment = {
        **os.environ,
        "RESULTS_BROKER": address,
        "RESULTS_PROFILE": "embedded",
        "RESULTS_MODE": "rehearsal",
    }
    command = [sys.executable, "-m", "streams", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as running:
        assert running.stdout
        assert running.stderr
        line = running.stdout.readline()
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=90) == 130
        assert running.stderr.read() == ""
        return line
