"""Do dashboards, rules and pages follow from the code, and does every figure in them exist?"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from streams.ops.dashboards import DASHBOARDS, RED, Dashboard, built
from streams.ops.metrics import METRICS
from streams.ops.written import written
from tests.ops.feed import ROOT

RULES = ROOT / "deploy/prometheus/rules.yml"
NIGHT = ROOT / "docs/night.md"
#: Alert names with their severities as the page of rules has them.
ALERTS = dict(re.findall(r"- alert: (\w+).*?severity: (\S.*?)\n", RULES.read_text(), re.S))
BUILT = [built(dashboard) for dashboard in DASHBOARDS]
PANELS = [(found["uid"], panel) for found in BUILT for panel in found["panels"]]
QUERIES = [
    (f"{uid}: {panel['title']}", target["expr"]) for uid, panel in PANELS for target in panel["targets"]
]
QUERIES += [
    (f"{found['uid']}: {one['name']}", one["expr"]) for found in BUILT for one in found["annotations"]["list"]
]
EXPRESSIONS = re.findall(
    r"- alert: (\w+)\n(?:\s+#.*\n)*\s+expr: (>-\n(?:\s{10}.*\n)+|.*\n)", RULES.read_text()
)
SUFFIXES = ("_bucket", "_count", "_sum")


def base(name: str) -> str:
    for suffix in SUFFIXES:
        if name.endswith(suffix) and name.removesuffix(suffix) in METRICS:
            return name.removesuffix(suffix)
    return name


def named(expression: str) -> set[str]:
    return {base(name) for name in re.findall(r"\b(?:election|kafka)_\w+", expression)} - {"kafka_exporter"}


@pytest.mark.parametrize(("path", "text"), list(written()), ids=lambda value: str(value)[:40])
def test_a_written_file_is_what_the_code_writes(path: Path, text: str) -> None:
    assert (ROOT / path).read_text() == text, "run: python -m streams.ops.written"


@pytest.mark.parametrize(
    ("uid", "panel"), PANELS, ids=lambda value: value if isinstance(value, str) else value["title"]
)
def test_a_panel_is_complete(uid: str, panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["targets"]
    assert panel["datasource"]["uid"] == "${datasource}"
    (help,) = panel["links"]
    assert help["url"].rpartition("#")[2] in headings()
    thresholds = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    for step in thresholds:
        if step["color"] == RED:
            assert "red from" in panel["description"].lower()


@pytest.mark.parametrize("dashboard", BUILT, ids=lambda found: found["uid"])
def test_a_dashboard_keeps_the_rules(dashboard: dict[str, Any]) -> None:
    variables = {variable["name"]: variable["type"] for variable in dashboard["templating"]["list"]}
    assert variables | {"datasource": "datasource", "job": "query", "instance": "query"} == variables
    assert dashboard["editable"] is False
    assert dashboard["uid"].startswith("election-")
    assert {one["name"] for one in dashboard["annotations"]["list"]} == {"Rebalances", "Deploys"}
    assert "kafka_consumergroup_group_max_lag_seconds" in dashboard["panels"][0]["targets"][0]["expr"]
    assert dashboard["panels"][0]["type"] == "stat"
    places = [(p["gridPos"]["y"], p["gridPos"]["x"]) for p in dashboard["panels"]]
    assert places == sorted(set(places))
    assert all(p["gridPos"]["x"] + p["gridPos"]["w"] <= 24 for p in dashboard["panels"])


@pytest.mark.parametrize(("where", "query"), QUERIES, ids=lambda value: value[:60])
def test_a_query_keeps_the_rules(where: str, query: str) -> None:
    counters = {name for name, metric in METRICS.items() if metric.kind in ("counter", "histogram")}
    for name in re.findall(r"\b(?:election|kafka)_\w+", query):
        assert base(name) in METRICS, f"{name} is no metric of the feed"
        if base(name) in counters:
            assert re.search(rf"(?:rate|increase)\({name}\b", query), f"{name} is a counter"
    for window in re.findall(r"rate\([^\[]*\[([^\]]+)\]", query):
        assert window == "$__rate_interval"


def test_every_table_shows_the_worst_first() -> None:
    assert all("transformations" in panel for _, panel in PANELS if panel["type"] == "table")


def test_every_metric_of_the_feed_is_on_a_dashboard_or_in_a_rule() -> None:
    shown = set().union(*(named(query) for _, query in QUERIES), *(named(text) for _, text in EXPRESSIONS))

    assert set(METRICS) - shown == {
        "election_group_catch_up_seconds"
    }  # on /ops, beside the lag that it belongs to


def test_every_rule_is_found() -> None:
    assert len(EXPRESSIONS) == len(ALERTS) == RULES.read_text().count("- alert:") == 16


@pytest.mark.parametrize(("alert", "expression"), EXPRESSIONS, ids=[alert for alert, _ in EXPRESSIONS])
def test_a_rule_names_metrics_that_exist(alert: str, expression: str) -> None:
    assert named(expression) <= set(METRICS)


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_has_its_words_its_runbook_and_its_test(alert: str) -> None:
    text = RULES.read_text().partition(f"- alert: {alert}\n")[2].partition("- alert:")[0]
    summary = re.search(r'summary: "(.+)"', text)
    description = re.search(r'description: "(.+)"', text)

    assert summary
    assert "$value" in summary[1] or "query" in summary[1]
    assert re.search(r"humanize", summary[1])
    assert description
    assert description[1].endswith(".")
    assert f"runbook_url: docs/night.md#{alert.lower()}" in text
    assert "keep_firing_for:" in text
    assert alert.lower() in headings()
    cases = (ROOT / f"deploy/prometheus/tests/{alert}.yml").read_text()
    assert [cases.count(f"# {state}") >= 1 for state in ("quiet", "firing", "resolved")] == [True] * 3


def headings() -> set[str]:
    """The headings of the runbook as a reader's browser names them."""
    found = re.findall(r"^#+ (.+)$", NIGHT.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool comes with Debian's package prometheus; CI has it"
)


