"""One partition's way from records to their acknowledgement: judged at once, sealed in order, two batches open."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic

from streams.delivery.drafts import Draft, Judge
from streams.delivery.keeper import E, Record, S
from streams.delivery.sealing import Revoked, Sealer

#: Batches of a partition that may be judged and not yet acknowledged.
OPEN_BATCHES = 2

#: Records judged before the rest of the process has a turn, above all the batches that are being sealed.
BREATH_RECORDS = 50


class Line(Generic[S, E]):
    """Takes the batches of one partition for as long as the partition is ours.

    ``end`` leaves the process.  It is called on any exception and any cancellation while a batch is open:
    Faust acknowledges what an agent dropped, so nothing may survive to be committed.
    """

    def __init__(self, judge: Judge[S, E], sealer: Sealer[S], end: Callable[[BaseException], None]) -> None:
        self._judge = judge
        self._sealer = sealer
        self._end = end
        self._open: deque[asyncio.Task[None]] = deque()

    async def take(self, records: Sequence[Record], acknowledge: Callable[[], None]) -> None:
        """Judge a batch and let it be sealed; waits while two older ones are open."""
        while len(self._open) >= OPEN_BATCHES:
            await asyncio.wait([self._open[0]])
            await asyncio.sleep(0)
        drafts: list[Draft[S]] = [Draft()]
        for start in range(0, len(records), BREATH_RECORDS):
            drafts[-1:] = self._judge.judge(records[start : start + BREATH_RECORDS], drafts[-1])
            await asyncio.sleep(0)
        before = self._open[-1] if self._open else None
        task = asyncio.create_task(self._seal(before, drafts, acknowledge))
        self._open.append(task)
        task.add_done_callback(self._open.remove)

    @property
    def open(self) -> int:
        """How many batches are open."""
        return len(self._open)

    async def settled(self) -> None:
        """Return once no batch is open."""
        while self._open:
            await asyncio.wait(list(self._open))
            await asyncio.sleep(0)

    def revoke(self) -> None:
        """The partition is gone: open batches stop at their next step and are never acknowledged."""
        self._sealer.revoked = True

    async def _seal(
        self, before: asyncio.Task[None] | None, drafts: list[Draft[S]], acknowledge: Callable[[], None]
    ) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            for draft in drafts:
                await self._sealer.seal(draft)
                self._judge.settle(draft)
            acknowledge()
        except Revoked:
            return
        except BaseException as fault:
            self._sealer.revoked = True  # nothing after it may go on where a test has no process to end
            self._end(fault)
