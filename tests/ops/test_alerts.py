"""What the feed's rules do in a real Prometheus and Alertmanager, on Apache Kafka; figures are printed.

Markers: ``alerts`` for all of it. Each test is minutes long, because alerts wait before they fire.
"""

import asyncio
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.evening import a_declaration, a_map
from tests.kafka.server import Kafka, kafka_broker
from tests.ops.alerting import Alerting
from tests.ops.feed import Feed, free_port, send, until
from tests.ops.test_dashboards import EXPRESSIONS, QUERIES
from tests.ops.test_feed import of

pytestmark = [
    pytest.mark.alerts,
    pytest.mark.timeout(420),
    pytest.mark.skipif(
        shutil.which("prometheus-alertmanager") is None,
        reason="needs Debian's packages prometheus and prometheus-alertmanager; CI has them",
    ),
]


def figure(words: str) -> None:
    sys.stderr.write(f"\n  {words}\n")


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with kafka_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


class Night:
    """A feed on Kafka with its workers, a monitor, and alerting over all of them."""

    def __init__(self, feed: Feed, alerting: Alerting, ports: dict[str, int]) -> None:
        self.feed = feed
        self.alerting = alerting
        self._ports = ports

    def worker(self, agent: str) -> None:
        self.feed.start(agent, "worker", agent, RESULTS_METRICS_PORT=str(self._ports[agent]))


@pytest.fixture
def night(kafka: Kafka, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Night]:
    generation = str(abs(hash(request.node.name)) % 10_000 + 2)
    feed = Feed(
        kafka.address, "kafka", tmp_path, RESULTS_MODE="rehearsal", RESULTS_GENERATION=generation,
        RESULTS_SESSION_TIMEOUT_SECONDS="6",
    )  # fmt: skip
    ports = {agent: free_port() for agent in ("council", "area")}
    made = feed.run("topics")
    assert made.returncode == 0, made.stderr
    try:
        with Alerting(tmp_path, feed.port, list(ports.values())) as alerting:
            night = Night(feed, alerting, ports)
            for agent in ports:
                night.worker(agent)
            until(lambda: all(feed.get("/metrics", port) for port in ports.values()), 40)
            feed.start("monitor", "monitor")
            until(lambda: feed.state()["verdict"] == "ok", 60)
            yield night
    finally:
        feed.close()


def declared(ward: str, council: str) -> tuple[bytes, bytes]:
    return of(council, a_declaration(ward, mode="rehearsal"))


def test_a_killed_worker_pages_and_resolves(night: Night) -> None:
    feed, alerting = night.feed, night.alerting
    asyncio.run(send(feed.settings, *of("killed", a_map(mode="rehearsal"))))
    until(lambda: feed.group()["lag"] == 0)
    killed = time.time()
    feed.kill("council")
    for number in range(8):
        asyncio.run(send(feed.settings, *declared("denne" if number % 2 else "forest", "killed")))

    paged = alerting.hears("GroupStopped", "firing", 90, killed)
    down = alerting.hears("WorkerDown", "firing", 90, killed)
    late = alerting.hears("HeadlinesLate", "firing", 120, killed)
    again = time.time()
    night.worker("council")
    resolved = {
        name: alerting.hears(name, "resolved", 120, again) for name in ("GroupStopped", "HeadlinesLate")
    }

    figure(
        f"worker killed: GroupStopped after {paged:.0f} s, WorkerDown {down:.0f} s, HeadlinesLate {late:.0f} s"
    )
    figure(
        "worker started again: "
        + ", ".join(f"{name} resolved after {s:.0f} s" for name, s in resolved.items())
    )
    assert paged < 60
    until(lambda: feed.group()["verdict"] == "ok")


def test_open_rejections_warn_and_resolve(night: Night) -> None:
    feed, alerting = night.feed, night.alerting
    began = time.time()
    asyncio.run(send(feed.settings, b"nonsense", b"k"))

    warned = alerting.hears("DeadLettersOpen", "firing", 120, began)
    (found,) = feed.state()["rejections"]
    done = time.time()
    assert feed.run("rejections", "discard", found["id"], "--by", "Ann", "--reason", "a test").returncode == 0
    resolved = alerting.hears("DeadLettersOpen", "resolved", 90, done)

    figure(f"a rejection: DeadLettersOpen after {warned:.0f} s; discarded: resolved after {resolved:.0f} s")


