"""Every query of every dashboard and rule, asked of a live Prometheus over a whole night: none empty, none wrong.

Marker ``alerts``: it takes minutes.  A panel over time is asked as Grafana asks it, over the night; the others at one
moment of it.  What must have happened for a panel to have something to show happens here: a deploy, a rebalance,
readers, a webhook, and at last, when the quiet night is over, rejections.
"""

import asyncio
import math
import signal
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from schemas import topics
from streams.clients import reader
from tests.ops.alerting import Night
from tests.ops.feed import Feed, send, until
from tests.ops.test_alerts import figure
from tests.ops.test_dashboards import BUILT, EXPRESSIONS

pytestmark = [pytest.mark.alerts, pytest.mark.timeout(420)]

#: What Grafana would put in place of its variables, with the data source's interval of 2 s and a step of 15 s.
VARIABLES = {"$__rate_interval": "23s", "$group": ".*", "$instance": ".*"}
STEP_SECONDS = 15.0

#: Expressions of rules that hold for a moment of a quiet night, and are no alarm until they last.
MOMENTARY = {"RecoveryLong"}


def plain(query: str) -> str:
    text = " ".join(query.removeprefix(">-\n").split())
    for name, value in VARIABLES.items():
        text = text.replace(name, value)
    return text


def queries(over_time: bool) -> list[tuple[str, str]]:
    """The queries of panels and annotations by where they stand, those over time or those of a moment."""
    found = []
    for dashboard in BUILT:
        for panel in dashboard["panels"]:
            targets = [target["expr"] for target in panel["targets"] if target["range"] is over_time]
            found += [(f"{dashboard['uid']}: {panel['title']}", plain(expr)) for expr in targets]
        if over_time:
            annotations = dashboard["annotations"]["list"]
            found += [(f"{dashboard['uid']}: {one['name']}", plain(one["expr"])) for one in annotations]
    return found


@contextmanager
def a_receiver() -> Iterator[tuple[str, list[bytes]]]:
    """An address that takes webhooks, and what it took."""
    taken: list[bytes] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", taken
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def a_publisher(night: Night) -> Iterator[None]:
    """One reader of the pages' stream, and the webhook sender with one subscription."""
    feed = night.feed
    pages = feed.variables["RESULTS_SERVE_PORT"]
    with a_receiver() as (address, taken), ExitStack() as stack:
        feed.variables["RESULTS_WEBHOOK_ALLOW"] = "127.0.0.0/8"
        added = feed.run("webhook", "add", address, "--priority", "F")
        assert added.returncode == 0, added.stderr
        night.start("webhooks", "webhook", "send")
        stack.enter_context(urllib.request.urlopen(f"http://127.0.0.1:{pages}/api/v1/stream", timeout=10))
        yield
        assert taken, "no webhook came"


async def lies(feed: Feed, topic: str) -> list[dict[str, Any]]:
    """Every record of a topic, read by another client."""
    found: list[dict[str, Any]] = []
    async with reader(feed.settings, topic) as consumer:
        while records := await consumer.getmany(timeout_ms=3000):
            found += [orjson.loads(r.value) for run in records.values() for r in run if r.value]
    return found


def test_a_quiet_night_has_no_alert_and_every_query_an_answer(night: Night) -> None:
    feed, alerting = night.feed, night.alerting
    began = time.time()
    before = spent(feed.processes["monitor"].pid)
    with a_publisher(night):
        replay = feed.start("replay", "replay", "south-east-2023", "--speed", "500")
        until(lambda: feed.state()["wards"]["declared"] > 100, 120)
        _a_second_worker_comes_and_goes(feed)
        until(lambda: feed.state()["wards"]["declared"] > 300, 120)
        empty = {where for where, query in queries(over_time=False) if not finite(alerting.query(query))}
        holds = {alert for alert, query in EXPRESSIONS if alerting.query(plain(query))}
        assert replay.wait(200) == 0
        until(lambda: feed.state()["wards"]["declared"] > 600 and feed.group()["lag"] <= 2, 90)
        time.sleep(12)
        ended, after = time.time(), spent(feed.processes["monitor"].pid)
        quiet = [name for _, name, _ in alerting.delivered]
        _values_are_those_of_the_topics(night)

        assert empty == set()
        assert holds <= MOMENTARY
        assert quiet == []
        _two_rejections(night)
        for where, query in queries(over_time=True):
            if not finite(alerting.query_range(query, began, time.time(), STEP_SECONDS)):
                empty.add(where)
        assert empty == set()
    _told(night, ended - began, after[0] - before[0], after[1])
    assert after[1] < 80


