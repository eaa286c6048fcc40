"""Can the files for containers lie? Compose and hadolint read them, and each command runs as a plain process."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.kafka.server import Kafka, kafka_broker
from tests.ops.alerting import alertmanager_file
from tests.ops.feed import ROOT, Feed, until
from tests.ops.test_dashboards import RULES
from tests.ports import free_port

PASSWORDS = {
    "RESULTS_MONITOR_PASSWORD": "correct-horse-battery",
    "RESULTS_SERVE_PASSWORD": "staple-horse-battery",
}
OURS = "election-results-feed:"


def tool(name: str) -> str:
    """A program beside this interpreter or on the path; those tests are left out where it is not installed."""
    found = shutil.which(name, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{name} comes with the extra dev; CI has it")
    return found


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    """The file as Compose understands it, everything interpolated."""
    done = subprocess.run(
        [tool("docker-compose"), "--profile", "ops", "--profile", "webhooks", "config", "--format", "json"],
        cwd=ROOT, env={**os.environ, **PASSWORDS}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def services(project: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = project["services"]
    return found


def test_a_forgotten_password_is_asked_for() -> None:
    bare = {name: value for name, value in os.environ.items() if name not in PASSWORDS}
    done = subprocess.run(
        [tool("docker-compose"), "config", "-q"],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "password of 12 characters or more" in done.stderr


def test_ports_are_on_this_machine_alone(services: dict[str, dict[str, Any]]) -> None:
    published = [
        (name, port["host_ip"]) for name, service in services.items() for port in service.get("ports", ())
    ]

    assert published
    assert {address for _, address in published} == {"127.0.0.1"}


def test_every_container_is_limited_and_without_rights(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        limits = service["deploy"]["resources"]["limits"]
        assert {"cpus", "memory", "pids"} <= set(limits), name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        if service["image"].startswith(OURS):
            assert service["read_only"], name
            assert service["init"], name
        if name != "topics":
            assert service["healthcheck"]["test"], name
            assert service["restart"] == "unless-stopped", name


def test_the_image_is_built_from_all_that_the_feed_imports(tmp_path: Path) -> None:
    """What the Dockerfile takes is taken here, and nothing of the feed comes from anywhere else."""
    taken = [
        source
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    ]
    allowed = [
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]
    for source in taken:
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, tmp_path / source)
    program = """
import importlib, pathlib, sys
here = pathlib.Path.cwd()
files = [path.relative_to(here).with_suffix("") for path in here.rglob("*.py") if path.stem != "__main__"]
for file in files:
    importlib.import_module(".".join(file.parts).removesuffix(".__init__"))
packages = {file.parts[0] for file in files} | {"schemas", "streams", "results_client"}
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] in packages and not pathlib.Path(module.__file__).is_relative_to(here):
        raise SystemExit(f"{name} came from {module.__file__}")