@needs_promtool
def test_promtool_accepts_the_rules_and_the_configuration() -> None:
    for words in (
        ["check", "rules", str(RULES)],
        ["check", "config", "--syntax-only", "deploy/prometheus/prometheus.yml"],
    ):
        done = subprocess.run(["promtool", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_each_alert_is_quiet_fires_and_resolves() -> None:
    cases = sorted((ROOT / "deploy/prometheus/tests").glob("*.yml"))
    assert {case.stem for case in cases} == set(ALERTS)

    done = subprocess.run(
        ["promtool", "test", "rules", *map(str, cases)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("SUCCESS") == len(cases)


@needs_promtool
def test_a_rule_that_never_fires_would_be_seen(tmp_path: Path) -> None:
    broken = RULES.read_text().replace("group_max_lag_seconds) > 30", "group_max_lag_seconds) > 3000")
    (tmp_path / "rules.yml").write_text(broken)
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "deploy/prometheus/tests/HeadlinesLate.yml", tmp_path / "tests")

    done = subprocess.run(
        ["promtool", "test", "rules", "HeadlinesLate.yml"],
        cwd=tmp_path / "tests", capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1


def test_queries_parse() -> None:
    parser = pytest.importorskip("promql_parser", reason="comes with the extra dev")
    for _, query in QUERIES + EXPRESSIONS:
        plain = (
            query.removeprefix(">-\n")
            .replace("$__rate_interval", "1m")
            .replace("$group", ".*")
            .replace("$instance", ".*")
        )
        parser.parse(" ".join(plain.split()))


def test_the_files_of_dashboards_are_all_of_them() -> None:
    files = {path.stem for path in (ROOT / "deploy/grafana/dashboards").glob("*.json")}

    assert files == {dashboard.uid for dashboard in DASHBOARDS}
    assert all(
        json.loads((ROOT / f"deploy/grafana/dashboards/{uid}.json").read_text())["uid"] == uid
        for uid in files
    )


def test_a_uid_is_used_once() -> None:
    uids = [dashboard.uid for dashboard in DASHBOARDS]

    assert len(set(uids)) == len(uids)
    assert all(isinstance(dashboard, Dashboard) for dashboard in DASHBOARDS)
