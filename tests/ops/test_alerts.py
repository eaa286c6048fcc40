"""What the shipped rules, waits and inhibitions do in a real Prometheus and Alertmanager, on Apache Kafka.

Markers: ``alerts`` for all of it.  Each test is minutes long, because alerts wait before they fire; the figures are
printed.  Nothing is made quicker than in a night: intervals, waits and the monitor's pace are the shipped ones.
"""

import asyncio
import shutil
import signal
import sys
import time

import pytest

from tests.commands.evening import a_declaration, a_map
from tests.kafka.server import Kafka
from tests.ops.alerting import A_MINUTE, Night
from tests.ops.feed import send, until
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


def declared(ward: str, council: str) -> tuple[bytes, bytes]:
    return of(council, a_declaration(ward, mode="rehearsal"))


def test_a_killed_worker_pages_and_resolves(night: Night) -> None:
    feed, alerting = night.feed, night.alerting
    asyncio.run(send(feed.settings, *of("killed", a_map(mode="rehearsal"))))
    until(lambda: feed.group()["lag"] == 0)
    killed = time.time()
    feed.kill("council")
    asyncio.run(send(feed.settings, *declared("denne", "killed")))

    paged = alerting.hears("GroupStopped", "firing", 90, killed)
    down = alerting.hears("WorkerDown", "firing", 90, killed)
    until(lambda: "HeadlinesLate" in alerting.firing(), 60)
    time.sleep(5)
    assert "HeadlinesLate" not in alerting.heard(), "one page for one fault"
    again = time.time()
    night.worker("council")
    resolved = {name: alerting.hears(name, "resolved", 120, again) for name in ("GroupStopped", "WorkerDown")}

    figure(f"worker killed: GroupStopped after {paged:.0f} s, WorkerDown after {down:.0f} s")
    figure(
        "worker started again: "
        + ", ".join(f"{name} resolved after {seconds:.0f} s" for name, seconds in resolved.items())
    )
    assert max(paged, down) < A_MINUTE
    night.well()


@pytest.mark.parametrize("night", [{"RESULTS_SESSION_TIMEOUT_SECONDS": "80"}], indirect=True)
def test_lag_pages_and_resolves(night: Night) -> None:
    """A worker that is stuck while Kafka still counts it in: what pages is the age of the oldest unread record."""
    feed, alerting = night.feed, night.alerting
    asyncio.run(send(feed.settings, *of("stuck", a_map(mode="rehearsal"))))
    night.well()
    feed.signal("council", signal.SIGSTOP)
    frozen = time.time()
    try:
        asyncio.run(send(feed.settings, *declared("denne", "stuck")))
        paged = alerting.hears("HeadlinesLate", "firing", 90, frozen)
    finally:
        feed.signal("council", signal.SIGCONT)
    again = time.time()
    resolved = alerting.hears("HeadlinesLate", "resolved", 120, again)

    figure(
        f"worker stuck: HeadlinesLate {paged:.0f} s after the first unread record; "
        f"going on: resolved after {resolved:.0f} s"
    )
    assert paged < A_MINUTE
    night.well()


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
    assert warned < A_MINUTE


def test_a_silent_source_warns_and_resolves(night: Night) -> None:
    """Fifteen minutes of silence are told by the record's own time, which is set back."""
    feed, alerting = night.feed, night.alerting
    spoke = int(time.time()) - 890
    asyncio.run(
        send(
            feed.settings,
            *of("silent", a_map(mode="rehearsal", producer="Quiet Wire")),
            timestamp_ms=spoke * 1000,
        )
    )

    warned = alerting.hears("SourceSilent", "firing", 150, spoke + 900)
    heard = time.time()
    asyncio.run(send(feed.settings, *of("silent", a_declaration(mode="rehearsal", producer="Quiet Wire"))))
    resolved = alerting.hears("SourceSilent", "resolved", 90, heard)

    figure(
        f"a source silent for 15 min: SourceSilent {warned:.0f} s later; resolved {resolved:.0f} s after the next"
    )
    assert warned < A_MINUTE


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
    assert paged < A_MINUTE


def test_a_broker_that_is_away_pages_and_resolves(night: Night, kafka: Kafka) -> None:
    """The monitor is there and sees nothing; what it cannot see is not told as if it were seen."""
    feed, alerting = night.feed, night.alerting
    away = time.time()
    kafka.kill()

    paged = alerting.hears("LagMonitorBlind", "firing", 90, away)
    others = alerting.heard() - {"LagMonitorBlind"}
    again = time.time()
    kafka.start()
    resolved = alerting.hears("LagMonitorBlind", "resolved", 120, again)

    figure(
        f"broker killed: LagMonitorBlind after {paged:.0f} s, besides {', '.join(sorted(others)) or 'nothing'}; "
        f"started again: resolved after {resolved:.0f} s"
    )
    assert paged < A_MINUTE
    for agent in ("council", "area"):  # a worker may have left meanwhile, as it says in docs/night.md
        if feed.processes[agent].poll() is not None:
            night.worker(agent)
    night.well()


def test_intake_pages_and_sender_that_are_dead_page_and_resolve(night: Night) -> None:
    alerting = night.alerting
    commands = {"intake": ["intake"], "serve": ["serve"], "webhooks": ["webhook", "send"]}
    night.start("webhooks", *commands["webhooks"])
    until(lambda: len(alerting.query('up{job=~"intake|serve|webhooks"} == 1')) == 3, 40)
    paged, resolved = {}, {}
    names = {"intake": "IntakeDown", "serve": "PagesDown", "webhooks": "WebhooksDown"}
    killed = time.time()
    for name in commands:
        night.feed.kill(name)

    for alert in names.values():
        paged[alert] = alerting.hears(alert, "firing", 90, killed)
    again = time.time()
    for name, words in commands.items():
        night.start(name, *words)
    for alert in names.values():
        resolved[alert] = alerting.hears(alert, "resolved", 120, again)

    for alert, seconds in paged.items():
        figure(
            f"killed: {alert} after {seconds:.0f} s; started again: resolved after {resolved[alert]:.0f} s"
        )
    assert max(paged.values()) < A_MINUTE
