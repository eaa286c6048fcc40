"""Can an editor hold an area, see that it is held, and let it go, knowing nothing but its name?"""

import asyncio
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from results_client.reading import read_headline
from schemas.headline import Headline
from schemas.topics import headlines
from streams.clients import lying
from streams.rehearsal.broker import embedded_broker
from streams.settings import Settings
from tests.commands.evening import a_declaration, a_map
from tests.commands.test_refold import through
from tests.ops.feed import Feed, until

DECIDES = ("--by", "Duty editor", "--reason", "the county was told twice")


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Feed]:
    """A council of two wards in Sussex, of which one has declared, and both workers."""
    areas = [{"id": "sussex", "name": "Sussex", "kind": "county", "councils": 1}]
    with embedded_broker() as address:
        running = Feed(address, "embedded", tmp_path)
        try:
            assert running.run("topics").returncode == 0
            for agent in ("council", "area"):
                running.start(agent, "worker", agent)
            assert running.run("open", "-", said=json.dumps(a_map(areas=areas)).encode()).returncode == 0
            _declare(running, "denne")
            until(lambda: "sussex  Sussex (county)  1 of 2 wards\n" in _list(running))
            yield running
        finally:
            running.close()


def _declare(feed: Feed, ward: str) -> None:
    done = feed.run("declare", "--send", "-", said=json.dumps(a_declaration(ward)).encode())
    assert done.returncode == 0, done.stderr


async def _through(settings: Settings) -> None:
    """Return once both workers have judged all there is; what the first gives is the second's input."""
    for agent in ("council", "area"):
        await through(settings, agent)


async def _of_areas(settings: Settings) -> list[Headline]:
    found = [read_headline(record.value) async for record in lying(settings, headlines(settings.mode))]
    return [headline for headline in found if headline.area is not None]


def _heard(feed: Feed) -> list[Headline]:
    return asyncio.run(_of_areas(feed.settings))


def _list(feed: Feed) -> str:
    return feed.run("area", "list").stdout.decode()


def _said(done: "subprocess.CompletedProcess[bytes]") -> tuple[int, str]:
    return done.returncode, (done.stdout + done.stderr).decode().strip()


@pytest.mark.timeout(400)
def test_an_area_is_held_and_let_go_by_its_name(feed: Feed) -> None:
    code, said = _said(feed.run("area", "hold", "Sussex", *DECIDES))
    assert (code, said.startswith("Held as sussex:hold-")) == (0, True), said
    hold = said.split()[-1].strip("`.")
    held = until(lambda: [line for line in _list(feed).splitlines() if hold in line])
    assert held == [f"    {hold}  area  by Duty editor: the county was told twice"]

    before = _heard(feed)
    _declare(feed, "forest")
    asyncio.run(_through(feed.settings))
    assert "sussex  Sussex (county)  1 of 2 wards  HELD\n" in _list(feed), "a held board stays as it was"
    assert _heard(feed) == before

    code, said = _said(feed.run("area", "release", "sussex", hold, *DECIDES))
    assert (code, said) == (0, f"Released as {hold}-released.")
    until(lambda: "sussex  Sussex (county)  2 of 2 wards\n" in _list(feed))
    until(lambda: "NTH_GAIN" in {headline.type for headline in _heard(feed)[len(before) :]})


@pytest.mark.timeout(400)
def test_one_type_is_held_and_what_cannot_be_is_said_in_a_sentence(feed: Feed) -> None:
    no_kent = (2, "There is no area 'Kent'. Areas with a board: Sussex.")
    assert _said(feed.run("area", "hold", "Kent", *DECIDES)) == no_kent
    assert _said(feed.run("area", "review", "Kent", *DECIDES)) == no_kent
    assert _said(feed.run("area", "release", "Sussex", "hold-7", *DECIDES)) == (
        2, "Sussex has no open hold hold-7: `results area list` shows what is held.",
    )  # fmt: skip
    code, sentence = _said(feed.run("area", "hold", "Sussex", "--type", "NTH_GIAN", *DECIDES))
    assert (code, sentence.startswith("There is no type NTH_GIAN (near it: NTH_GAIN")) == (2, True), sentence
    assert "HELD" not in _list(feed)

    assert feed.run("area", "hold", "Sussex", "--type", "nth_gain", *DECIDES).returncode == 0
    until(lambda: "  types  by Duty editor: the county was told twice\n" in _list(feed))
