"""TLS and login against a real broker: what is right gets in, what is wrong is told apart in one sentence."""

import os
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from schemas import topics
from streams import app, clients
from streams.ops.positions import Positions
from streams.settings import settings
from streams.trouble import Trouble
from tests.kafka.secured import PASSWORD, USER, Secured, variables
from tests.ops.feed import Feed, until

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]

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


def run(*words: str, **given: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-m", "streams", *words], cwd=ROOT, env={**os.environ, **given},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
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
        until(lambda: {group["verdict"] for group in feed.state()["groups"]} == {"ok"}, 60)
        until(lambda: {group["members"] for group in feed.state()["groups"]} == {1}, 60)
        until(lambda: feed.state()["probe"]["last_seconds"] is not None, 60)
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


async def test_the_monitor_is_shut_out_with_the_same_words(
    secured: Secured, entry: Mapping[str, str]
) -> None:
    given = wrong(secured, entry, "password")
    these = settings(**{name.removeprefix("RESULTS_").lower(): value for name, value in given.items()})

    with pytest.raises(Trouble, match=f"refuses the user {USER}"):
        async with Positions(these):
            pass