def test_a_silent_source_warns_and_resolves(night: Night) -> None:
    """Fifteen minutes of silence are told by the record's own time, which is set back."""
    feed, alerting = night.feed, night.alerting
    asyncio.run(
        send(
            feed.settings,
            *of("silent", a_map(mode="rehearsal", producer="Quiet Wire")),
            timestamp_ms=int(time.time() - 890) * 1000,
        )
    )
    until(lambda: "Quiet Wire" in {one["source"] for one in feed.state()["sources"]})
    began = time.time()

    warned = alerting.hears("SourceSilent", "firing", 150, began)
    heard = time.time()
    asyncio.run(send(feed.settings, *of("silent", a_declaration(mode="rehearsal", producer="Quiet Wire"))))
    resolved = alerting.hears("SourceSilent", "resolved", 90, heard)

    figure(
        f"a source silent for 15 min: SourceSilent {warned - 10:.0f} s later; resolved {resolved:.0f} s after the next"
    )


def test_a_blind_monitor_pages_and_resolves(night: Night) -> None:
    down = time.time()
    night.feed.kill("monitor")

    paged = night.alerting.hears("LagMonitorBlind", "firing", 90, down)
    again = time.time()
    night.feed.start("monitor", "monitor")
    resolved = night.alerting.hears("LagMonitorBlind", "resolved", 90, again)

    figure(
        f"monitor killed: LagMonitorBlind after {paged:.0f} s; started again: resolved after {resolved:.0f} s"
    )
    assert paged < 60


def test_a_quiet_night_has_no_alert_and_every_query_an_answer(night: Night) -> None:
    """A whole night, replayed; meanwhile every query of dashboards and rules is asked of the live Prometheus."""
    feed, alerting = night.feed, night.alerting
    ticks = [(time.time(), *_spent(feed.processes["monitor"].pid))]
    replay = feed.start("replay", "replay", "south-east-2023", "--speed", "500")
    time.sleep(70)
    # One rebalance that is meant, so that its figures exist: a second worker comes and goes.
    second = feed.start(
        "second", "worker", "council", RESULTS_INSTANCE="2", RESULTS_METRICS_PORT=str(free_port())
    )
    until(lambda: feed.group()["members"] == 2, 40)
    second.send_signal(signal.SIGTERM)
    second.wait(30)
    feed.processes.pop("second")
    empty: dict[str, str] = {}
    for where, query in [*QUERIES, *EXPRESSIONS]:
        plain = query.removeprefix(">-\n")
        for name, value in {"$__rate_interval": "2m", "$group": ".*", "$instance": ".*"}.items():
            plain = plain.replace(name, value)
        if not alerting.query(" ".join(plain.split())):
            empty[where] = query
    assert replay.wait(180) == 0
    until(lambda: feed.state()["wards"]["declared"] > 600 and feed.group()["lag"] == 0, 60)
    time.sleep(10)
    ticks.append((time.time(), *_spent(feed.processes["monitor"].pid)))

    (began, before, _), (ended, after, resident) = ticks
    scrapes = sorted(
        float(one["value"][1])
        for one in alerting.query('max_over_time(scrape_duration_seconds{job="monitor"}[5m])')
    )
    typical = float(
        alerting.query('quantile_over_time(0.95, scrape_duration_seconds{job="monitor"}[5m])')[0]["value"][1]
    )
    share = 100 * (after - before) / (ended - began)
    figure(f"monitor over {ended - began:.0f} s of night: {share:.1f} % of a core, {resident:.0f} MB; "
           f"scrape 95 % {typical * 1000:.0f} ms, longest {scrapes[-1] * 1000:.0f} ms")  # fmt: skip
    assert alerting.delivered == []
    quiet_rules = {alert for alert, _ in EXPRESSIONS}
    assert set(empty) <= quiet_rules | PUBLISHERS_ONLY, empty
    # A worker that has just come or gone recovers for a moment, which is no alarm until it lasts.
    assert set(empty) >= quiet_rules - {"RecoveryLong"}, "a rule's expression holds during a quiet night"
    assert resident < 80


#: Only `results serve` and webhooks say these; a rebalance and a deploy mark a moment that may have passed.
PUBLISHERS_ONLY = {
    "election-night: Readers and deliveries",
    "election-feed: Deploys",
    "election-feed: Rebalances",
    "election-night: Deploys",
    "election-night: Rebalances",
    "election-night: Rejections by reason",
}


def _spent(pid: int) -> tuple[float, float]:
    """Processor seconds and resident megabytes of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    resident = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line)
    return (int(fields[11]) + int(fields[12])) / 100, int(resident.split()[1]) / 1024
