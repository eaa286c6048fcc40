"""The thread that fetches, and the word it leaves of where each fetch began and ended."""

from collections.abc import Mapping
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from streams.delivery.faults import BrokenAssumption


class FetchThread(driver.AIOKafkaConsumerThread):
    """The thread that fetches: it notes where each fetch began and ended, and takes its waits from the profile."""

    app: Any
    #: Where the partitions stood before and after the last fetch; taken by the consumer right after it.
    began: Mapping[TP, int | None] = {}
    ended: Mapping[TP, int | None] = {}

    def _create_worker_consumer(self, transport: Any) -> Any:
        profile = self.app.profile
        consumer = super()._create_worker_consumer(transport)
        for name in ("_fetch_max_wait_ms", "_isolation_level"):
            if not hasattr(consumer, name):
                raise BrokenAssumption(
                    f"aiokafka's consumer has no {name}: only version 0.14 is known to work"
                )
        consumer._fetch_max_wait_ms = profile.fetch_wait_ms
        consumer._isolation_level = profile.isolation
        return consumer

    async def _fetch_records(self, consumer: Any, active_partitions: Any, *args: Any, **kwargs: Any) -> Any:
        self.began, self.ended = {tp: _position(consumer, tp) for tp in active_partitions}, {}
        records = await super()._fetch_records(consumer, active_partitions, *args, **kwargs)
        self.ended = {tp: _position(consumer, tp) for tp in active_partitions}
        return records

    def taken(self) -> tuple[Mapping[TP, int | None], Mapping[TP, int | None]]:
        """Where the fetch just made began and ended; once, for the next may not come to be made."""
        marks = self.began, self.ended
        self.began, self.ended = {}, {}
        return marks

    async def rewind(self, tp: TP, first: int, after: int | None) -> bool:
        """Fetch again from ``first``, unless somebody has sought elsewhere meanwhile."""
        consumer = self._ensure_consumer()
        if after is None or _position(consumer, tp) != after:
            return False
        consumer.seek(tp, first)
        return True


def _position(consumer: Any, tp: TP) -> int | None:
    subscription = consumer._subscription.subscription
    assignment = subscription.assignment if subscription is not None else None
    if assignment is None or tp not in assignment.tps:
        return None
    state = assignment.state_value(tp)
    return state.position if state.has_valid_position else None
