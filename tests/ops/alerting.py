"""A real Prometheus and Alertmanager over a feed, with the feed's own rules, delivering to a webhook here."""

import json
import shutil
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.ops.feed import ROOT, free_port, until

PROMETHEUS = """
global: {{scrape_interval: 1s, evaluation_interval: 1s, scrape_timeout: 1s}}
rule_files: [{rules}]
alerting:
  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{alertmanager}']}}]}}]
scrape_configs:
  - {{job_name: monitor, static_configs: [{{targets: ['127.0.0.1:{monitor}']}}]}}
  - {{job_name: worker, static_configs: [{{targets: [{workers}]}}]}}
"""

ALERTMANAGER = """
route: {{receiver: here, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 1h}}
receivers:
  - name: here
    webhook_configs: [{{url: 'http://127.0.0.1:{hook}/', send_resolved: true}}]
"""


class Alerting:
    """Both programs, as children of this process, and what they delivered: (moment, alert, state)."""

    def __init__(self, folder: Path, monitor: int, workers: list[int]) -> None:
        self.delivered: list[tuple[float, str, str]] = []
        self._hook = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._hook.serve_forever, daemon=True).start()
        self.port, manager = free_port(), free_port()
        shutil.copy(ROOT / "deploy/prometheus/rules.yml", folder / "rules.yml")
        targets = ", ".join(f"'127.0.0.1:{port}'" for port in workers)
        (folder / "prometheus.yml").write_text(
            PROMETHEUS.format(
                rules=folder / "rules.yml", alertmanager=manager, monitor=monitor, workers=targets
            )
        )
        (folder / "alertmanager.yml").write_text(ALERTMANAGER.format(hook=self._hook.server_address[1]))
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

    def firing(self) -> set[str]:
        """The alerts that fire now, by Prometheus' own word."""
        return {one["metric"]["alertname"] for one in self.query('ALERTS{alertstate="firing"}')}

    def hears(self, alert: str, state: str, seconds: float, since: float = 0.0) -> float:
        """Wait until the webhook was told; the seconds from ``since`` (or from now) until then."""
        began = since or time.time()
        return until(
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