"""

    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(taken) == sorted(allowed)


def test_images_are_pinned_and_no_version_line_is_left(services: dict[str, dict[str, Any]]) -> None:
    assert all(re.search(r":v?\d+\.\d+\.\d+$", service["image"]) for service in services.values())
    assert not re.search(r"^version:", (ROOT / "docker-compose.yml").read_text(), re.M)


def test_nothing_starts_before_what_it_needs(services: dict[str, dict[str, Any]]) -> None:
    needs = {name: service.get("depends_on", {}) for name, service in services.items()}

    assert needs["topics"]["kafka"]["condition"] == "service_healthy"
    for name, service in services.items():
        if service["image"].startswith(OURS) and name not in ("topics", "monitor"):
            assert needs[name]["topics"]["condition"] == "service_completed_successfully"
    assert needs["monitor"]["council-1"]["condition"] == "service_healthy"


def test_kafka_has_its_policies(services: dict[str, dict[str, Any]]) -> None:
    kafka = services["kafka"]

    assert kafka["image"].startswith("apache/kafka:4.3")
    assert kafka["environment"]["KAFKA_AUTO_CREATE_TOPICS_ENABLE"] == "false"
    assert kafka["environment"]["KAFKA_UNCLEAN_LEADER_ELECTION_ENABLE"] == "false"
    assert kafka["environment"]["KAFKA_PROCESS_ROLES"] == "broker,controller"
    assert [volume["target"] for volume in kafka["volumes"]] == [kafka["environment"]["KAFKA_LOG_DIRS"]]


def test_every_file_that_is_mounted_is_there(services: dict[str, dict[str, Any]]) -> None:
    mounted = [v for service in services.values() for v in service.get("volumes", ()) if v["type"] == "bind"]

    assert len(mounted) >= 4
    assert [volume["source"] for volume in mounted if not Path(volume["source"]).exists()] == []
    assert all(volume["read_only"] for volume in mounted)


def test_prometheus_scrapes_what_the_services_show(services: dict[str, dict[str, Any]]) -> None:
    text = (ROOT / "deploy/prometheus/prometheus.yml").read_text()
    shown = {
        f"{name}:{service['environment']['RESULTS_METRICS_PORT']}"
        for name, service in services.items()
        if "RESULTS_METRICS_PORT" in service.get("environment", {})
    } | {  # these show theirs at the door that they have anyhow
        f"monitor:{services['monitor']['environment']['RESULTS_MONITOR_PORT']}",
        f"intake:{services['intake']['environment']['RESULTS_INTAKE_PORT']}",
    }

    assert shown == set(re.findall(r"[\w-]+:\d{4}(?=[\],])", text)) - {"alertmanager:9093"}
    assert services["prometheus"]["secrets"][0]["target"] in text


def test_no_process_of_the_feed_dies_unheard(services: dict[str, dict[str, Any]]) -> None:
    """Each service of our image that goes on is scraped, and a rule asks whether its job is up."""
    scraped = re.findall(
        r"job_name: (\w+)\n(?:    .*\n)*?      - targets: \[(.*)\]",
        (ROOT / "deploy/prometheus/prometheus.yml").read_text(),
    )
    jobs = {address.partition(":")[0]: job for job, targets in scraped for address in targets.split(", ")}
    asked = set(re.findall(r'expr:.*?up\{job="(\w+)"\} == 0', RULES.read_text(), re.S))

    going_on = {name for name, service in services.items() if service["image"].startswith(OURS)} - {"topics"}
    assert jobs.keys() == going_on
    assert set(jobs.values()) == asked


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run(
        [tool("hadolint"), "Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular() -> None:
    text = (ROOT / "Dockerfile").read_text()

    assert text.count("FROM ") == 2
    assert re.search(r"^USER 10001:10001$", text, re.M)
    assert 'ENTRYPOINT ["results"]' in text


def test_alerts_go_to_the_address_that_is_asked_for(project: dict[str, Any]) -> None:
    """Compose starts no container with a secret whose variable is not set, and names the variable."""
    (secret,) = project["services"]["alertmanager"]["secrets"]
    named = re.findall(r"url_file: (\S+)", (ROOT / "deploy/alertmanager/alertmanager.yml").read_text())

    assert named == [secret["target"]]
    assert project["secrets"][secret["source"]]["environment"] == "ALERT_WEBHOOK_URL"
    assert "example" not in (ROOT / "deploy/alertmanager/alertmanager.yml").read_text()


def test_alertmanager_accepts_its_file(tmp_path: Path) -> None:
    amtool = shutil.which("amtool")
    if amtool is None:
        pytest.skip("amtool comes with Debian's package prometheus-alertmanager; CI has it")
    file = tmp_path / "alertmanager.yml"
    file.write_text(alertmanager_file("http://127.0.0.1:9/"))
    done = subprocess.run([amtool, "check-config", file], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kafka]:
    with kafka_broker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.mark.kafka
@pytest.mark.timeout(400)
def test_each_containers_command_runs_and_gets_well(
    services: dict[str, dict[str, Any]], kafka: Kafka, tmp_path: Path
) -> None:
    """Every service of our image, as a process with the variables of its container, by its own health check."""
    ports: dict[str, str] = {}
    feed = Feed(kafka.address, "kafka", tmp_path)
    mine = {name: service for name, service in services.items() if service["image"].startswith(OURS)}
    try:
        feed.variables = _variables(mine["topics"], kafka, tmp_path, ports)
        topics = feed.run(*mine["topics"]["command"])
        assert topics.returncode == 0, topics.stderr
        for name, service in mine.items():
            if name != "topics":
                environment = _variables(service, kafka, tmp_path, ports)
                feed.variables = {}
                feed.start(name, *service["command"], **environment)
        for name, service in mine.items():
            if name != "topics":
                until(partial(_well, name, service, kafka, tmp_path, ports), 60, every=1.0)
    finally:
        feed.close()
    assert {
        name: process.returncode for name, process in feed.processes.items() if process.returncode == 2
    } == {}


def _variables(service: dict[str, Any], kafka: Kafka, folder: Path, ports: dict[str, str]) -> dict[str, str]:
    """A container's variables; addresses, ports and folders are those of this machine and this test."""
    found = dict(service["environment"])
    for name, value in found.items():
        if name.endswith("_HOST"):
            found[name] = "127.0.0.1"
        elif name.endswith("_PORT"):
            key = f"{service['command']}{found.get('RESULTS_INSTANCE', '')}{value}"
            found[name] = ports.setdefault(key, str(free_port()))
    found["RESULTS_BROKER"] = kafka.address
    for setting, name in (("DATA", "workers"), ("INTAKE", "intake"), ("WEBHOOK", "webhooks")):
        found[f"RESULTS_{setting}_DIR"] = str(folder / name)
    return {**os.environ, **found}


def _well(name: str, service: dict[str, Any], kafka: Kafka, folder: Path, ports: dict[str, str]) -> bool:
    """Whether the container's own health check is content, with its ports and programs of this machine."""
    environment = _variables(service, kafka, folder, ports)
    kind, program, *words = service["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "results"), name
    command = [sys.executable, "-m", "streams", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=150, check=False)
    return done.returncode == 0
