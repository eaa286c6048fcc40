"""Carries the journal to the log: in the order of each council, until the broker has acknowledged every entry."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

import structlog
from aiokafka.errors import KafkaError

from streams.intake.journal import Entry, Journal, JournalFault, Placed
from streams.intake.pen import Pen
from streams.trouble import Trouble

#: Entries under way at once: so many may reach the log twice when the process is killed.
WINDOW = 100
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 5.0

log = structlog.get_logger(__name__)


class Sending(Protocol):
    """What a sender needs of a producer: aiokafka's, started, with ``acks="all"``."""

    async def send_and_wait(
        self, topic: str, value: bytes, key: bytes, *, headers: list[tuple[str, bytes]]
    ) -> Any: ...


class Sender:
    """Takes what waits in the journal to the broker. ``connect`` opens a new producer for each attempt."""

    def __init__(
        self,
        journal: Journal,
        pen: Pen,
        connect: Callable[[], AbstractAsyncContextManager[Sending]],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._journal, self._pen, self._connect, self._pause = journal, pen, connect, pause
        self._something = asyncio.Event()
        self.connected = False

    def wake(self) -> None:
        """Say that something waits."""
        self._something.set()

    async def run(self) -> None:
        """Carry on until cancelled. A broker that is away is asked again; its producer is opened anew.

        An idempotent producer that gave up on a record can send no more of that partition, hence a new one.
        """
        pause = SHORTEST_PAUSE_SECONDS
        while True:
            try:
                async with self._connect() as producer:
                    self.connected = True
                    while True:
                        if await self._carry(producer):
                            pause = SHORTEST_PAUSE_SECONDS
            except (KafkaError, Trouble, OSError) as failed:
                log.warning(
                    "intake.broker_away", error=str(failed)[:300], waiting=self._journal.count_waiting()
                )
            finally:
                self.connected = False
            await self._pause(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _carry(self, producer: Sending) -> bool:
        self._something.clear()
        waiting = self._journal.waiting(WINDOW)
        if not waiting:
            await self._something.wait()
            return False
        chains: dict[tuple[str, str], list[tuple[int, Entry]]] = {}
        for seq, entry in waiting:
            chains.setdefault((entry.topic, entry.key), []).append((seq, entry))
        placed: list[Placed] = []
        done = await asyncio.gather(
            *(_one_after_the_other(producer, chain, placed) for chain in chains.values()),
            return_exceptions=True,
        )
        await self._note(placed)
        for failed in done:
            if isinstance(failed, BaseException):
                raise failed
        return True

    async def _note(self, placed: list[Placed]) -> None:
        """A full disk is no reason to send again: what lies on the log is noted as soon as there is room."""
        while placed:
            try:
                await self._pen.note(placed)
            except JournalFault as fault:
                log.error("intake.journal_failed", error=str(fault))
                await self._pause(1.0)
            else:
                return


async def _one_after_the_other(
    producer: Sending, chain: Iterable[tuple[int, Entry]], placed: list[Placed]
) -> None:
    for seq, entry in chain:
        lies = await producer.send_and_wait(
            entry.topic, entry.value, entry.key.encode(), headers=list(entry.headers)
        )
        placed.append(Placed(seq, lies.partition, lies.offset))
