"""The pen: many requests at once share one fsync of the journal, written by a thread of its own."""

import asyncio
import queue
import threading
from collections.abc import Sequence

from streams.intake.journal import Conflict, Entry, Journal, JournalFault, Placed, Taken

#: Requests that share a commit; more would make the first of them wait.
BATCH = 512

Answer = tuple[Taken, ...] | Conflict


class Pen:
    """Writes into a journal for one event loop. Its thread ends with :meth:`close`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._loop = asyncio.get_running_loop()
        self._asked: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    async def take(self, entries: Sequence[Entry]) -> Answer:
        """Entries of one request, all or none; on disk when this returns. Raises :class:`JournalFault`."""
        (answer,) = await self._ask(_Asked([list(entries)], [], self._loop.create_future()))
        return answer

    async def note(self, placed: Sequence[Placed]) -> None:
        """Note what the broker has acknowledged. Raises :class:`JournalFault`."""
        await self._ask(_Asked([], list(placed), self._loop.create_future()))

    async def _ask(self, asked: "_Asked") -> list[Answer]:
        self._asked.put(asked)
        return await asyncio.shield(asked.answer)

    async def close(self) -> None:
        """Write what was asked for and end the thread."""
        self._asked.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        while (first := self._asked.get()) is not None:
            batch, ends = [first], False
            while len(batch) < BATCH and not ends:
                try:
                    following = self._asked.get_nowait()
                except queue.Empty:
                    break
                if following is None:
                    ends = True
                else:
                    batch.append(following)
            self._write(batch)
            if ends:
                return

    def _write(self, batch: "list[_Asked]") -> None:
        requests = [request for asked in batch for request in asked.requests]
        placed = [place for asked in batch for place in asked.placed]
        try:
            answers = iter(self._journal.write(requests, placed))
        except JournalFault as fault:
            for asked in batch:
                self._loop.call_soon_threadsafe(_fail, asked.answer, fault)
            return
        for asked in batch:
            given = [next(answers) for _ in asked.requests]
            self._loop.call_soon_threadsafe(_resolve, asked.answer, given)


class _Asked:
    """What one caller wants written, and where its answer goes."""

    __slots__ = ("answer", "placed", "requests")

    def __init__(
        self, requests: list[list[Entry]], placed: list[Placed], answer: "asyncio.Future[list[Answer]]"
    ) -> None:
        self.requests, self.placed, self.answer = requests, placed, answer


def _resolve(future: "asyncio.Future[list[Answer]]", given: list[Answer]) -> None:
    if not future.done():
        future.set_result(given)


def _fail(future: "asyncio.Future[list[Answer]]", fault: JournalFault) -> None:
    if not future.done():
        future.set_exception(fault)
