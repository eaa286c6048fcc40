"""The order in which a draft becomes durable: refusals, attachments, rows with their intents, outputs, what follows."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol

from streams.delivery.drafts import Change, Draft
from streams.delivery.envelope import Envelope, seal_attachment, seal_row
from streams.delivery.faults import BrokenAssumption
from streams.delivery.keeper import Keeper, Output, S
from streams.delivery.rows import Row, Shelf

log = logging.getLogger(__name__)

#: A row above the first is reported, one above the second is never written: bytes as they go to the broker.
ROW_REPORTED_BYTES = 256 * 1024
ROW_LIMIT_BYTES = 1_000_000


class Step(Enum):
    """What a write is for, in the order of the steps."""

    REFUSE = "refuse"
    ATTACH = "attach"
    KEEP = "keep"
    SAY = "say"
    FOLLOW = "follow"


@dataclass(frozen=True, slots=True)
class Write:
    """One record to be written; ``partition`` None leaves it to the key."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class Writer(Protocol):
    """Whatever reaches the broker, or pretends to."""

    async def write(self, step: Step, writes: Sequence[Write]) -> None:
        """Return when the broker has acknowledged all of them, in this order per partition; else raise."""
        ...


class Revoked(Exception):
    """The partition is no longer ours; what is left undone is the next owner's."""


class Sealer(Generic[S]):
    """Seals the drafts of one partition, one after the other."""

    def __init__(
        self,
        keeper: Keeper[S, Any],
        shelf: Shelf[S],
        writer: Writer,
        *,
        changelog: str,
        partition: int,
        incarnation: str,
    ) -> None:
        self._keeper = keeper
        self._shelf = shelf
        self._writer = writer
        self._changelog = changelog
        self._partition = partition
        self._incarnation = incarnation
        self.revoked = False

    async def seal(self, draft: Draft[S]) -> None:
        """Make a draft durable; Revoked when the partition goes away between two steps.

        Nothing of it is a row until the broker has acknowledged the row: a copy in memory that was never
        written would win every later comparison and be committed without a record of it.
        """
        attachments = {name: seal_attachment(data) for name, data in draft.attachments.items()}
        _check_sizes(attachments)
        rows = {key: self._row(key, change) for key, change in draft.changes.items()}
        sealed = {key: self._sealed(row) for key, row in rows.items()}
        _check_sizes(sealed)
        await self._write(Step.REFUSE, [_said(output) for output in draft.refusals])
        await self._write(Step.ATTACH, [self._kept(name, value) for name, value in attachments.items()])
        for name, value in attachments.items():
            self._shelf.attach(name, value)
        await self._write(Step.KEEP, [self._kept(key, value) for key, value in sealed.items()])
        for key, row in rows.items():
            row.size = len(sealed[key])
        self._shelf.rows.update(rows)
        await self._say(rows.items())

    async def say_unsaid(self) -> int:
        """Say again what recovered rows do not know to be acknowledged, and what follows from them; how many rows."""
        rows = list(self._shelf.unsaid())
        await self._say(rows)
        return len(rows)

    async def _say(self, rows: Iterable[tuple[str, Row[S]]]) -> None:
        rows = list(rows)
        await self._write(Step.SAY, [_said(output) for _, row in rows for output in row.intents])
        following = [o for key, row in rows for o in self._keeper.follow(key, row.state, row.version)]
        await self._write(Step.FOLLOW, [_said(output) for output in following])
        for _, row in rows:
            row.intents, row.said = (), True

    async def _write(self, step: Step, writes: Sequence[Write]) -> None:
        if self.revoked:
            raise Revoked
        if writes:
            await self._writer.write(step, writes)
        if self.revoked:
            raise Revoked

    def _row(self, key: str, change: Change[S]) -> Row[S]:
        before = self._shelf.rows.get(key)
        carried = () if before is None else before.intents  # acknowledged ones have left by now
        intents = (*carried, *change.outputs)
        return Row(change.state, change.version, change.judged, self._incarnation, intents)

    def _sealed(self, row: Row[S]) -> bytes:
        state = self._keeper.dump(row.state)
        return seal_row(Envelope(row.version, row.judged, row.incarnation, row.intents, state))

    def _kept(self, key: str, value: bytes) -> Write:
        return Write(self._changelog, self._partition, key.encode(), value)


def _said(output: Output) -> Write:
    return Write(output.topic, None, output.key, output.value, output.headers)


def _check_sizes(sealed: dict[str, bytes]) -> None:
    for key, value in sealed.items():
        if len(value) > ROW_LIMIT_BYTES:
            raise BrokenAssumption(
                f"the row of {key} has {len(value)} bytes; no row may pass {ROW_LIMIT_BYTES}"
            )
        if len(value) > ROW_REPORTED_BYTES:
            log.warning("row.grown key=%s bytes=%d limit=%d", key, len(value), ROW_LIMIT_BYTES)
