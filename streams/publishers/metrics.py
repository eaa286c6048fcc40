"""What the publishers say of themselves to Prometheus: streams that are open, and how each webhook does."""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

from prometheus_client import CollectorRegistry

from streams.ops.metrics import Family, Scrape, build_info, counter, registry
from streams.publishers.webhooks.sender import Fate, Watcher
from streams.publishers.webhooks.store import Subscription


def of_streams(count: Callable[[], int], version: str) -> CollectorRegistry:
    """What `results serve` shows: how many streams are open, by ``count``."""

    def families() -> Iterable[Family]:
        subscribers = Family("election_stream_subscribers")
        subscribers.add(count(), "sse")
        return subscribers, build_info(version)

    made = registry()
    made.register(Scrape(families))
    return made


class DeliveryMetrics(Watcher):
    """What the webhook sender shows. An endpoint is a subscription: its host and its id, never the whole address."""

    def __init__(self, version: str) -> None:
        self.registry = registry()
        self._version = version
        self._deliveries = counter("election_deliveries_total", self.registry)
        self._waiting: dict[str, int] = {}
        self._active = 0
        self.registry.register(Scrape(self._families))

    def stand(self, subscriptions: Iterable[Subscription], waiting: Mapping[str, int]) -> None:
        """Note who is subscribed, and how many headlines wait for each."""
        known = list(subscriptions)
        self._active = sum(each.state == "active" for each in known)
        self._waiting = {_endpoint(each): waiting.get(each.id, 0) for each in known}

    def settled(self, subscription: Subscription, fate: Fate) -> None:
        """Count an attempt."""
        self._deliveries.labels(_endpoint(subscription), fate).inc()

    def _families(self) -> Iterable[Family]:
        subscribers, backlog = Family("election_stream_subscribers"), Family("election_delivery_backlog")
        subscribers.add(self._active, "webhook")
        for endpoint, waiting in sorted(self._waiting.items()):
            backlog.add(waiting, endpoint)
        return subscribers, backlog, build_info(self._version)


def _endpoint(subscription: Subscription) -> str:
    return f"{urlsplit(subscription.url).hostname} ({subscription.id})"
