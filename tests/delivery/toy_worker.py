"""A worker with the toy keeper as a process of its own, slowed down or crashed between its writes on request."""

import argparse
import asyncio
import logging
import os
import random
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from streams.delivery import transport, worker
from streams.delivery.batches import Batch
from streams.delivery.profiles import Security
from streams.delivery.rows import Shelf
from streams.delivery.sealing import Step, Write, Writer
from streams.delivery.topics import Changelog
from streams.delivery.worker import run_worker
from tests.delivery.toy import Names, ToyKeeper, specs


class Unlucky:
    """Delays each write by up to ``delay_seconds``, and dies or freezes at a named point with a given chance.

    Points: ``before-keep`` and ``after-keep`` and so on for each step, ``half-say`` with some outputs written,
    ``after-acknowledge`` between the acknowledgement of a batch and its commit, ``stuck-say`` for a write that is
    never acknowledged.  Frozen once, until somebody wakes it: ``asleep-keep`` with the write pending,
    ``buffered-keep`` with the write handed to the client and not yet sent.
    """

    def __init__(self, plain: Writer, delay_seconds: float, point: str, chance: float, seed: int) -> None:
        self._plain = plain
        self._delay = delay_seconds
        self._point = point
        self._chance = chance
        self._lot = random.Random(seed)
        self.without = ""
        self._unawaited: list[asyncio.Task[None]] = []

    async def write(self, step: Step, writes: Sequence[Write]) -> None:
        """Return when all of them are acknowledged; at once where the guard of waiting is gone."""
        if "waiting" in self.without:
            self._unawaited.append(asyncio.create_task(self._write(step, writes)))
            return
        await self._write(step, writes)

    async def _write(self, step: Step, writes: Sequence[Write]) -> None:
        await asyncio.sleep(self._lot.random() * self._delay)
        self.die(f"before-{step.value}")
        if self._point == f"stuck-{step.value}":
            await asyncio.Event().wait()
        if self._point == f"half-{step.value}" and self._lot.random() < self._chance:
            await self._plain.write(step, writes[: len(writes) // 2])
            self._signal(signal.SIGKILL)
        if self._freezes(f"asleep-{step.value}"):
            self._signal(signal.SIGSTOP)
        writing = asyncio.ensure_future(self._plain.write(step, writes))
        if self._freezes(f"buffered-{step.value}"):
            await asyncio.sleep(0)  # the client has it now, and no turn yet to send it
            self._signal(signal.SIGSTOP)
        await writing
        self.die(f"after-{step.value}")

    def die(self, point: str) -> None:
        """End the process, if it is its fate to die at this point now."""
        if point == self._point and self._lot.random() < self._chance:
            self._signal(signal.SIGKILL)

    def _freezes(self, point: str) -> bool:
        if point != self._point or self._lot.random() >= self._chance:
            return False
        self._point = ""
        return True

    def _signal(self, number: int) -> None:
        os.kill(os.getpid(), number)

    def watch(self) -> None:
        """See the acknowledgements of this process's consumer as well."""
        acknowledge = transport.BatchConsumer.acknowledge

        def acknowledged(consumer: transport.BatchConsumer, batch: Batch) -> None:
            acknowledge(consumer, batch)
            self.die("after-acknowledge")

        transport.BatchConsumer.acknowledge = acknowledged  # type: ignore[assignment]


def last_row_wins() -> None:
    """Recover as a compacted topic would: whatever row comes last is the row."""

    def recover(shelf: Shelf[Any], key: str, value: bytes) -> None:
        shelf._found.setdefault("", {})[key] = value

    Shelf._recover_row = recover  # type: ignore[assignment]


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--broker", required=True)
    arguments.add_argument("--prefix", required=True)
    arguments.add_argument("--profile", choices=["embedded", "kafka"], required=True)
    arguments.add_argument("--partitions", type=int, required=True)
    arguments.add_argument("--status", type=Path)
    arguments.add_argument("--instance")
    arguments.add_argument("--session", type=float)
    arguments.add_argument("--delay", type=float, default=0.0)
    arguments.add_argument("--point", default="")
    arguments.add_argument("--chance", type=float, default=0.0)
    arguments.add_argument("--batch", type=int)
    arguments.add_argument("--without", choices=["", "waiting", "merge"], default="", help="a guard left out")
    arguments.add_argument("--patience", type=float, default=10.0)
    arguments.add_argument("--leave", type=float, default=10.0)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--padding", type=int, default=0)
    arguments.add_argument("--watch", type=float, default=worker.WATCH_SECONDS)
    arguments.add_argument("--ca")
    arguments.add_argument("--user")
    arguments.add_argument("--password")
    given = arguments.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    if given.without == "merge":
        last_row_wins()
    names = Names(given.prefix)
    worker.WATCH_SECONDS = given.watch
    if given.batch:
        transport.BATCH_RECORDS = given.batch
    declared, *others = [s for s in specs(names, given.partitions) if not isinstance(s, Changelog)]

    def unlucky(plain: Writer) -> Unlucky:
        writer = Unlucky(plain, given.delay, given.point, given.chance, given.seed)
        writer.without = given.without
        writer.watch()
        return writer

    run_worker(
        ToyKeeper(names, given.padding),
        name=names.app,
        broker=given.broker,
        profile=given.profile,
        input_topic=declared,
        output_topics=others,
        security=Security(given.ca is not None, given.ca, username=given.user, password=given.password),
        instance=given.instance,
        session_timeout_seconds=given.session,
        status_file=given.status,
        patience_seconds=given.patience,
        leave_seconds=given.leave,
        writer=unlucky,
    )


if __name__ == "__main__":
    main()
