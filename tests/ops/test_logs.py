"""Do logs say what docs/logs.md says, and do they keep what they must not say?"""

import ast
import base64
import json
import re
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from tests.commands.evening import a_map
from tests.ops.feed import ROOT, Feed, send, until
from tests.ops.test_feed import of

PAGE = (ROOT / "docs/logs.md").read_text()
_LINE = re.compile(r"log\.(debug|info|warning|error|exception|critical)\(\s*\"([a-z_]+\.[a-z_]+)")
SAID = {
    (match[2], path.relative_to(ROOT))
    for path in sorted((ROOT / "streams").rglob("*.py"))
    for match in _LINE.finditer(path.read_text())
}
SECRET, RAW = "canary-3f9c-secret", "canary-81d2-raw"


def test_the_page_names_every_line_and_no_other() -> None:
    described = set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", PAGE, re.M))

    assert described == {event for event, _ in SAID}


def test_no_field_of_a_line_takes_the_place_of_its_name() -> None:
    """A line's name is its field `event`: another one of that name would end whoever writes the line."""
    calls = [
        (path.relative_to(ROOT).as_posix(), call.lineno)
        for path in sorted((ROOT / "streams").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name) and call.func.value.id == "log"
        and any(word.arg == "event" for word in call.keywords)
    ]  # fmt: skip

    assert calls == []


@pytest.fixture(scope="module")
def logs(broker: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The logs of a worker and a monitor, at `debug`, after secrets and nonsense went through them."""
    import asyncio

    feed = Feed(
        broker, "embedded", tmp_path_factory.mktemp("canary"),
        RESULTS_MODE="rehearsal", RESULTS_LOG_LEVEL="debug", RESULTS_MONITOR_PASSWORD=SECRET,
    )  # fmt: skip
    signed_in = base64.b64encode(f"ops:{SECRET}".encode()).decode()
    try:
        assert feed.run("topics").returncode == 0
        feed.start("worker", "worker", "council")
        feed.start("area", "worker", "area")
        feed.start("monitor", "monitor")
        until(lambda: feed.state()["verdict"] == "ok")
        for value in (f"{RAW} no json", f'{{"{RAW}": "{RAW}", "schema_version": 1}}'):
            asyncio.run(send(feed.settings, value.encode(), b"k"))
        asyncio.run(send(feed.settings, *of("ashford", a_map(mode="rehearsal"))))
        until(lambda: feed.state()["open"] == 2)
        until(lambda: "record.judged" in (feed.folder / "worker.log").read_text())
        for word in (signed_in, base64.b64encode(f"{SECRET}:{SECRET}".encode()).decode()):
            _ask(feed, f"/ops/{RAW}?password={SECRET}", f"Basic {word}")
        _ask(feed, f"/ops/rejections/{RAW}", f"Bearer {SECRET}")
        shown = feed.run("config")
        lag = feed.run("lag")
    finally:
        feed.close()
    found = {path.name: path.read_text() for path in Path(feed.folder).glob("*.log")}
    return found | {
        "config": (shown.stdout + shown.stderr).decode(),
        "lag": (lag.stdout + lag.stderr).decode(),
    }


def _ask(feed: Feed, path: str, authorization: str) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{feed.port}{path}", headers={"Authorization": authorization}
    )
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310


def test_no_secret_is_in_any_log(logs: dict[str, str]) -> None:
    encoded = base64.b64encode(f"ops:{SECRET}".encode()).decode()

    assert {name for name, text in logs.items() if SECRET in text or encoded in text} == set()
    assert "**********" in logs["config"]


def test_no_raw_input_is_in_any_log(logs: dict[str, str]) -> None:
    assert len(logs["worker.log"]) > 1000
    assert {name for name, text in logs.items() if RAW in text} == set()


def test_a_line_about_a_record_names_its_place_and_what_it_is_about(logs: dict[str, str]) -> None:
    lines = [json.loads(line) for line in logs["worker.log"].splitlines() if '"record.' in line]
    refused = [line for line in lines if line["event"] == "record.refused"]
    (judged,) = [line for line in lines if line["event"] == "record.judged"]

    assert [line["reason"] for line in refused] == ["json", "schema"]
    assert {(line["level"], line["topic"]) for line in refused} == {
        ("warning", "results.rehearsal.declarations.v1")
    }
    assert len({(line["partition"], line["offset"]) for line in refused}) == 2
    assert judged["council"] == "local.ashford.2023-05-04"
    assert {"event_id", "partition", "offset", "topic"} <= set(judged)


def test_a_canary_would_be_seen(logs: dict[str, str]) -> None:
    assert RAW in f"{logs['worker.log']} {RAW}"
    assert "worker.ready" in logs["worker.log"]
    assert "verdict.changed" in logs["monitor.log"]
