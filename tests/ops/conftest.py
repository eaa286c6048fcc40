"""A feed on the embedded broker, shared by the tests that only watch it."""

from collections.abc import Iterator

import pytest

from streams.rehearsal.broker import embedded_broker
from tests.ops.feed import Feed, free_port, until


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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what waits for alerts, minutes at a time, unless it is asked for by its marker."""
    if "alerts" in config.getoption("markexpr"):
        return
    waiting = [item for item in items if item.get_closest_marker("alerts")]
    if waiting:
        config.hook.pytest_deselected(items=waiting)
        items[:] = [item for item in items if item not in waiting]
