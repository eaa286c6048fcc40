"""The suite as a program: one line of JSON for each scenario, and an exit code."""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.chaos.outcome import line
from tests.chaos.scenarios import SCENARIOS, Scenario, chosen
from tests.chaos.stage import Stage, stage


def main(arguments: Sequence[str] | None = None) -> int:
    """0: good workers were right and bad ones were caught; 1: not so; 2: no such scenario."""
    asked = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    asked.add_argument("--broker", choices=["embedded", "kafka"], default="embedded")
    asked.add_argument("--tier", choices=["ci", "nightly"], default="ci")
    asked.add_argument(
        "--only", action="append", help="a scenario's name or its beginning; several times for several"
    )
    asked.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    asked.add_argument("--count", type=int, help="operations, instead of the tier's")
    asked.add_argument("--side-by-side", type=int, default=3, help="scenarios at once")
    asked.add_argument(
        "--keep", action="store_true", help="keep the words of all workers even if all went well"
    )
    given = asked.parse_args(arguments)
    scenarios = [
        scenario
        for scenario in chosen(given.broker, given.tier)
        if not given.only or any(scenario.name.startswith(name) for name in given.only)
    ]
    if not scenarios:
        sys.stderr.write(f"No scenario of that name; there are {', '.join(s.name for s in SCENARIOS)}.\n")
        return 2
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    with stage(given.broker, folder) as place, ThreadPoolExecutor(given.side_by_side) as at_once:
        passed = list(
            at_once.map(
                lambda scenario: run(
                    scenario, place, given.count or getattr(scenario, given.tier), given.seed
                ),
                scenarios,
            )
        )
    if all(passed) and not given.keep:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        sys.stderr.write(f"The words of all workers are in {folder}.\n")
    return 0 if all(passed) else 1


def run(scenario: Scenario, place: Stage, count: int, seed: int) -> bool:
    """One scenario, told on standard output; whether it came out as it must."""
    began = time.monotonic()
    try:
        outcome = scenario.way(place, count, seed)
    except Exception:
        sys.stderr.write(f"{scenario.name} on {place.profile}, seed {seed}:\n{traceback.format_exc()}\n")
        return False
    told = line(
        outcome, scenario=scenario.name, broker=place.profile, seed=seed, seconds=time.monotonic() - began
    )
    sys.stdout.write(f"{told}\n")
    sys.stdout.flush()
    return scenario.passed(outcome)


def _end_all(*_: object) -> None:
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    if not sys.stdin.isatty():  # told to end by another program, it takes its workers along
        os.setpgrp()
        signal.signal(signal.SIGTERM, _end_all)
    sys.exit(main())
