"""A worker of the feed as it is, with small batches and writes that take a while, or with a guard left out.

``python -m tests.chaos.agent_worker AGENT SECONDS SEED [WITHOUT]``; without ``waiting`` no write is awaited, without
``saying-again`` recovered rows owe nothing: what was decided just before an end is said by nobody.
"""

import sys
from collections.abc import Callable
from functools import partial, partialmethod
from typing import Any

from streams.commands.worker import Agent
from streams.commands.worker import worker as command
from streams.delivery import transport, worker
from streams.delivery.rows import Shelf
from streams.delivery.sealing import Writer
from tests.delivery.toy_worker import Unlucky

#: A row is written so often that some window between two writes is open nearly all the time.
BATCH_RECORDS = 16


def main() -> None:
    agent, seconds, seed, without = Agent(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    if "saying-again" in without:
        Shelf.open_recovered = partialmethod(_owing_nothing, Shelf.open_recovered)  # type: ignore[assignment]

    def slow(plain: Writer) -> Unlucky:
        writer = Unlucky(plain, seconds, "", 0.0, seed)
        writer.without = " ".join(without)
        return writer

    transport.BATCH_RECORDS = BATCH_RECORDS
    worker.run_worker = partial(worker.run_worker, writer=slow, leave_seconds=60)
    command(agent)


def _owing_nothing(shelf: Shelf[Any], open_recovered: Callable[[Shelf[Any]], None]) -> None:
    open_recovered(shelf)
    for row in shelf.rows.values():
        row.intents, row.said = (), True


if __name__ == "__main__":
    main()
