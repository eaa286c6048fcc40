"""Apache Kafka as a process: fetched once with Maven into a cache outside the repository, started on loopback."""

import fcntl
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka.admin import AdminClient

from tests.ports import free_port

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

#: What a broker is told; ``{port}``, ``{controller}`` and ``{data}`` are filled in.
SETTINGS = {
    "process.roles": "broker,controller",
    "listeners": f"PLAINTEXT://{HOST}:{{port}},CONTROLLER://{HOST}:{{controller}}",
    "advertised.listeners": f"PLAINTEXT://{HOST}:{{port}}",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "log.dirs": "{data}",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "auto.create.topics.enable": "false",
    "log.index.size.max.bytes": "1048576",
}

#: One id for all: brokers of one cluster must have been formatted with the same.
CLUSTER = "4L6g3nShT-eMCtK--X86sw"


def jars() -> Path:
    """The folder with Kafka's jars; fetched on first use, by one of those who want it while the others wait."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "election-results-feed" / f"kafka-{VERSION}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as mine:
        fcntl.flock(mine, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            (folder / "pom.xml").write_text(POM.format(v=VERSION))
            copy = ["mvn", "-q", "-B", "dependency:copy-dependencies", f"-DoutputDirectory={folder / 'libs'}"]
            subprocess.run(copy, cwd=folder, check=True, stdin=subprocess.DEVNULL)
            (folder / "complete").touch()
    return folder / "libs"


class Kafka:
    """One broker with its data; it can be killed and started again on the same data.

    ``extra``: settings beside or instead of ``SETTINGS``, with the same fields to be filled in.  ``node`` and
    ``voters`` (controller ports by node) make it one of a cluster.  ``client``: how librdkafka reaches it
    (`security.protocol` and so on) where the default would not.  ``format_with``: more arguments for the
    storage tool, such as the first users.
    """

    def __init__(
        self,
        folder: Path,
        extra: Mapping[str, str] | None = None,
        *,
        node: int = 1,
        voters: Mapping[int, int] | None = None,
        client: Mapping[str, str] | None = None,
        format_with: Sequence[str] = (),
        heap_mb: int = 384,
    ) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._client = dict(client or {})
        self._heap_mb = heap_mb
        self._settings = folder / "server.properties"
        self.node = node
        self.port, controller = free_ports(2)
        voters = voters or {node: controller}
        self.address = f"{HOST}:{self.port}"
        quorum = ",".join(f"{number}@{HOST}:{port}" for number, port in voters.items())
        told = {**SETTINGS, "node.id": str(node), "controller.quorum.voters": quorum, **(extra or {})}
        fields = {"{port}": self.port, "{controller}": voters[node], "{data}": folder / "data"}
        self._settings.write_text(
            "".join(f"{name}={_filled(value, fields)}\n" for name, value in told.items())
        )
        format_it = (
            "kafka.tools.StorageTool",
            "format",
            "-t",
            CLUSTER,
            "-c",
            str(self._settings),
            *format_with,
        )
        assert self._java(*format_it).wait() == 0, self.words()

    def start(self) -> None:
        self.begin()
        self.wait()

    def begin(self) -> None:
        """Start the process and do not wait for it."""
        self._process = self._java("kafka.Kafka", str(self._settings))

    def wait(self) -> None:
        """Return once it answers."""
        assert self._process is not None
        deadline = time.monotonic() + 150
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.words()
            if _listens(self.port):
                client = AdminClient({"bootstrap.servers": self.address, "log_level": 0, **self._client})
                client.list_topics(timeout=60)
                return
            time.sleep(0.2)
        raise AssertionError("Kafka did not start within 150 s")

    def words(self) -> str:
        """The end of what it said."""
        return (self._folder / "kafka.log").read_text()[-3000:]

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def process(self) -> int:
        """The broker's process id."""
        assert self._process is not None
        return self._process.pid

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _java(self, *arguments: str) -> subprocess.Popen[bytes]:
        heap = [f"-Xmx{self._heap_mb}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        with (self._folder / "kafka.log").open("ab") as words:
            return subprocess.Popen(
                ["java", *heap, "-cp", f"{jars()}/*", *arguments],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
            )


@contextmanager
def kafka_broker(folder: Path, extra: Mapping[str, str] | None = None) -> Iterator[Kafka]:
    """A running broker, empty at first, gone afterwards."""
    kafka = Kafka(folder, extra)
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.kill()
        shutil.rmtree(folder / "data", ignore_errors=True)


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens at, below those that the system gives to clients: a broker must find its own again."""
    return [free_port() for _ in range(count)]


def _filled(value: str, fields: Mapping[str, object]) -> str:
    for name, content in fields.items():
        value = value.replace(name, str(content))
    return value


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
