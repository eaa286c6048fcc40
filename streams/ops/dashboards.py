"""The Grafana dashboards, written from here: what each panel asks Prometheus, in which unit, and where help stands."""

import json
from dataclasses import dataclass
from typing import Any

#: A panel's help is a heading of the runbook.
RUNBOOK = "https://election-results-feed.example/docs/night.md"

_GROUP = 'group=~"$group"'


@dataclass(frozen=True, slots=True)
class Step:
    """From a value on, a colour and a word; red is for what pages somebody."""

    value: float | None
    colour: str
    word: str = ""


GREEN, AMBER, RED = "green", "orange", "red"


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: a title, what it tells, its queries with their legends, its unit and its place in the grid."""

    kind: str
    title: str
    tells: str
    queries: tuple[tuple[str, str], ...]
    unit: str
    help: str
    width: int
    height: int = 8
    steps: tuple[Step, ...] = ()
    worst_first: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard under a uid that never changes, as rows of panels."""

    uid: str
    title: str
    tells: str
    rows: tuple[tuple[Panel, ...], ...]


def _most(metric: str, by: str = "", where: str = "") -> str:
    """What 19 of 20 stay below; nothing, and not NaN, while nothing happens."""
    labels = f"{by}, le" if by else "le"
    rates = f"rate({metric}_bucket{where}[$__rate_interval])"
    return f"histogram_quantile(0.95, sum by ({labels}) ({rates})) >= 0"


_LATE = (Step(None, GREEN, "on time"), Step(10, AMBER, "late"), Step(30, RED, "too late"))
_ONE_IS_BAD = (Step(None, GREEN, "none"), Step(1, AMBER, "open"), Step(21, RED, "many"))