def test_the_rules_that_must_fire_are_asked_while_they_do(night: Night) -> None:
    """Each expression that a stage here can make true, at a moment when it is; the others are promtool's."""
    feed, alerting = night.feed, night.alerting
    feed.kill("council")
    feed.kill("area")
    asyncio.run(send(feed.settings, b"nonsense", b"k"))
    held: set[str] = set()
    wanted = {"HeadlinesLate", "GroupStopped", "ProbeLost", "WorkerDown"}

    def holding() -> bool:
        held.update(alert for alert, query in EXPRESSIONS if alerting.query(plain(query)))
        return held >= wanted

    until(holding, 90, every=1.0)
    night.worker("council")
    night.worker("area")
    wanted.add("DeadLettersOpen")
    until(holding, 90, every=1.0)


def _a_second_worker_comes_and_goes(feed: Feed) -> None:
    second = feed.start("second", "worker", "council", RESULTS_INSTANCE="2")
    until(lambda: feed.group()["members"] == 2, 60)
    second.send_signal(signal.SIGTERM)
    second.wait(30)
    feed.processes.pop("second")


def _two_rejections(night: Night) -> None:
    """Two, some scrapes apart, handled at once: their panel shows each."""
    for _ in range(2):
        asyncio.run(send(night.feed.settings, b"nonsense", b"k"))
        time.sleep(10)


def _values_are_those_of_the_topics(night: Night) -> None:
    """What panels show at the end of the night, against what lies on the topics."""
    feed, alerting = night.feed, night.alerting
    mode = feed.settings.mode
    said = {one["id"]: one["action"] for one in asyncio.run(lies(feed, topics.headlines(mode)))}
    sent = [one for one in asyncio.run(lies(feed, topics.declarations(mode))) if one["type"] != "Probe"]
    standings = {one["council"]: one for one in asyncio.run(lies(feed, topics.standings(mode)))}

    def value(query: str) -> float:
        return float(alerting.query(query)[0]["value"][1])

    def by(query: str, label: str) -> dict[str, float]:
        return {one["metric"][label]: float(one["value"][1]) for one in alerting.query(query)}

    assert by("sum by (action) (election_headlines_total)", "action") == Counter(said.values())
    assert value("sum(election_declarations_total)") == len(sent)
    assert value("sum(election_wards_declared)") == sum(one["wards_declared"] for one in standings.values())
    assert value("sum(election_wards_expected)") == sum(one["wards_expected"] for one in standings.values())
    assert value("sum(election_dead_letters_open)") == 0
    assert value("max(kafka_consumergroup_group_max_lag_seconds)") < 5
    assert by("election_group_members", "group").keys() == by("election_group_status", "group").keys()
    seen = sum(
        float(one["value"][1]) for one in alerting.query("sum(increase(election_headlines_total[8m]))")
    )
    assert seen == pytest.approx(len(said), rel=0.05), "rates miss headlines"


def finite(answer: list[dict[str, Any]]) -> bool:
    """Whether an answer has values, and all of them are numbers."""
    values = [value for one in answer for _, value in one.get("values", [one.get("value")])]
    return bool(values) and all(math.isfinite(float(value)) for value in values)


def spent(pid: int) -> tuple[float, float]:
    """Processor seconds and resident megabytes of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    resident = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line)
    return (int(fields[11]) + int(fields[12])) / 100, int(resident.split()[1]) / 1024


def _told(night: Night, seconds: float, processor: float, resident: float) -> None:
    figure(
        f"monitor over {seconds:.0f} s of night: {100 * processor / seconds:.1f} % of a core, {resident:.0f} MB"
    )
    for job in ("monitor", "worker", "intake", "serve", "webhooks"):
        of_job = f'scrape_duration_seconds{{job="{job}"}}[8m]'
        typical, longest = (
            float(night.alerting.query(f"max({over}{of_job}))")[0]["value"][1])
            for over in ("quantile_over_time(0.5, ", "max_over_time(")
        )
        figure(f"scrape of {job}: median {typical * 1000:.0f} ms, longest {longest * 1000:.0f} ms")
