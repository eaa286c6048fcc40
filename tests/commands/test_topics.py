"""Are topics made once, with what they must have, and does `health` see whether they are there?"""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from tests.commands.conftest import Run


def test_topics_are_created_once_and_then_found(results: Run) -> None:
    first = results("topics", RESULTS_GENERATION="2")
    second = results("topics", RESULTS_GENERATION="2")

    assert (first.returncode, second.returncode) == (0, 0)
    assert "results-replay-council-g2-rows-changelog  4 partitions  created" in first.stdout
    assert "created" not in second.stdout


def test_health_says_what_is_missing_and_what_to_do(results: Run) -> None:
    before = results("health", RESULTS_GENERATION="3")
    results("topics", RESULTS_GENERATION="3")
    after = results("health", RESULTS_GENERATION="3")

    assert before.returncode == 1
    assert before.stdout.endswith("create the topics with `results topics`.\n")
    assert after.returncode == 0
    assert "are as they must be" in after.stdout


def test_health_of_a_worker_that_was_never_started(results: Run) -> None:
    results("topics", RESULTS_GENERATION="4")

    done = results("health", "council", RESULTS_GENERATION="4")

    assert done.returncode == 1
    assert "No worker results-replay-council-g4-1 has written its state" in done.stdout


def test_health_of_a_part_is_asked_at_its_own_door(results: Run) -> None:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/health" and wells.pop(0) else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    wells = [True, False]
    with HTTPServer(("127.0.0.1", 0), Door) as door:
        threading.Thread(target=door.serve_forever, daemon=True).start()
        said = {"RESULTS_SERVE_HOST": "0.0.0.0", "RESULTS_SERVE_PASSWORD": "a" * 12}  # noqa: S104
        said |= {"RESULTS_SERVE_PORT": str(door.server_port), "RESULTS_BROKER": "127.0.0.1:9"}
        well, unwell = results("health", "serve", **said), results("health", "serve", **said)
        door.shutdown()
    gone = results("health", "serve", **said)

    url = f"http://127.0.0.1:{door.server_port}/health"
    assert (well.returncode, well.stdout) == (0, f"`results serve` answers at {url}.\n")
    assert (unwell.returncode, unwell.stdout) == (
        1, f"What listens at {url} answers 503: its log says more.\n",
    )  # fmt: skip
    assert gone.returncode == 1
    assert gone.stdout.startswith(f"Nothing answers at {url} (")
    assert gone.stdout.endswith("): start it with `results serve`.\n")
