"""Apache Kafka as a process: fetched once with Maven into a cache outside the repository, started on loopback."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka.admin import AdminClient

VERSION = "4.3.1"
HOST = "127.0.0.1"

POM = """<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>feed</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{v}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{v}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
"""

SETTINGS = """process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
auto.create.topics.enable=false
log.index.size.max.bytes=1048576
"""


def jars() -> Path:
    """The folder with Kafka's jars; fetched on first use."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "election-results-feed" / f"kafka-{VERSION}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pom.xml").write_text(POM.format(v=VERSION))
        copy = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={folder / 'libs'}"]
        subprocess.run(copy, cwd=folder, check=True, stdin=subprocess.DEVNULL)
        (folder / "complete").touch()
    return folder / "libs"


class Kafka:
    """One broker with its data; it can be killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = folder / "server.properties"
        self._port, controller = _free_ports(2)
        self.address = f"{HOST}:{self._port}"
        data = folder / "data"
        self._settings.write_text(SETTINGS.format(port=self._port, controller=controller, data=data))
        self._java(
            "kafka.tools.StorageTool", "format", "-t", "4L6g3nShT-eMCtK--X86sw", "-c", str(self._settings)
        ).wait()

    def start(self) -> None:
        self._process = self._java("kafka.Kafka", str(self._settings))
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert self._process.poll() is None, (self._folder / "kafka.log").read_text()[-3000:]
            if _listens(self._port):
                client = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
                client.list_topics(timeout=20)
                return
            time.sleep(0.2)
        raise AssertionError("Kafka did not start within 60 s")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _java(self, *arguments: str) -> subprocess.Popen[bytes]:
        heap = ["-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        with (self._folder / "kafka.log").open("ab") as words:
            return subprocess.Popen(
                ["java", *heap, "-cp", f"{jars()}/*", *arguments],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
            )


@contextmanager
def kafka_broker(folder: Path) -> Iterator[Kafka]:
    """A running broker, empty at first, gone afterwards."""
    kafka = Kafka(folder)
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.kill()
        shutil.rmtree(folder / "data", ignore_errors=True)


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind((HOST, 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
