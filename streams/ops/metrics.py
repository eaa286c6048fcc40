"""Every metric of the feed: name, kind, labels, meaning and who says it; docs/metrics.md is written from here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

#: Of all contracts in `schemas`; a later one comes with new topic names.
SCHEMA_VERSION = 1

Kind = Literal["gauge", "counter", "histogram", "state set"]
SaidBy = Literal["monitor", "worker", "publishers"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. Units are base units: seconds, records, ratios; a moment is a Unix timestamp."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    meaning: str
    said_by: SaidBy = "monitor"
    buckets: tuple[float, ...] = ()


_PARTITION = ("cluster_name", "group", "topic", "partition")
_AGES = (0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
_LONG = (0.5, 1, 2, 5, 10, 20, 30, 60, 120)

_TABLE: tuple[Metric, ...] = (
    Metric(
        "kafka_consumergroup_group_lag", "gauge", _PARTITION,
        "Records unread: the high watermark minus the first unread offset, never below zero",
    ),
    Metric(
        "kafka_consumergroup_group_lag_seconds", "gauge", _PARTITION,
        "Age of the oldest unread record, by its own timestamp; 0 when all is read, absent when it cannot be read",
    ),
    Metric(
        "kafka_consumergroup_group_max_lag", "gauge", ("cluster_name", "group"),
        "Records unread on the group's worst partition",
    ),
    Metric(
        "kafka_consumergroup_group_max_lag_seconds", "gauge", ("cluster_name", "group"),
        "Age of the oldest unread record of the group: how late the feed is",
    ),
    Metric(
        "kafka_consumergroup_group_sum_lag", "gauge", ("cluster_name", "group"),
        "Records unread on all partitions of the group",
    ),
    Metric(
        "kafka_consumergroup_group_offset", "gauge", _PARTITION,
        "The last committed offset; absent when the group never committed, and its lag counts from the log's start",
    ),
    Metric(
        "kafka_partition_latest_offset", "gauge", ("cluster_name", "topic", "partition"),
        "The high watermark of a partition",
    ),
    Metric(
        "kafka_partition_earliest_offset", "gauge", ("cluster_name", "topic", "partition"),
        "The first offset that is still there",
    ),
    Metric(
        "election_group_status", "state set", ("group", "status"),
        "The verdict on a group, exactly one of ok, unknown, warn, empty, rewound, stalled, stopped",
    ),
    Metric("election_group_members", "gauge", ("group",), "Workers that joined the group"),
    Metric(
        "election_group_idle_members", "gauge", ("group",),
        "Workers that joined and have no partition",
    ),
    Metric(
        "election_group_retention_used_ratio", "gauge", ("group", "topic"),
        "How near unread records are to being thrown away; 1 means that loss has begun, 0 where all is kept",
    ),
    Metric(
        "election_group_catch_up_seconds", "gauge", ("group", "topic"),
        "Time until nothing is unread, at the net rate of the last looks; absent unless lag shrinks",
    ),
    Metric(
        "election_event_age_seconds", "histogram", ("stage",),
        "From the declaration by the officer until it was received, tallied and published; in a replay or a "
        "rehearsal, whose declarations are of another night, from its arrival",
        buckets=_AGES,
    ),
    Metric(
        "election_headline_delay_seconds", "histogram", (),
        "From the arrival of an event to the first headline that it caused: the part that is the feed's own",
        buckets=_AGES,
    ),
    Metric(
        "election_declarations_total", "counter", ("source", "outcome"),
        "Events on the declarations topic by producer: accepted, duplicate, superseded by a later revision "
        "before it came, rejected, or late (accepted more than 15 minutes after it was declared; live nights only)",
    ),
    Metric(
        "election_headlines_total", "counter", ("type", "action"),
        "Headlines, each id once: announced, updated, corrected, withdrawn",
    ),
    Metric(
        "election_dead_letters_total", "counter", ("topic", "reason"),
        "Records rejected, by the topic on which they lay",
    ),
    Metric(
        "election_dead_letters_open", "gauge", ("topic",),
        "Rejected records that nobody has replayed or discarded yet",
    ),
    Metric(
        "election_wards_declared", "gauge", ("council_type",),
        "Wards declared",
    ),
    Metric(
        "election_wards_expected", "gauge", ("council_type",),
        "Wards that are to be declared, declared ones included",
    ),
    Metric(
        "election_source_last_event_timestamp_seconds", "gauge", ("source",),
        "When the last event of a producer arrived",
    ),
    Metric(
        "election_probe_roundtrip_seconds", "histogram", (),
        "From sending a probe to the answer of the last worker on its way, through declarations and contributions",
        buckets=_AGES,
    ),
    Metric("election_probe_lost_total", "counter", (), "Probes that had not come all the way after 15 s"),
    Metric(
        "election_lag_monitor_up", "gauge", ("cluster_name",),
        "1 while the last look at the broker was a success",
    ),
    Metric(
        "election_lag_monitor_last_success_timestamp_seconds", "gauge", ("cluster_name",),
        "When the last successful look at the broker was",
    ),
    Metric(
        "election_lag_monitor_poll_seconds", "histogram", ("cluster_name",),
        "How long a look at the broker took",
        buckets=_QUICK + (5,),
    ),
    Metric("election_processing_seconds", "histogram", ("agent",), "Time spent judging one record",
           said_by="worker", buckets=_QUICK),
    Metric("election_rebalances_total", "counter", ("group",), "Times that a worker's partitions were taken away",
           said_by="worker"),
    Metric(
        "election_rebalance_seconds", "histogram", ("group",),
        "From losing partitions to taking records again, recovery included",
        said_by="worker", buckets=_LONG,
    ),
    Metric("election_recovering", "gauge", ("table",), "1 while a worker reads its rows back and takes no records",
           said_by="worker"),
    Metric(
        "election_recovery_remaining_records", "gauge", ("table",),
        "Records of the changelog that recovery has yet to read",
        said_by="worker",
    ),
    Metric(
        "election_stream_subscribers", "gauge", ("kind",),
        "Readers now, by kind: `sse`, streams that are open; `webhook`, subscriptions that are sent to",
        said_by="publishers",
    ),
    Metric(
        "election_deliveries_total", "counter", ("endpoint", "outcome"),
        "Attempts at a webhook: `delivered`, `failed` (tried again), `dead` (tried for hours, kept), `gone` (410)",
        said_by="publishers",
    ),
    Metric(
        "election_delivery_backlog", "gauge", ("endpoint",),
        "Headlines that wait for a webhook; an endpoint is a subscription, by its host and id",
        said_by="publishers",
    ),
    Metric("election_build_info", "gauge", ("version", "schema_version"), "1; what is running"),
)  # fmt: skip

METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _TABLE}


def histogram(name: str, registry: CollectorRegistry) -> Histogram:
    """A histogram of the table, registered."""
    metric = METRICS[name]
    return Histogram(name, metric.meaning, metric.labels, buckets=metric.buckets, registry=registry)


def counter(name: str, registry: CollectorRegistry) -> Counter:
    """A counter of the table, registered."""
    metric = METRICS[name]
    return Counter(name, metric.meaning, metric.labels, registry=registry)


def gauge(name: str, registry: CollectorRegistry) -> Gauge:
    """A gauge of the table, registered."""
    metric = METRICS[name]
    return Gauge(name, metric.meaning, metric.labels, registry=registry)


def registry() -> CollectorRegistry:
    """An empty registry without the timestamps at which counters began."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    return CollectorRegistry(auto_describe=False)


