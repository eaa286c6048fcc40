"""Sends what is due: in order per key, many keys at once, and a receiver in trouble holds up nobody else."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

import structlog

from streams.publishers.archive import Entry, Kind
from streams.publishers.following import Follower
from streams.publishers.webhooks import message
from streams.publishers.webhooks.addresses import AddressRefused, Target, target
from streams.publishers.webhooks.posting import Outcome, Post
from streams.publishers.webhooks.schedule import delay_seconds
from streams.publishers.webhooks.store import Delivery, Store, Subscription
from streams.settings import Settings

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)

#: Attempts at once, for one subscription.
AT_ONCE = 8
#: After so many failures in a row a subscription is left alone for a while, then tried with one headline.
_TROUBLE = 3


Fate = Literal["delivered", "failed", "dead", "gone"]


class Watcher:
    """Is told how deliveries go. This one keeps nothing."""

    def stand(self, subscriptions: Iterable[Subscription], waiting: Mapping[str, int]) -> None:
        """Hear, now and then, who is subscribed and how many headlines wait for each."""

    def settled(self, subscription: Subscription, fate: Fate) -> None:
        """Hear what became of an attempt."""


@dataclass(slots=True)
class _Line:
    """What is going on with one subscription."""

    flying: set[str] = field(default_factory=set)
    failures: int = 0
    rests_until: float = 0.0


@dataclass(slots=True)
class Sender:
    """Empties the store towards the subscribers. ``pace`` stretches (or, in tests, shrinks) all delays.

    ``look_seconds``: how often the store is asked for what has become due, or was subscribed by another process.
    """

    store: Store
    post: Post
    pace: float = 1.0
    look_seconds: float = 0.5
    now: Callable[[], float] = time.time
    draw: random.Random = field(default_factory=random.Random)
    watcher: Watcher = field(default_factory=Watcher)
    _lines: dict[str, _Line] = field(default_factory=dict)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _looked_at: float = 0.0

    def take(self, entries: list[Entry]) -> None:
        """Headlines were told."""
        if self.store.take(entries):
            self._wake.set()

    async def run(self) -> None:
        """Send until cancelled; then wait for the answers to what is in flight, TIMEOUT_SECONDS at most.

        Cancelled twice, or killed, it leaves them open: the next run sends those again, under the same ids.
        """
        try:
            while True:
                self._wake.clear()
                subscriptions = self.store.subscriptions()
                for subscription in subscriptions:
                    self._start(subscription)
                self._look(subscriptions)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.look_seconds):  # wait_for may swallow a cancellation
                        await self._wake.wait()
                for task in [task for task in self._tasks if task.done()]:
                    self._tasks.discard(task)
                    task.result()
        finally:
            try:
                if self._tasks:
                    await asyncio.wait(self._tasks)
            finally:
                for task in self._tasks:
                    task.cancel()

    def _look(self, subscriptions: list[Subscription]) -> None:
        """What is not done at every turn: on a busy night there are hundreds a second."""
        if time.monotonic() - self._looked_at >= self.look_seconds:
            self._looked_at = time.monotonic()
            self.store.flush()
            self.watcher.stand(subscriptions, self.store.waiting())

    def _start(self, subscription: Subscription) -> None:
        line = self._lines.setdefault(subscription.id, _Line())
        now = self.now()
        if subscription.state != "active" or line.rests_until > now:
            return
        room = (1 if line.failures >= _TROUBLE else AT_ONCE) - len(line.flying)
        if room <= 0:
            return
        for delivery in self.store.heads(subscription.id, int(now * 1000), room + len(line.flying)):
            if delivery.key not in line.flying and room > 0:
                room -= 1
                line.flying.add(delivery.key)
                self._tasks.add(asyncio.create_task(self._deliver(subscription, line, delivery)))

    async def _deliver(self, subscription: Subscription, line: _Line, delivery: Delivery) -> None:
        try:
            outcome = await attempt(self.post, subscription, delivery.headline, delivery.body, self.now())
            self._settle(subscription, line, delivery, outcome)
        finally:
            line.flying.discard(delivery.key)
            self._wake.set()

    def _settle(self, subscription: Subscription, line: _Line, delivery: Delivery, outcome: Outcome) -> None:
        told = {"subscription": subscription.id, "headline": delivery.headline}
        if outcome.taken:
            self.store.delivered(delivery)
            line.failures = 0
            self.watcher.settled(subscription, "delivered")
            return
        if outcome.status == 410:
            self.store.disable(subscription.id, "the receiver answered 410: gone")
            self.watcher.settled(subscription, "gone")
            log.warning("webhook.disabled", **told)
            return
        line.failures += 1
        wait = delay_seconds(delivery.attempts + 1, outcome.asked, self.draw)
        if wait is None:
            self.store.dead(delivery, outcome.sentence)
            self.watcher.settled(subscription, "dead")
            log.error("webhook.dead", why=outcome.sentence, **told)
            return
        if line.failures >= _TROUBLE:
            rest = delay_seconds(min(line.failures - _TROUBLE + 1, 4), outcome.asked, self.draw) or wait
            line.rests_until = self.now() + rest * self.pace
        self.store.later(delivery, int((self.now() + wait * self.pace) * 1000), outcome.sentence)
        self.watcher.settled(subscription, "failed")
        log.info("webhook.failed", why=outcome.sentence, attempt=delivery.attempts + 1, **told)


async def attempt(post: Post, subscription: Subscription, id: str, body: bytes, now: float) -> Outcome:
    """Make one attempt at a subscription's address, which is read and checked anew each time."""
    try:
        where: Target = target(subscription.url)
    except AddressRefused as why:
        return Outcome(None, f"refused: {why}")
    at = datetime.fromtimestamp(now, UTC)
    return await post.send(where, body, message.headers(id, at, body, subscription.secrets))


async def send(
    settings: Settings, store: Store, post: Post, pace: float = 1.0, watcher: Watcher | None = None
) -> None:
    """Follow the headlines and send them until cancelled."""
    sender = Sender(store, post, pace, watcher=watcher or Watcher())
    only: tuple[Kind, ...] = ("headlines",)
    follower = Follower(settings, sender.take, kinds=only)
    async with asyncio.TaskGroup() as group:
        group.create_task(follower.follow())
        group.create_task(sender.run())
