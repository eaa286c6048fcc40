"""What an agent supplies to delivery, and what passes between them; nothing here knows Faust or elections."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Generic, Protocol, TypeVar

E = TypeVar("E")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Record:
    """One raw record as it lies on the topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int | None


@dataclass(frozen=True, slots=True)
class Output:
    """One record to be said; its key alone picks the partition (the broker clients' own hash)."""

    topic: str
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Addressed(Generic[E]):
    """A readable event and the row that it concerns.

    ``key`` is the row's key (a council's id, an area's id).  The row is written to the changelog partition
    with the number of the input partition, so all events of a key must arrive on one partition.  ``#`` is
    kept for attachments and must not occur in it.
    """

    key: str
    event: E


@dataclass(frozen=True, slots=True)
class Judged(Generic[S]):
    """What one event comes to, judged against one state.

    ``state``: the new state; None when nothing changed, and then no row is written.
    ``outputs``: intents, kept in the row (hence only with a state) and sent after the row is acknowledged.
    ``refusals``: rejections, sent and awaited before the rows of the batch.
    ``attachments``: write-once rows ``key#name`` (a council's map of one version), written and awaited before
    the row that follows from them.
    ``outgrown``: the rejection of this very event for the case that the row would pass its limit by it; without one
    that is a broken assumption.
    """

    state: S | None
    outputs: tuple[Output, ...] = ()
    refusals: tuple[Output, ...] = ()
    attachments: Mapping[str, bytes] = field(default_factory=lambda: MappingProxyType({}))
    outgrown: Callable[[], Output] | None = None


class Keeper(Protocol[S, E]):
    """What an agent supplies, and no more.  Everything is pure: no clock, no randomness, no input or output.

    An exception out of any of these is a broken assumption: the process ends before the batch is acknowledged.
    """

    def read(self, record: Record) -> Addressed[E] | Output:
        """The event in a record, or the rejection of an unreadable one."""
        ...

    def judge(self, key: str, state: S | None, event: E, record: Record) -> Judged[S]:
        """What an event comes to; ``state`` is None when the key has no row yet."""
        ...

    def dump(self, state: S) -> bytes:
        """A state as the bytes of its row, attachments left out."""
        ...

    def load(self, key: str, row: bytes, attachment: Callable[[str], bytes]) -> S:
        """The state in a row; ``attachment(name)`` gives the bytes that were once attached under that name."""
        ...

    def follow(self, key: str, state: S, version: int) -> tuple[Output, ...]:
        """What follows from the row alone (a standing): sent after each write of the row and for each recovered row."""
        ...
