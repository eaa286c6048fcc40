"""``python -m tests.simulation --seeds N --from S``: one line of JSON; exit code 1 when a seed is dirty."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable

from tests.simulation import night
from tests.simulation.night import Night
from tests.simulation.world import Outcome, seeded

NIGHTS: dict[str, Callable[[int], Night]] = {"toy": night.toy, "council": night.council}


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    arguments.add_argument("--seeds", type=int, default=1000, metavar="N")
    arguments.add_argument("--from", type=int, default=0, metavar="S", dest="first")
    arguments.add_argument("--night", choices=sorted(NIGHTS), default="toy")
    arguments.add_argument(
        "--trace", action="store_true", help="every turn of every seed, on a line of its own"
    )
    given = arguments.parse_args()
    started = time.process_time()
    happened: Counter[str] = Counter()
    dirty: dict[int, list[str]] = {}
    for seed in range(given.first, given.first + given.seeds):
        outcome = seeded(NIGHTS[given.night], seed, traced=given.trace)
        happened += outcome.happened
        if outcome.verdict.dirty:
            dirty[seed] = outcome.verdict.dirty
        if given.trace:
            _tell(outcome)
    line = {
        "night": given.night,
        "from": given.first,
        "seeds": given.seeds,
        "dirty": dirty,
        "seconds": round(time.process_time() - started, 1),
        "happened": dict(sorted(happened.items())),
    }
    sys.stdout.write(json.dumps(line) + "\n")
    return 1 if dirty else 0


def _tell(outcome: Outcome) -> None:
    for turn in outcome.trace:
        sys.stdout.write(f"{turn}\n")
    sys.stdout.write(f"written {outcome.written}\n")
    if outcome.verdict.dirty:
        sys.stdout.write(f"{outcome.verdict}\n")


if __name__ == "__main__":
    sys.exit(main())
