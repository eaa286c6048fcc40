"""TLS and login against a real broker: what is right gets in, what is wrong is told apart in one sentence."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schemas import topics
from streams import app, clients
from streams.delivery.profiles import Security
from streams.delivery.reaching import Unreached
from streams.delivery.rights import needed
from streams.delivery.table import changelog_topic
from streams.delivery.topics import Topics
from streams.ops.positions import Positions
from streams.settings import Settings, settings
from streams.trouble import Trouble
from tests.commands.evening import a_declaration, a_map
from tests.kafka.secured import PASSWORD, USER, Secured, variables
from tests.ops.feed import Feed, send, until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(400)]

ROOT = Path(__file__).parents[2]


@pytest.fixture
def entry(secured: Secured, tmp_path: Path) -> Mapping[str, str]:
    """Settings with which everything works, in live mode; the user may do all that the feed does."""
    these = settings(mode="live", allow_open_kafka=True)
    read_and_written = [spec.name for spec in app.every_topic(these)]
    grants = [("topic", name, operation) for name in read_and_written for operation in _OF_TOPICS]
    grants += [("group", these.group(agent), "READ") for agent in (app.COUNCIL, app.AREA)]
    secured.grant(grants)
    return {**variables(secured), "RESULTS_MODE": "live", "RESULTS_DATA_DIR": str(tmp_path)}


_OF_TOPICS = ("READ", "WRITE", "CREATE", "DESCRIBE_CONFIGS")


def test_each_worker_does_its_work_with_the_rights_that_it_checks_and_no_others(
    secured: Secured, tmp_path: Path
) -> None:
    """What is missing from the list of a worker's rights would be missed here: nothing else is granted."""
    by_the_open_door = Feed(secured.kafka.address, "kafka", tmp_path, RESULTS_MODE="rehearsal")
    these = by_the_open_door.settings
    assert by_the_open_door.run("topics").returncode == 0
    for agent, source in ((app.COUNCIL, topics.declarations), (app.AREA, topics.contributions)):
        group, written = these.group(agent), [name(these.mode) for name in app.WRITTEN[agent]]
        rights = needed(source(these.mode), changelog_topic(group), written, group)
        secured.grant((right.resource, right.name, right.operation) for right in rights)
    try:
        for agent in (app.COUNCIL, app.AREA):
            by_the_open_door.start(agent, "worker", agent, **variables(secured))
        by_the_open_door.start("monitor", "monitor")
        asyncio.run(send(these, json.dumps(a_map(mode="rehearsal")).encode(), b"local.horsham.2023-05-04"))
        asyncio.run(
            send(these, json.dumps(a_declaration(mode="rehearsal")).encode(), b"local.horsham.2023-05-04")
        )
        until(lambda: len(asyncio.run(_written(these))) == 3, 120)
        until(lambda: {group["lag"] for group in by_the_open_door.state()["groups"]} == {0}, 120)
        assert [by_the_open_door.processes[agent].poll() for agent in (app.COUNCIL, app.AREA)] == [None, None]
    finally:
        by_the_open_door.close()


async def _written(these: Settings) -> set[str]:
    """The topics that have a record."""
    names = [name(these.mode) for name in (topics.headlines, topics.standings, topics.probes)]
    return {name for name in names if [record async for record in clients.lying(these, name)]}