FEED = Dashboard(
    "election-feed", "Is the feed late?",
    "How late the feed is, which group holds it up, and whether its watchers see.",
    (
        (
            Panel(
                "stat", "Are we late?", "Age of the oldest unread record, of all groups the worst.",
                ((f"max(kafka_consumergroup_group_max_lag_seconds{{{_GROUP}}})", "late"),),
                "s", "headlineslate", 6, 6, _LATE,
            ),
            Panel(
                "stat", "Headlines: 19 of 20 within",
                "From an event's arrival to its first headline.",
                ((_most("election_headline_delay_seconds"), "95 %"),),
                "s", "headlinesslow", 6, 6, (Step(None, GREEN, "quick"), Step(10, AMBER, "slow")),
            ),
            Panel(
                "stat", "Rejections open", "Rejected records that nobody has replayed or discarded.",
                (("sum(election_dead_letters_open)", "open"),),
                "none", "deadlettersopen", 4, 6, _ONE_IS_BAD,
            ),
            Panel(
                "stat", "Probe", "Round trip of the latest probes through the whole path.",
                ((_most("election_probe_roundtrip_seconds"), "95 %"),),
                "s", "probelost", 4, 6, (Step(None, GREEN, "quick"), Step(5, AMBER, "slow"), Step(15, RED, "lost")),
            ),
            Panel(
                "stat", "Monitor last saw the broker", "Age of the monitor's last successful look.",
                (("time() - max(election_lag_monitor_last_success_timestamp_seconds)", "ago"),),
                "s", "lagmonitorblind", 4, 6, (Step(None, GREEN, "sees"), Step(30, RED, "blind")),
            ),
        ),
        (
            Panel(
                "table", "Groups, worst first", "Lag of each group in time; the verdict's word is in the next table.",
                ((f"sort_desc(max by (group) (kafka_consumergroup_group_max_lag_seconds{{{_GROUP}}}))", "{{group}}"),),
                "s", "headlineslate", 12, 7, _LATE, worst_first=True,
            ),
            Panel(
                "table", "Verdicts, worst first", "The one verdict that holds for each group.",
                ((f"max by (group, status) (election_group_status{{{_GROUP}}}) == 1", "{{group}}: {{status}}"),),
                "none", "groupstopped", 12, 7, worst_first=True,
            ),
        ),
        (
            Panel(
                "timeseries", "Lag in time", "Age of the oldest unread record by partition.",
                ((
                    f'max by (group, partition) (kafka_consumergroup_group_lag_seconds{{{_GROUP}}})',
                    "{{group}} {{partition}}",
                ),),
                "s", "headlineslate", 12, 8, _LATE,
            ),
            Panel(
                "timeseries", "Lag in records", "Records unread by group, and on its worst partition.",
                (
                    (f"max by (group) (kafka_consumergroup_group_sum_lag{{{_GROUP}}})", "{{group}} unread"),
                    (f"max by (group) (kafka_consumergroup_group_max_lag{{{_GROUP}}})", "{{group}} worst partition"),
                    (f"sum by (group) (kafka_consumergroup_group_lag{{{_GROUP}}})", "{{group}} by partitions"),
                ),
                "none", "groupfallingbehind", 12,
            ),
        ),
        (
            Panel(
                "timeseries", "Records a second", "What is written to each topic, and what each group commits.",
                (
                    ("sum by (topic) (deriv(kafka_partition_latest_offset[2m]))", "written to {{topic}}"),
                    (f"sum by (group) (deriv(kafka_consumergroup_group_offset{{{_GROUP}}}[2m]))", "read by {{group}}"),
                ),
                "cps", "groupfallingbehind", 8,
            ),
            Panel(
                "timeseries", "Retention used", "How near unread records are to being thrown away; 1 is loss.",
                ((f"max by (group, topic) (election_group_retention_used_ratio{{{_GROUP}}})", "{{group}} {{topic}}"),),
                "percentunit", "retentionrisk", 8, 8, (Step(None, GREEN, "far"), Step(0.7, RED, "near")),
            ),
            Panel(
                "timeseries", "Records kept", "Last offset less first offset of each topic.",
                ((
                    "sum by (topic) (kafka_partition_latest_offset) - sum by (topic) (kafka_partition_earliest_offset)",
                    "{{topic}}",
                ),),
                "none", "retentionrisk", 8,
            ),
        ),
        (
            Panel(
                "timeseries", "Workers in the group", "Members, and those of them without a partition.",
                (
                    (f"max by (group) (election_group_members{{{_GROUP}}})", "{{group}}"),
                    (f"max by (group) (election_group_idle_members{{{_GROUP}}})", "{{group}} idle"),
                ),
                "none", "groupstopped", 8,
            ),
            Panel(
                "timeseries", "Rebalances", "Times that partitions were taken away, and how long that lasted.",
                (
                    ("sum by (group) (increase(election_rebalances_total[$__rate_interval]))", "{{group}}"),
                    (
                        "sum by (group) (rate(election_rebalance_seconds_sum[$__rate_interval])) > 0",
                        "{{group}} seconds a second",
                    ),
                ),
                "none", "rebalancestorm", 8,
            ),
            Panel(
                "timeseries", "Recovery", "Changelog records still to be read, and whether a worker reads them now.",
                (
                    ('sum by (table) (election_recovery_remaining_records{instance=~"$instance"})', "{{table}} to go"),
                    ('max by (table) (election_recovering{instance=~"$instance"})', "{{table}} recovering"),
                ),
                "none", "recoverylong", 8,
            ),
        ),
        (
            Panel(
                "timeseries", "Time spent judging a record", "Inside the feed's own code only.",
                ((
                    _most("election_processing_seconds", "agent", '{instance=~"$instance"}'), "{{agent}} 95 %",
                ),),
                "s", "groupfallingbehind", 8,
            ),
            Panel(
                "timeseries", "Probes lost", "Probes without an answer after 15 s.",
                (("sum(increase(election_probe_lost_total[$__rate_interval]))", "lost"),),
                "none", "probelost", 8,
            ),
            Panel(
                "timeseries", "The monitor's own look", "How long a look at the broker takes, and whether it succeeds.",
                (
                    (_most("election_lag_monitor_poll_seconds"), "95 % of looks"),
                    ("min(election_lag_monitor_up)", "up"),
                ),
                "s", "lagmonitorblind", 8,
            ),
        ),
    ),
)  # fmt: skip

