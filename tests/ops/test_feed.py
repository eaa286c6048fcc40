"""The monitor beside a running feed: metrics, the page's state, lag against the truth, and rejections acted upon."""

import asyncio
import json
import re
import signal
import time
from typing import Any

import orjson
import pytest

from schemas import topics
from schemas.probe import is_probe
from streams.clients import reader
from streams.commands.listening import listening
from streams.ops.metrics import METRICS
from tests.commands.evening import a_declaration, a_map
from tests.ops.feed import Feed, send, until
from tests.ops.truth import late_seconds


def of(council: str, event: dict[str, Any]) -> tuple[bytes, bytes]:
    """An event of another council than Horsham, and its key: each test has a council of its own."""
    text = orjson.dumps(event).decode().replace("horsham", council).replace("denne-1", f"{council}-denne-1")
    return text.encode(), f"local.{council}.2023-05-04".encode()


async def test_a_declaration_shows_on_the_page_and_in_the_metrics(feed: Feed, worker_port: int) -> None:
    before = feed.state()["wards"]["declared"]
    await send(feed.settings, *of("ashford", a_map()))
    await send(feed.settings, *of("ashford", a_declaration()))
    until(lambda: feed.state()["wards"]["declared"] == before + 1)
    state = until(lambda: s if (s := feed.state())["stages"].get("published") else None)

    assert state["sources"][0]["source"] == "tests"
    until(lambda: (now := feed.state())["verdict"] in ("ok", "unknown") and now["late_seconds"] < 5)
    counted = re.compile(rb'election_declarations_total\{outcome="accepted",source="tests"\} (\S+)')
    until(lambda: (m := counted.search(feed.get("/metrics"))) and float(m[1]) >= 2)
    assert b'election_wards_declared{council_type="district"}' in feed.get("/metrics")
    judged = re.search(
        rb'election_processing_seconds_count\{agent="council"\} (\S+)', feed.get("/metrics", worker_port)
    )
    assert judged is not None
    assert float(judged[1]) >= 2


async def test_probes_go_all_the_way_and_whoever_listens_to_the_feed_hears_none(feed: Feed) -> None:
    until(lambda: feed.state()["probe"]["last_seconds"] is not None)
    these = feed.settings
    on_the_way = 0
    async with reader(these, topics.contributions(these.mode)) as consumer:
        for records in (await consumer.getmany(timeout_ms=5000)).values():
            on_the_way += sum(is_probe(record.headers) for record in records)
    async with listening(these) as listener:
        heard = await listener.hear()
        while not await listener.at_end():
            heard += await listener.hear()

    assert on_the_way > 0
    assert feed.state()["probe"]["silent"] == []
    assert b"probe" not in b"".join(orjson.dumps(said.model_dump(mode="json")) for said in heard)


def test_every_metric_of_monitor_and_worker_is_there(feed: Feed, worker_port: int) -> None:
    """Those that show only after something happened are listed: there is nothing else that may be missing."""
    only_after = {
        "kafka_consumergroup_group_offset",  # a commit
        "election_group_catch_up_seconds",  # a backlog that shrinks
        "election_declarations_total", "election_headlines_total", "election_source_last_event_timestamp_seconds",
        "election_wards_declared", "election_wards_expected", "election_event_age_seconds",  # an event
        "election_dead_letters_total",  # a rejection
    }  # fmt: skip
    for said_by, port in (("monitor", None), ("worker", worker_port)):
        exposed = set(re.findall(r"^# TYPE (\S+)", feed.get("/metrics", port).decode(), re.M))
        wanted = {name for name, metric in METRICS.items() if metric.said_by == said_by}

        assert wanted - exposed <= only_after


async def test_time_lag_is_the_age_of_the_oldest_unread_record(feed: Feed) -> None:
    """A frozen worker holds records back; what the monitor says is held against another client's own reading."""
    these = feed.settings
    feed.signal("worker", signal.SIGSTOP)
    try:
        await send(these, *of("dover", a_map()))
        await asyncio.sleep(4.2)
        before = time.time()
        truth = late_seconds(
            these.broker, these.group("council"), topics.declarations("replay"), these.partitions
        )
        shown = until(lambda: found if (found := feed.group())["lag_seconds"] is not None else None)
        waited = time.time() - before
    finally:
        feed.signal("worker", signal.SIGCONT)

    assert truth > 4
    assert shown["lag_seconds"] == pytest.approx(truth, abs=1.0 + waited)
    assert shown["verdict"] in ("empty", "ok")
    until(lambda: feed.group()["lag_seconds"] == 0.0 and feed.group()["lag"] == 0)