class Family:
    """The series of one metric of the table, filled while a scrape is answered."""

    def __init__(self, name: str) -> None:
        metric = METRICS[name]
        kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
        self.family: Any = kind(name, metric.meaning, labels=metric.labels)

    def add(self, value: float | None, *labels: object) -> None:
        """Add a series; what is not known is left out, never made up."""
        if value is not None:
            self.family.add_metric([str(label) for label in labels], value)


class Scrape(Collector):
    """A collector from a function that gives the families of this moment."""

    def __init__(self, families: Callable[[], Iterable[Family]]) -> None:
        self._families = families

    def collect(self) -> Iterable[Any]:
        return [family.family for family in self._families()]


def build_info(version: str) -> Family:
    """What is running."""
    family = Family("election_build_info")
    family.add(1, version, SCHEMA_VERSION)
    return family


def page() -> str:
    """Return docs/metrics.md."""
    lines = [
        "# Metrics",
        "",
        "Written from `streams/ops/metrics.py` by `python -m streams.ops.written`; a test compares the two.",
        "",
        "Base units; `_total` on counters only; labels are bounded: no ward, no event id and no text is ever one.",
        "What is not known is absent, never zero and never NaN. Lag carries the names of kafka-lag-exporter, so",
        "that dashboards made for it work. The monitor's counters are worked out from the topics, so they are the",
        "same after it was started again. A count that begins is shown as zero for 5 s, so that a rate sees its first",
        "event. The monitor writes all of it once a second, and a scrape is given what was written. Intake has",
        "counters of its own at its door ([producers.md](producers.md)).",
        "",
    ]
    homes = {
        "monitor": "The monitor: `http://127.0.0.1:8600/metrics` (`RESULTS_MONITOR_PORT`)",
        "worker": "Each worker: port `RESULTS_METRICS_PORT`, off unless set",
        "publishers": "`results serve` and `results webhook send`: port `RESULTS_METRICS_PORT`, off unless set",
    }
    for home, heading in homes.items():
        lines += [f"## {heading}", "", "| metric | kind | labels | meaning |", "|---|---|---|---|"]
        for metric in METRICS.values():
            if metric.said_by == home:
                labels = ", ".join(f"`{label}`" for label in metric.labels) or "–"
                lines.append(f"| `{metric.name}` | {metric.kind} | {labels} | {metric.meaning} |")
        lines.append("")
    return "\n".join(lines)
