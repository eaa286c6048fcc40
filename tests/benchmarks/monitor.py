"""What watching costs: the monitor of three groups on eight partitions through a night, and scrapes of every part.

`python -m tests.benchmarks.monitor [SPEED]` on Apache Kafka: the monitor at its own pace, a council and an area worker
and a consumer of headlines; a night is replayed at SPEED (250 unless given), then it is quiet for 30 s, and then two
processes beside it want all that the machine has, for 30 s.  Each part is scraped every 2 s in the night, as the
shipped Prometheus does, and five times a second after it.  Printed for each stretch: the monitor's share of a core and
its resident memory; median, 99 % and longest time of a scrape; and at the end what one costs in processor time.  The
peer is a process that only answers scrapes, with nothing in them: beyond its time is ours, the rest is the machine's.
"""

import asyncio
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer

from schemas import topics
from tests.kafka.server import kafka_broker
from tests.ops.feed import Feed, free_port, until

PARTITIONS = 8
SCRAPE_SECONDS = 2.0
OFTEN_SECONDS = 0.2
STRETCH_SECONDS = 30.0
BURNERS = 2
AT_A_STRETCH = 200
READER = "newsroom"


class Scrapes:
    """Scrapes every part by turns in a thread, and remembers how long each took."""

    def __init__(self, feed: Feed, ports: dict[str, int], every: float) -> None:
        self.seconds: dict[str, list[float]] = {name: [] for name in ports}
        self.bytes: dict[str, int] = {}
        self._feed = feed
        self._ports = ports
        self._every = every
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._scrape)

    def __enter__(self) -> "Scrapes":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _scrape(self) -> None:
        while not self._over.wait(self._every):
            for name, port in self._ports.items():
                began = time.perf_counter()
                try:
                    self.bytes[name] = len(self._feed.get("/metrics", port))
                except OSError:
                    continue  # the peer is still starting
                self.seconds[name].append(time.perf_counter() - began)


def spent(pid: int) -> tuple[float, float]:
    """Processor seconds and resident megabytes of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    resident = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line)
    return (int(fields[11]) + int(fields[12])) / 100, int(resident.split()[1]) / 1024


@contextmanager
def a_peer(port: int) -> Iterator[None]:
    """The metrics server of prometheus-client, in a process of its own, with nothing to show."""
    program = (
        "import time, prometheus_client as p\n"
        f"p.start_http_server({port}, '127.0.0.1', p.CollectorRegistry())\ntime.sleep(600)"
    )
    process = subprocess.Popen([sys.executable, "-c", program])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def burning() -> Iterator[None]:
    """Processes that take all they can get."""
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(BURNERS)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


async def _read(feed: Feed) -> None:
    """A consumer of headlines in a group of its own, which commits twice a second."""
    consumer = AIOKafkaConsumer(
        topics.headlines(feed.settings.mode), bootstrap_servers=feed.settings.broker, group_id=READER,
        auto_offset_reset="earliest", auto_commit_interval_ms=500,
    )  # fmt: skip
    async with consumer:
        async for _ in consumer:
            pass


def measure(folder: Path, broker: str, speed: str) -> None:
    """Run the night and print the figures."""
    ports = {name: free_port() for name in ("council", "area")}
    feed = Feed(
        broker, "kafka", folder, RESULTS_MODE="rehearsal", RESULTS_PARTITIONS=str(PARTITIONS),
        RESULTS_MONITOR_POLL_SECONDS="5", RESULTS_MONITOR_PROBE_SECONDS="5",
        RESULTS_MONITOR_GROUPS=f"{READER}=headlines",
    )  # fmt: skip
    try:
        made = feed.run("topics")
        assert made.returncode == 0, made.stderr
        for agent, port in ports.items():
            feed.start(agent, "worker", agent, RESULTS_METRICS_PORT=str(port))
        threading.Thread(target=lambda: asyncio.run(_read(feed)), daemon=True).start()
        feed.start("monitor", "monitor")
        until(lambda: [group["members"] for group in feed.state()["groups"]] == [1, 1, 1], 90)
        peer = free_port()
        parts = {"monitor": feed.port, **ports, "peer": peer}
        with a_peer(peer):
            with _stretch("night", feed, parts, SCRAPE_SECONDS):
                replay = feed.start("replay", "replay", "south-east-2023", "--speed", speed)
                assert replay.wait(200) == 0
            with _stretch("quiet", feed, parts, OFTEN_SECONDS):
                time.sleep(STRETCH_SECONDS)
            with burning(), _stretch(f"beside {BURNERS} burners", feed, parts, OFTEN_SECONDS):
                time.sleep(STRETCH_SECONDS)
        costs = {name: _cost(feed, feed.processes[name].pid, parts[name]) for name in ("monitor", *ports)}
    finally:
        feed.close()
    for name, milliseconds in costs.items():
        _print(f"processor time of a scrape of {name}: {milliseconds:.1f} ms")
    _print(f"load of the machine, last minute: {os.getloadavg()[0]:.1f}")


@contextmanager
def _stretch(name: str, feed: Feed, parts: dict[str, int], every: float) -> Iterator[None]:
    """Scrape while something goes on, then print how that was."""
    pid = feed.processes["monitor"].pid
    began, before = time.time(), spent(pid)[0]
    with Scrapes(feed, parts, every) as scrapes:
        yield
    seconds, (after, resident) = time.time() - began, spent(pid)
    share = 100 * (after - before) / seconds
    _print(f"{name}, {seconds:.0f} s: the monitor takes {share:.2f} % of a core, {resident:.0f} MB")
    for part, found in scrapes.seconds.items():
        times = sorted(1000 * one for one in found)
        _print(
            f"  scrape of {part}: median {statistics.median(times):.1f} ms, 99 % {times[len(times) * 99 // 100]:.1f} "
            f"ms, longest {times[-1]:.1f} ms of {len(times)}, {scrapes.bytes[part] / 1024:.0f} KB"
        )


def _cost(feed: Feed, pid: int, port: int) -> float:
    """What a scrape costs a process in processor time, milliseconds, whatever else the machine does."""
    before, _ = spent(pid)
    for _ in range(AT_A_STRETCH):
        feed.get("/metrics", port)
    return 1000 * (spent(pid)[0] - before) / AT_A_STRETCH


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    """Measure in a folder of its own."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the reader outlives the broker by a moment
    speed = sys.argv[1] if len(sys.argv) > 1 else "250"
    with tempfile.TemporaryDirectory(prefix="results-monitor-") as name:
        folder = Path(name)
        (folder / "kafka").mkdir()
        with kafka_broker(folder / "kafka") as broker:
            measure(folder, broker.address, speed)


if __name__ == "__main__":
    main()