NIGHT = Dashboard(
    "election-night", "The night",
    "How far the night is, what came in and what went out.",
    (
        (
            Panel(
                "stat", "Late by", "Age of the oldest unread record, of all groups the worst.",
                (("max(kafka_consumergroup_group_max_lag_seconds)", "late"),),
                "s", "headlineslate", 6, 6, _LATE,
            ),
            Panel(
                "stat", "Wards declared", "Wards declared of those that are expected.",
                (("sum(election_wards_declared)", "declared"), ("sum(election_wards_expected)", "expected")),
                "none", "during-the-night", 6, 6,
            ),
            Panel(
                "stat", "Longest silence", "Time since the last event of the producer that is silent longest.",
                (("max(time() - max by (source) (election_source_last_event_timestamp_seconds))", "silent"),),
                "s", "sourcesilent", 6, 6, (Step(None, GREEN, "heard"), Step(900, AMBER, "silent")),
            ),
            Panel(
                "stat", "Build", "What is running.",
                (("max by (version, schema_version) (election_build_info)", "{{version}}, {{schema_version}}"),),
                "none", "before-the-night", 6, 6,
            ),
        ),
        (
            Panel(
                "timeseries", "Progress by kind of council", "Wards declared and expected.",
                (
                    ("sum by (council_type) (election_wards_declared)", "{{council_type}} declared"),
                    ("sum by (council_type) (election_wards_expected)", "{{council_type}} expected"),
                ),
                "none", "during-the-night", 12,
            ),
            Panel(
                "timeseries", "Events by outcome", "What came in, a minute, and what became of it.",
                ((
                    "60 * sum by (outcome) (rate(election_declarations_total[$__rate_interval]))", "{{outcome}}",
                ),),
                "none", "during-the-night", 12,
            ),
        ),
        (
            Panel(
                "timeseries", "Headlines by action", "What went out, a minute.",
                (("60 * sum by (action) (rate(election_headlines_total[$__rate_interval]))", "{{action}}"),),
                "none", "during-the-night", 12,
            ),
            Panel(
                "timeseries", "Age of events by stage", "From declaration to stage: 19 of 20 within.",
                ((_most("election_event_age_seconds", "stage"), "{{stage}}"),),
                "s", "headlinesslow", 12,
            ),
        ),
        (
            Panel(
                "table", "Sources, longest silent first", "Time since each producer's last event.",
                ((
                    "sort_desc(time() - max by (source) (election_source_last_event_timestamp_seconds))", "{{source}}",
                ),),
                "s", "sourcesilent", 8, 8, (Step(None, GREEN, "heard"), Step(900, AMBER, "silent")), worst_first=True,
            ),
            Panel(
                "timeseries", "Rejections by reason", "Records rejected, an hour.",
                (("3600 * sum by (reason) (rate(election_dead_letters_total[$__rate_interval]))", "{{reason}}"),),
                "none", "deadlettersopen", 8,
            ),
            Panel(
                "timeseries", "Readers and deliveries", "Readers connected, deliveries a minute, headlines waiting.",
                (
                    ("sum by (kind) (election_stream_subscribers)", "{{kind}}"),
                    (
                        "60 * sum by (outcome) (rate(election_deliveries_total[$__rate_interval]))",
                        "webhooks {{outcome}}",
                    ),
                    ("sum(election_delivery_backlog)", "waiting"),
                ),
                "none", "webhookbacklog", 8,
            ),
        ),
    ),
)  # fmt: skip

DASHBOARDS = (FEED, NIGHT)


def built(dashboard: Dashboard) -> dict[str, Any]:
    """A dashboard as Grafana takes it."""
    panels: list[dict[str, Any]] = []
    top = 0
    for row in dashboard.rows:
        left = 0
        for panel in row:
            panels.append(_panel(panel, len(panels) + 1, left, top))
            left += panel.width
        top += max(panel.height for panel in row)
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.tells,
        "tags": ["election"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "timezone": "Europe/London",
        "refresh": "5s",
        "time": {"from": "now-30m", "to": "now"},
        "graphTooltip": 1,
        "templating": {"list": _variables()},
        "annotations": {"list": _annotations()},
        "links": [{"title": "Runbook", "type": "link", "url": RUNBOOK, "targetBlank": True}],
        "panels": panels,
    }


