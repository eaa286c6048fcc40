"""A real Prometheus and Alertmanager over a feed, with the feed's own rules, delivering to a webhook here."""

import json
import re
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.ops.feed import ROOT, Feed, until
from tests.ports import free_port

DEPLOY = ROOT / "deploy"

#: An alert is somebody's within a minute; on a machine of its own it is to leave a quarter of that as a margin.
A_MINUTE = 60.0


def prometheus_file(rules: Path, manager: str, targets: Mapping[str, list[str]]) -> str:
    """The file that Compose mounts, its intervals untouched; only addresses are those of this test."""
    text = (DEPLOY / "prometheus/prometheus.yml").read_text()
    text = _replaced(text, r"  - rules\.yml", f"  - {rules}")
    text = _replaced(text, r"\[alertmanager:9093\]", f"[{manager}]")
    text = _replaced(text, r"    basic_auth:\n(?:      .*\n)+", "")
    for job, addresses in targets.items():
        text = _replaced(
            text,
            rf"(job_name: {job}\n(?:    .*\n)*?      - targets: )\[.*\]",
            rf"\g<1>[{', '.join(addresses)}]",
        )
    jobs = re.findall(r"job_name: (\w+)", text)
    assert set(jobs) == set(targets), jobs
    return text


def alertmanager_file(hook: str) -> str:
    """The file that Compose mounts, its waits and inhibitions untouched; the address is written into it.

    Debian's Alertmanager is older than the one of Compose and does not read an address from a file.
    """
    text = (DEPLOY / "alertmanager/alertmanager.yml").read_text()
    return _replaced(text, r"url_file: .*", f"url: {hook}")


def _replaced(text: str, pattern: str, by: str) -> str:
    found, times = re.subn(pattern, by, text)
    assert times == 1, f"{pattern} is {times} times in the file"
    return found


class Alerting:
    """Both programs, as children of this process, and what they delivered: (moment, alert, state)."""

    def __init__(self, folder: Path, targets: Mapping[str, list[int]]) -> None:
        """``targets``: the ports of each job of the shipped file."""
        self.delivered: list[tuple[float, str, str]] = []
        self._hook = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._hook.serve_forever, daemon=True).start()
        self.port, manager = free_port(), free_port()
        shutil.copy(DEPLOY / "prometheus/rules.yml", folder / "rules.yml")
        addresses = {job: [f"127.0.0.1:{port}" for port in ports] for job, ports in targets.items()}
        (folder / "prometheus.yml").write_text(
            prometheus_file(folder / "rules.yml", f"127.0.0.1:{manager}", addresses)
        )
        host, port = self._hook.server_address[:2]
        (folder / "alertmanager.yml").write_text(alertmanager_file(f"http://{host!s}:{port}/"))
        with (folder / "alerting.log").open("ab") as log:
            self._processes = [
                subprocess.Popen(words, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
                for words in (
                    [
                        "prometheus-alertmanager", f"--config.file={folder}/alertmanager.yml",
                        f"--storage.path={folder}/alertmanager", f"--web.listen-address=127.0.0.1:{manager}",
                        "--cluster.listen-address=",
                    ],
                    [
                        "prometheus", f"--config.file={folder}/prometheus.yml",
                        f"--storage.tsdb.path={folder}/tsdb", f"--web.listen-address=127.0.0.1:{self.port}",
                    ],
                )
            ]  # fmt: skip

    def __enter__(self) -> Self:
        until(lambda: self.query("vector(1)"), 20)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(20)
        self._hook.shutdown()
        self._hook.server_close()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """The answer of Prometheus to an instant query; an error fails the test."""
        asked = urllib.parse.urlencode({"query": expression})
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}/api/v1/query?{asked}", timeout=10
        ) as answer:
            found = json.load(answer)
        assert found["status"] == "success", found
        result: list[dict[str, Any]] = found["data"]["result"]
        return result if found["data"]["resultType"] == "vector" else [found["data"]]

    def query_range(
        self, expression: str, start: float, end: float, step: float = 15
    ) -> list[dict[str, Any]]:
        """The answer to a range query, as a panel over time asks it; an error fails the test."""
        asked = urllib.parse.urlencode({"query": expression, "start": start, "end": end, "step": step})
        with urllib.request.urlopen(
            f"http://127.0.0.1:{self.port}/api/v1/query_range?{asked}", timeout=10
        ) as answer:
            found = json.load(answer)
        assert found["status"] == "success", found
        result: list[dict[str, Any]] = found["data"]["result"]
        return result

    def firing(self) -> set[str]:
        """The alerts that fire now, by Prometheus' own word."""
        return {one["metric"]["alertname"] for one in self.query('ALERTS{alertstate="firing"}')}

    def heard(self) -> set[str]:
        """The alerts that the webhook was told of, in whatever state."""
        return {name for _, name, _ in self.delivered}

    def hears(self, alert: str, state: str, seconds: float, since: float = 0.0) -> float:
        """Wait until the webhook was told; the seconds from ``since`` (or from now) until then."""
        began = since or time.time()
        found: float = until(
            lambda: next(
                (
                    at - began
                    for at, name, told in self.delivered
                    if (name, told) == (alert, state) and at >= began
                ),
                None,
            ),
            seconds,
        )
        return found

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        delivered = self.delivered

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                for alert in body["alerts"]:
                    delivered.append((time.time(), alert["labels"]["alertname"], alert["status"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Hook


class Night:
    """A feed on Kafka with its workers and a monitor, and alerting over all of them once it runs."""

    alerting: Alerting

    def __init__(self, feed: Feed, ports: dict[str, int]) -> None:
        self.feed = feed
        self._ports = ports

    def worker(self, agent: str) -> None:
        self.start(agent, "worker", agent)

    def start(self, name: str, *words: str) -> None:
        """Start a part whose metrics are scraped."""
        self.feed.start(name, *words, RESULTS_METRICS_PORT=str(self._ports[name]))

    def well(self) -> None:
        """Wait until each group has its worker and reads; a probe may always be on its way."""
        until(
            lambda: all(
                (group["verdict"], group["members"]) == ("ok", 1) and group["lag"] <= 2
                for group in self.feed.state()["groups"]
            ),
            90,
        )
