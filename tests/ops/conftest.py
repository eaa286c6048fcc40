"""A feed on the embedded broker, shared by the tests that only watch it."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.rehearsal.broker import embedded_broker
from tests.kafka.server import Kafka, kafka_broker
from tests.ops.alerting import Alerting, Night
from tests.ops.feed import Feed, until
from tests.ports import free_port

#: Each test's own, for they share a Kafka; its next one is free for whoever refolds.
_generations = itertools.count(2, 2)


@pytest.fixture(scope="package")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with embedded_broker(log=tmp_path_factory.mktemp("broker") / "broker.log") as address:
        yield address


@pytest.fixture(scope="package")
def worker_port() -> int:
    """Where the shared feed's worker shows its metrics."""
    return free_port()


@pytest.fixture(scope="package")
def feed(broker: str, worker_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feed]:
    """Topics, a council worker that shows its metrics, an area worker, and a monitor that looks every second."""
    running = Feed(broker, "embedded", tmp_path_factory.mktemp("feed"))
    made = running.run("topics")
    assert made.returncode == 0, made.stderr
    running.start("worker", "worker", "council", RESULTS_METRICS_PORT=str(worker_port))
    running.start("area", "worker", "area")
    running.start("monitor", "monitor")
    try:
        until(lambda: running.group()["members"] == 1 and running.group()["verdict"] == "ok")
        yield running
    finally:
        running.close()


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with kafka_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture
def night(kafka: Kafka, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Night]:
    """A feed on Kafka at the pace of a night, and alerting over it; a parameter holds further settings."""
    feed = Feed(
        kafka.address, "kafka", tmp_path, RESULTS_MODE="rehearsal", RESULTS_GENERATION=str(next(_generations)),
        RESULTS_MONITOR_POLL_SECONDS="5", RESULTS_MONITOR_PROBE_SECONDS="5", **getattr(request, "param", {}),
    )  # fmt: skip
    ports = {name: free_port() for name in ("council", "area", "intake", "serve", "webhooks")}
    feed.variables |= {
        "RESULTS_INTAKE_DIR": str(tmp_path / "intake"), "RESULTS_INTAKE_PORT": str(ports["intake"]),
        "RESULTS_WEBHOOK_DIR": str(tmp_path / "webhooks"), "RESULTS_SERVE_PORT": str(free_port()),
    }  # fmt: skip
    workers = [ports["council"], ports["area"]]
    made = feed.run("topics")
    assert made.returncode == 0, made.stderr
    targets = {
        "monitor": [feed.port], "worker": workers,
        **{name: [ports[name]] for name in ("intake", "serve", "webhooks")},
    }  # fmt: skip
    try:
        night = Night(feed, ports)
        for agent in ("council", "area"):
            night.worker(agent)
        feed.start("intake", "intake")
        night.start("serve", "serve")
        until(lambda: all(feed.get("/metrics", ports[name]) for name in feed.processes), 60)
        feed.start("monitor", "monitor")
        night.well()
        with Alerting(tmp_path, targets) as alerting:  # not before there is something to watch
            until(lambda: alerting.query('up{job="monitor"} == 1'), 30)
            night.alerting = alerting
            yield night
    finally:
        feed.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what waits for alerts, minutes at a time, unless it is asked for by its marker."""
    if "alerts" in config.getoption("markexpr"):
        return
    waiting = [item for item in items if item.get_closest_marker("alerts")]
    if waiting:
        config.hook.pytest_deselected(items=waiting)
        items[:] = [item for item in items if item not in waiting]
