"""A batch: the records that one stream event brings, and the book of what was handed out and acknowledged."""

from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from faust.serializers.schemas import Schema
from faust.types import ConsumerMessage, Message

from streams.delivery.keeper import Record


class Book:
    """The batches handed out from one partition since the last seek, in order.

    A batch belongs to the book of its time: after a rebalance or a seek there is a new one, and what is
    still acknowledged in the old one is never committed.
    """

    def __init__(self) -> None:
        self.position: int | None = None  # where the next fetch must begin; None until the first seek
        self.done: int | None = None  # all offsets below it are acknowledged
        self._waiting: deque[list[Any]] = deque()  # [first offset after the batch, acknowledged]

    def hand_out(self, after: int) -> list[Any]:
        entry = [after, False]
        self._waiting.append(entry)
        return entry

    def acknowledge(self, entry: list[Any]) -> None:
        entry[1] = True
        while self._waiting and self._waiting[0][1]:
            self.done = self._waiting.popleft()[0]


class Batch(ConsumerMessage):
    """A run of consecutive records of one partition: ``value`` the records, ``offset`` the last one's."""

    __slots__ = ("book", "entry")
    book: Book
    entry: list[Any]


class BatchSchema(Schema[Any, Any]):
    """Hands raw records over: reading is the keeper's work, record by record, so one bad record spoils no other."""

    def compile(self, app: Any, **_: Any) -> Callable[..., Awaitable[Any]]:
        async def decode(message: Message, *, propagate: bool = False) -> Any:
            return app.create_event(None, message.value, None, message)

        return decode


def records_of(message: Any) -> list[Record]:
    """The records of a batch in delivery's own form."""
    return [
        Record(r.topic, r.partition, r.offset, r.key, r.value, tuple(r.headers), r.timestamp)
        for r in message.value
    ]