def text(dashboard: Dashboard) -> str:
    """The file of a dashboard."""
    return json.dumps(built(dashboard), indent=2, ensure_ascii=False) + "\n"


_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


def _panel(panel: Panel, id: int, left: int, top: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": id,
        "type": panel.kind,
        "title": panel.title,
        "description": " ".join((panel.tells, _words(panel.steps))).strip(),
        "datasource": _SOURCE,
        "gridPos": {"x": left, "y": top, "w": panel.width, "h": panel.height},
        "links": [{"title": "What to do", "url": f"{RUNBOOK}#{panel.help}", "targetBlank": True}],
        "targets": [
            {
                "refId": chr(ord("A") + number),
                "datasource": _SOURCE,
                "expr": expression,
                "legendFormat": legend,
                "instant": panel.kind != "timeseries",
                "range": panel.kind == "timeseries",
                **({"format": "table"} if panel.kind == "table" else {}),
            }
            for number, (expression, legend) in enumerate(panel.queries)
        ],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
    }
    if panel.worst_first:
        found["transformations"] = [
            {"id": "sortBy", "options": {"sort": [{"field": "Value", "desc": True}]}},
            {"id": "organize", "options": {"excludeByName": {"Time": True}}},
        ]
    return found


def _words(steps: tuple[Step, ...]) -> str:
    """What the colours say, in words: a colour never speaks alone."""
    said = [f"{step.colour} from {step.value:g}: {step.word}" for step in steps if step.value is not None]
    return "; ".join(said).capitalize() + "." if said else ""


def _defaults(panel: Panel) -> dict[str, Any]:
    steps = panel.steps or (Step(None, "blue"),)
    found: dict[str, Any] = {
        "unit": panel.unit,
        "min": 0,
        "thresholds": {
            "mode": "absolute",
            "steps": [{"value": step.value, "color": step.colour} for step in steps],
        },
    }
    if panel.kind == "stat":
        found["noValue"] = "not known"
    if panel.kind == "timeseries":
        found["custom"] = {"lineWidth": 2, "fillOpacity": 0, "showPoints": "never", "spanNulls": False}
        if panel.steps:
            found["custom"]["thresholdsStyle"] = {"mode": "dashed"}
    return found


def _options(panel: Panel) -> dict[str, Any]:
    if panel.kind == "stat":
        return {
            "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
            "textMode": "value_and_name",
            "colorMode": "value",
            "graphMode": "area",
        }
    if panel.kind == "table":
        return {"showHeader": True, "cellHeight": "sm"}
    return {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


def _variables() -> list[dict[str, Any]]:
    def of(name: str, label: str) -> dict[str, Any]:
        metric = "kafka_consumergroup_group_max_lag_seconds" if name == "group" else "up"
        query = f"label_values({metric}, {label})"
        return {
            "name": name, "label": name.capitalize(), "type": "query", "datasource": _SOURCE, "refresh": 2,
            "query": {"query": query, "refId": name}, "definition": query, "includeAll": True, "multi": True,
            "allValue": ".*", "current": {"text": "All", "value": "$__all"}, "sort": 1,
        }  # fmt: skip

    source = {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "current": {},
    }
    return [source, of("job", "job"), of("instance", "instance"), of("group", "group")]


def _annotations() -> list[dict[str, Any]]:
    def of(name: str, expression: str, colour: str, title: str) -> dict[str, Any]:
        return {
            "name": name, "datasource": _SOURCE, "enable": True, "expr": expression, "iconColor": colour,
            "titleFormat": title, "step": "15s", "useValueForTime": False,
        }  # fmt: skip

    return [
        of(
            "Rebalances",
            "sum by (group) (increase(election_rebalances_total[1m])) > 0",
            "purple",
            "{{group}}",
        ),
        of(
            "Deploys",
            "max by (version) (election_build_info) unless max by (version) (election_build_info offset 1m)",
            "blue",
            "{{version}}",
        ),
    ]
