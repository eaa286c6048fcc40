"""What intake counts, as Prometheus scrapes it."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Meters:
    """One registry for each intake."""

    def __init__(self, waiting: Callable[[], int], connected: Callable[[], bool]) -> None:
        self.registry = CollectorRegistry()
        self.taken = Counter(
            "results_intake_events_taken",
            "Events answered with 202, by door",
            ["door"],
            registry=self.registry,
        )
        self.refused = Counter(
            "results_intake_requests_refused",
            "Requests refused, by reason",
            ["reason"],
            registry=self.registry,
        )
        self.frozen = Counter(
            "results_intake_producers_frozen", "Producers frozen after bad events", registry=self.registry
        )
        self.seconds = Histogram(
            "results_intake_seconds",
            "From the headers of a request to its 202",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 5),
            registry=self.registry,
        )
        Gauge(
            "results_intake_events_waiting",
            "Events in the journal that are not on the log",
            registry=self.registry,
        ).set_function(waiting)
        Gauge(
            "results_intake_broker_connected", "1 while the sender has a producer", registry=self.registry
        ).set_function(connected)

    def page(self) -> bytes:
        """The text of a scrape."""
        return generate_latest(self.registry)
