"""Events a second of one worker and of two, beside the same fold on bare aiokafka and in a stock Faust agent.

`python -m tests.benchmarks.delivery.throughput [--fold rules|toy] [--rounds 3] [--size N] [CONTENDER ...]` runs the
contenders in turn, so that a slow minute of the machine hits all of them, and prints one JSON line a run, then the
medians with their ratio to the first contender. A contender is `bare`, `ours`, `ours:2` (two workers) or `per-event`.
Everything shares the machine with the broker, whose processor time an event is printed beside.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from tests.benchmarks.delivery.ground import Ground
from tests.benchmarks.delivery.workload import nights, toy_evening
from tests.kafka.server import kafka_broker

PARTITIONS = 8


def main() -> None:
    """Print the runs and their medians."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("contenders", nargs="*", default=["bare", "ours", "ours:2", "per-event"])
    arguments.add_argument("--fold", choices=["rules", "toy"], default="rules")
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--size", type=int, help="copies of the night, or declarations of the toy")
    given = arguments.parse_args()
    events = nights(given.size or 6) if given.fold == "rules" else list(toy_evening(given.size or 100_000))
    found = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder, kafka_broker(Path(folder)) as kafka:
        ground = Ground(kafka.address, kafka.process, Path(folder), PARTITIONS)
        for _ in range(given.rounds):
            for contender in given.contenders:
                kind, _, workers = contender.partition(":")
                run = ground.run(kind, given.fold, events, int(workers or 1))
                found[contender].append(run)
                sys.stdout.write(json.dumps(run) + "\n")
                sys.stdout.flush()
    first = 0.0
    for contender, runs in found.items():
        rate = statistics.median(run["events a second"] for run in runs)
        processor = statistics.median(run["processor us"] for run in runs)
        first = first or rate
        sys.stdout.write(
            f"{contender:<12}{rate:>9.0f} events/s{processor:>9.1f} us{rate / first:>7.2f} x {given.contenders[0]}\n"
        )


if __name__ == "__main__":
    main()