def run(*words: str, **given: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-m", "streams", *words], cwd=ROOT, env={**os.environ, **given},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert PASSWORD not in done.stdout + done.stderr
    return done


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
def test_topics_are_made_with_tls_and_a_password(entry: Mapping[str, str], mechanism: str) -> None:
    done = run("topics", **entry, RESULTS_SASL_MECHANISM=mechanism)

    assert (done.returncode, done.stderr) == (0, "")


def test_worker_and_monitor_come_in_with_tls_and_a_password(
    secured: Secured, entry: Mapping[str, str], tmp_path: Path
) -> None:
    assert run("topics", **entry).stderr == ""

    feed = Feed(secured.address, "kafka", tmp_path, **entry)
    try:
        feed.start("council", "worker", "council")
        feed.start("area", "worker", "area", RESULTS_INSTANCE="2")
        feed.start("monitor", "monitor")
        until(lambda: {group["verdict"] for group in feed.state()["groups"]} == {"ok"}, 120)
        until(lambda: {group["members"] for group in feed.state()["groups"]} == {1}, 120)
        until(lambda: feed.state()["probe"]["last_seconds"] is not None, 120)
    finally:
        feed.close()

    logs = "".join(path.read_text() for path in tmp_path.glob("*.log"))
    assert (PASSWORD in logs, "Traceback" in logs) == (False, False), logs


async def test_clients_write_and_read_with_tls_and_a_password(entry: Mapping[str, str]) -> None:
    assert run("topics", **entry).stderr == ""
    these = settings(**{name.removeprefix("RESULTS_").lower(): value for name, value in entry.items()})
    topic = topics.actions("live")

    async with clients.producer(these, topic) as producer:
        await producer.send_and_wait(topic, b"word", key=b"k")

    assert [record.value async for record in clients.lying(these, topic)][-1] == b"word"
    async with Positions(these) as positions:
        assert topic in await positions.topics()


async def test_a_certificate_is_a_login_as_well(secured: Secured, entry: Mapping[str, str]) -> None:
    given = {
        **entry,
        "RESULTS_BROKER": secured.address_of_certificates,
        "RESULTS_SASL_USERNAME": "",
        "RESULTS_SASL_PASSWORD": "",
        "RESULTS_TLS_CERT_FILE": str(secured.client),
        "RESULTS_TLS_KEY_FILE": str(secured.client),
    }
    these = settings(
        **{name.removeprefix("RESULTS_").lower(): value or None for name, value in given.items()}
    )

    async with Positions(these) as positions:
        assert await positions.topics() == {}
    worker = run("worker", "council", **given)
    nobody = run("worker", "council", **{**given, "RESULTS_TLS_CERT_FILE": "", "RESULTS_TLS_KEY_FILE": "",
                                         "RESULTS_ALLOW_OPEN_KAFKA": "true"})  # fmt: skip

    assert worker.returncode == 2
    assert worker.stderr.startswith("User:CN=client may not read topic results.live.declarations.v1 (READ): ")
    assert (nobody.returncode, nobody.stderr.count("\n")) == (2, 1)
    assert "ends the connection after TLS" in nobody.stderr


WRONG = {
    "authority": ({"RESULTS_TLS_CA_FILE": "other-ca"}, "is not trusted", "set RESULTS_TLS_CA_FILE to the authority"),
    "host name": ({"RESULTS_BROKER": "localhost"}, "is for another name than localhost", "set RESULTS_BROKER to"),
    "password": ({"RESULTS_SASL_PASSWORD": "canary-wrong-one"}, f"refuses the user {USER}", "RESULTS_SASL_PASSWORD"),
    "user": ({"RESULTS_SASL_USERNAME": "ghost"}, "refuses the user ghost", "RESULTS_SASL_USERNAME"),
    "mechanism": (
        {"RESULTS_SASL_MECHANISM": "SCRAM-SHA-256"},
        "does not know the mechanism SCRAM-SHA-256, but SCRAM-SHA-512,PLAIN",
        "set RESULTS_SASL_MECHANISM",
    ),
    "no login": (
        {"RESULTS_SASL_USERNAME": "", "RESULTS_SASL_PASSWORD": "", "RESULTS_ALLOW_OPEN_KAFKA": "true"},
        "ends the connection after TLS",
        "Set RESULTS_SASL_USERNAME and RESULTS_SASL_PASSWORD",
    ),
    "no TLS": (
        {
            "RESULTS_TLS": "false", "RESULTS_TLS_CA_FILE": "", "RESULTS_SASL_USERNAME": "",
            "RESULTS_SASL_PASSWORD": "", "RESULTS_ALLOW_OPEN_KAFKA": "true",
        },
        "asks for an encrypted connection",
        "set RESULTS_TLS=true",
    ),
    "port": ({"RESULTS_BROKER": "open"}, "does not speak TLS at this port", "set RESULTS_BROKER"),
    "certificate file": ({"RESULTS_TLS_CA_FILE": "server.properties"}, "RESULTS_TLS_", "cannot be used"),
}  # fmt: skip


def wrong(secured: Secured, entry: Mapping[str, str], what: str) -> dict[str, str]:
    """The settings with one mistake; short names stand for what only the running broker knows."""
    given = {**entry, **WRONG[what][0]}
    places = {
        "other-ca": str(secured.other_ca),
        "server.properties": str(secured.folder / "server.properties"),
        "localhost": f"localhost:{secured.port}",
        "open": secured.kafka.address,
    }
    return {name: places.get(value, value) for name, value in given.items()}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_apart_in_one_sentence(
    secured: Secured, entry: Mapping[str, str], what: str
) -> None:
    """The worker asks with librdkafka, `watch` with aiokafka; both end with 2, a sentence, and no password."""
    given = wrong(secured, entry, what)
    _, says, advises = WRONG[what]

    with ThreadPoolExecutor() as both:
        ended = list(both.map(lambda words: run(*words, **given), (["worker", "council"], ["watch"])))

    for done in ended:
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
        assert says in done.stderr
        assert advises in done.stderr
        assert "canary" not in done.stderr + done.stdout


def test_a_login_that_is_missing_is_told_without_waiting(secured: Secured) -> None:
    with pytest.raises(Unreached, match="ends the connection after TLS"):
        Topics(secured.address, Security(tls=True, ca_file=str(secured.ca)), patience_seconds=300).identity(
            "a"
        )


async def test_the_monitor_is_shut_out_with_the_same_words(
    secured: Secured, entry: Mapping[str, str]
) -> None:
    given = wrong(secured, entry, "password")
    these = settings(**{name.removeprefix("RESULTS_").lower(): value for name, value in given.items()})

    with pytest.raises(Trouble, match=f"refuses the user {USER}"):
        async with Positions(these):
            pass
