"""Do the examples of README.md work as they stand there?"""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from schemas import topics
from schemas.reading import read
from streams.rehearsal.broker import embedded_broker
from tests.commands.evening import a_headline
from tests.commands.test_watch import say
from tests.house.modules import ROOT

README = (ROOT / "README.md").read_text()


def block(language: str) -> str:
    """The README's only block in a language."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)
    return str(found)


@pytest.fixture
def address() -> Iterator[str]:
    """A broker with the topics of a replay."""
    with embedded_broker() as found:
        environment = {**os.environ, "RESULTS_BROKER": found, "RESULTS_PROFILE": "embedded"}
        subprocess.run([sys.executable, "-m", "streams", "topics"], env=environment, cwd=ROOT, check=True)
        yield found


def test_the_publisher_of_the_readme_publishes_an_id_once(address: str) -> None:
    twice = a_headline("Said twice.")
    asyncio.run(say(address, "replay", [twice, twice, a_headline("Said once.", id="f" * 32, n=8)]))
    program = block("python").replace("127.0.0.1:9092", address)

    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as publisher:
        assert publisher.stdout
        lines = [publisher.stdout.readline() for _ in range(2)]
        publisher.kill()

    assert lines == ["announced Horsham 7 Said twice.\n", "announced Horsham 8 Said once.\n"]


def test_the_event_of_the_readme_can_be_sent_as_it_stands(address: str) -> None:
    event = block("json")

    done = subprocess.run(
        [sys.executable, "-m", "streams", "declare", "--send", "-"],
        input=event,
        env={**os.environ, "RESULTS_BROKER": address},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert read(event.encode()).mode == "replay"
    assert (done.stdout.splitlines()[-1], done.stderr) == (
        "1 sent to results.replay.declarations.v1, 0 refused.",
        "",
    )
    assert done.stdout.splitlines()[-1] in README


def test_the_readme_names_every_topic() -> None:
    for topic in topics.all_topics("live", 4):
        assert f"| `{topic.name.replace('.live.', '.<mode>.')}` |" in README


def test_every_file_that_the_readme_links_to_is_there() -> None:
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in link]

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_command_of_the_readme_exists() -> None:
    from streams.cli import app

    known = {
        command.name or command.callback.__name__ for command in app.registered_commands if command.callback
    }
    known |= {group.name for group in app.registered_groups if group.name}
    named = set(re.findall(r"(?:`|^|\$ |bin/)results ([a-z][a-z-]+)", README, re.M))

    assert named
    assert named <= known