async def test_a_rejection_is_listed_shown_replayed_and_discarded(feed: Feed) -> None:
    early = orjson.dumps(
        a_declaration(id="early", council="local.arun.2023-05-04") | {"ward": "local.arun.denne.2023-05-04"}
    )
    await send(feed.settings, early, b"local.arun.2023-05-04")
    nonsense = b"\x1b[31mno json \xff"
    await send(feed.settings, nonsense, b"local.arun.2023-05-04")
    until(lambda: feed.state()["open"] == 2)
    listed = [json.loads(line) for line in feed.run("rejections", "list", "--json").stdout.splitlines()]
    by_reason = {one["reason"]: one["id"] for one in listed}
    assert set(by_reason) == {"unknown-council", "json"}
    until(lambda: re.search(rb"election_dead_letters_open\{.*declarations.*\} 2.0", feed.get("/metrics")))

    shown = feed.run("rejections", "show", by_reason["json"])
    raw = feed.run("rejections", "show", "--raw", by_reason["json"])
    assert raw.stdout == nonsense
    assert b"\x1b" not in shown.stdout
    assert b"\\x1b[31mno json \\xff" in shown.stdout

    refused = feed.run("rejections", "replay", by_reason["json"], "--by", "Ann", "--reason", "try it")
    assert refused.returncode == 2
    assert b"the same bytes would only be rejected again" in refused.stderr

    replayed = feed.run(
        "rejections", "replay", by_reason["unknown-council"], "--by", "Ann", "--reason", "opened now"
    )
    assert replayed.returncode == 0, replayed.stderr
    again = until(  # Arun is still not open: a new rejection with its own id
        lambda: [one["id"] for one in feed.state()["rejections"] if one["id"] not in by_reason.values()]
    )

    ending = by_reason["json"].rpartition("declarations.v1-")[2]
    discarded = feed.run("rejections", "discard", ending, "--by", "Ann", "--reason", "a test")
    assert (discarded.returncode, discarded.stderr) == (0, b"")
    twice = feed.run("rejections", "discard", by_reason["json"], "--by", "Bob", "--reason", "a test")
    assert twice.returncode == 2
    assert b"was discarded already, by Ann" in twice.stderr
    feed.run("rejections", "discard", again[0], "--by", "Ann", "--reason", "a test")
    until(lambda: feed.state()["open"] == 0)
    text = feed.run("rejections", "list", "--all").stdout.decode()
    assert text.endswith("0 open, 3 in all.\n")
    assert "replayed by Ann" in re.sub(r"\s+", " ", text)


def test_who_and_why_are_asked_for(feed: Feed) -> None:
    assert feed.run("rejections", "discard", "x", "--by", "Ann").returncode == 2
    unknown = feed.run("rejections", "discard", "no-such", "--by", "Ann", "--reason", "a test")
    assert (
        unknown.stderr
        == b"There is no rejection no-such: `results rejections list --all` shows what there is.\n"
    )


def test_lag_in_a_terminal_is_the_monitors_or_its_own_look(feed: Feed) -> None:
    asked = until(lambda: done if (done := feed.run("lag")).returncode == 0 else None)
    assert asked.stderr == b""
    assert asked.stdout.decode().startswith("Late by ")
    assert b"wards declared" in asked.stdout or b"mode replay" in asked.stdout

    variables = feed.variables
    feed.variables = {**variables, "RESULTS_MONITOR_PORT": "1"}
    try:
        alone = until(lambda: done if (done := feed.run("lag")).returncode == 0 else None)
    finally:
        feed.variables = variables
    assert re.search(r"council\s+ok", alone.stdout.decode())


def test_a_second_monitor_on_the_port_ends_in_a_sentence(feed: Feed) -> None:
    done = feed.run("monitor")

    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1].startswith("The monitor cannot listen on 127.0.0.1:")


def test_a_monitor_without_a_broker_ends_in_a_sentence(feed: Feed) -> None:
    variables = feed.variables
    feed.variables = {**variables, "RESULTS_BROKER": "127.0.0.1:1"}
    try:
        done = feed.run("monitor")
    finally:
        feed.variables = variables

    assert done.returncode == 2
    assert done.stderr.decode().splitlines()[-1].startswith("No Kafka broker answers at 127.0.0.1:1")
