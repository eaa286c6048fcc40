"""Scenarios of the short tier as tests: all of a broker run side by side, because most of their time is waiting."""

import os
import random
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor

from streams.delivery.profiles import ProfileName
from tests.chaos.outcome import Outcome, line
from tests.chaos.scenarios import Scenario, chosen
from tests.chaos.stage import Stage

#: ``CHAOS_SEED=123`` repeats a run.
SEED = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(100_000))

AT_ONCE = 6

#: These take longest, so they begin first.
LONGEST = ("leaders", "outage", "real-night", "network", "zombies", "come-and-go")


def short(broker: ProfileName) -> list[str]:
    """The names of the short tier's scenarios on a broker."""
    return [scenario.name for scenario in chosen(broker, "ci")]


def told_in_full(running: "Running", name: str) -> None:
    """Fail unless a scenario came out as it must; its line of JSON is shown either way."""
    passed, told = running.result(name)
    sys.stdout.write(f"{told}\n")
    assert passed, told


class Running:
    """All short scenarios of one broker, begun at once."""

    def __init__(self, place: Stage) -> None:
        self._place = place
        self._threads = ThreadPoolExecutor(AT_ONCE)
        self._scenarios = {scenario.name: scenario for scenario in chosen(place.profile, "ci")}
        self._begun: dict[str, Future[tuple[Outcome, str]]] = {
            name: self._threads.submit(self._run, self._scenarios[name])
            for name in sorted(self._scenarios, key=lambda name: name not in LONGEST)
        }

    def result(self, name: str) -> tuple[bool, str]:
        """Whether a scenario came out as it must, and its line of JSON."""
        outcome, told = self._begun[name].result()
        return self._scenarios[name].passed(outcome), told

    def end(self) -> None:
        self._threads.shutdown(cancel_futures=True)

    def _run(self, scenario: Scenario) -> tuple[Outcome, str]:
        began = time.monotonic()
        outcome = scenario.way(self._place, scenario.ci, SEED)
        seconds = time.monotonic() - began
        return outcome, line(
            outcome, scenario=scenario.name, broker=self._place.profile, seed=SEED, seconds=seconds
        )
