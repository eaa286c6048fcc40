"""The council worker as it is, with writes that take a while: ``python -m tests.chaos.council_worker SECONDS SEED``."""

import sys
from functools import partial

from streams.commands.worker import Agent
from streams.commands.worker import worker as command
from streams.delivery import worker
from tests.delivery.toy_worker import Unlucky


def main() -> None:
    seconds, seed = float(sys.argv[1]), int(sys.argv[2])
    worker.run_worker = partial(
        worker.run_worker, writer=lambda plain: Unlucky(plain, seconds, "", 0.0, seed)
    )
    command(Agent.council)


if __name__ == "__main__":
    main()
