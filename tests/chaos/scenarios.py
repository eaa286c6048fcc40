"""Every scenario by its name: what is done, how often in a short run and in a long one, and on which brokers."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal

from streams.delivery.profiles import ProfileName
from tests.chaos import brokers, leaders, network, real_scenarios, serving, stocks, zombies
from tests.chaos.outcome import Outcome
from tests.chaos.stage import Stage
from tests.delivery import lives
from tests.delivery.night import Night
from tests.delivery.oracle import verdict

Way = Callable[[Stage, int, int], Outcome]
Toy = Callable[[Night, int, int], Counter[str]]

Tier = Literal["ci", "nightly"]

#: Operations on one night at most; more are spread over several nights side by side.
ON_ONE_NIGHT = 15


@dataclass(frozen=True)
class Scenario:
    """``ci`` and ``nightly``: how many operations; 0 leaves the scenario out.  ``bad``: its worker must be caught."""

    name: str
    way: Way
    ci: int
    nightly: int
    brokers: tuple[ProfileName, ...] = ("embedded", "kafka")
    bad: bool = False

    def passed(self, outcome: Outcome) -> bool:
        """Whether a good worker was right, or a bad one was caught each time."""
        if self.bad:
            return not outcome.missed and not outcome.verdict.clean
        return outcome.clean


def chosen(broker: ProfileName, tier: Tier) -> list[Scenario]:
    """The scenarios of a tier on a broker."""
    return [s for s in SCENARIOS if broker in s.brokers and getattr(s, tier)]


def toy(way: Toy) -> Way:
    """A way with toy nights, spread over as many as it takes."""

    def run(stage: Stage, count: int, seed: int) -> Outcome:
        shares = [min(ON_ONE_NIGHT, count - start) for start in range(0, count, ON_ONE_NIGHT)]
        with ThreadPoolExecutor(len(shares)) as side_by_side:
            nights = side_by_side.map(lambda n: _one(way, stage, shares[n], seed + n), range(len(shares)))
            return sum(nights, Outcome())

    return run


def _one(way: Toy, stage: Stage, count: int, seed: int) -> Outcome:
    night = stage.night()
    try:
        done, troubles = way(night, count, seed), []
    except lives.NotDrained as stuck:
        done, troubles = stuck.done, [str(stuck)]
    if ended := done.pop(lives.ENDED, 0):
        troubles.append(f"{ended} workers ended by themselves, beside a broker in good health")
    return Outcome(done, verdict(night), troubles, restarts=ended)


def reached(what: str, way: Way) -> Way:
    """A way on which something must happen as often as asked for, or nothing was shown."""

    def run(stage: Stage, count: int, seed: int) -> Outcome:
        outcome = way(stage, count, seed)
        if outcome.done[what] < count:
            outcome.troubles.append(f"{what}: {outcome.done[what]} of {count} came about")
        return outcome

    return run


def _at(point: str) -> Way:
    return reached(point, toy(lambda night, count, seed: lives.crashed_at(night, [point] * count, seed)))


def _anywhere(stage: Stage, count: int, seed: int) -> Outcome:
    """One crash at each of so many points, drawn from all."""
    points = random.Random(seed).sample(lives.POINTS, count)
    return toy(lambda night, _, seed: lives.crashed_at(night, points, seed))(stage, 1, seed)


def _network(stage: Stage, count: int, seed: int) -> Outcome:
    with stage.behind_a_proxy() as (night, between):
        done = network.bad_at_random(night, between, count, seed)
        ended = done.pop(lives.ENDED, 0)
        return Outcome(done, verdict(night), restarts=ended)


def _told(stage: Stage, count: int, seed: int) -> Outcome:
    outcome = toy(lives.terminated_at_random)(stage, count, seed)
    outcome.troubles += [
        f"{times} workers {how} when told to leave"
        for how, times in outcome.done.items()
        if how != "left with 0"
    ]
    return outcome


SCENARIOS = (
    Scenario("kills", toy(lives.killed_at_random), ci=3, nightly=60),
    Scenario("crash-points", _anywhere, ci=7, nightly=0),
    *(Scenario(f"crash-{point}", _at(point), ci=0, nightly=15) for point in lives.POINTS),
    Scenario("told-to-leave", _told, ci=2, nightly=20),
    Scenario("come-and-go", toy(lives.joining_and_leaving), ci=4, nightly=60),
    Scenario("zombies", reached("zombie", toy(zombies.waking_late)), ci=1, nightly=6),
    Scenario("network", _network, ci=3, nightly=25),
    Scenario("real-night", real_scenarios.ended, ci=3, nightly=20, brokers=("embedded",)),
    Scenario("real-night", real_scenarios.ended, ci=0, nightly=20, brokers=("kafka",)),
    Scenario("reseed", real_scenarios.reseeded, ci=0, nightly=2, brokers=("embedded",)),
    Scenario("leaders", leaders.killed, ci=1, nightly=5, brokers=("kafka",)),
    Scenario("serving-again", serving.again, ci=0, nightly=3),
    Scenario("outage", brokers.away, ci=1, nightly=2, brokers=("embedded",)),
    Scenario("outage", brokers.away, ci=0, nightly=2, brokers=("kafka",)),
    Scenario("broker-kills", brokers.killed, ci=0, nightly=5, brokers=("kafka",)),
    Scenario("broker-freezes", brokers.frozen, ci=0, nightly=5, brokers=("kafka",)),
    Scenario("without-merge", toy(partial(zombies.waking_late, without="merge")), ci=0, nightly=6, bad=True),
    Scenario(
        "without-waiting", toy(partial(lives.killed_at_random, without="waiting")), ci=0, nightly=10, bad=True
    ),
    *(
        Scenario(
            f"area-without-{guard}",
            partial(real_scenarios.ended, without=guard),
            ci=0,
            nightly=10,
            bad=True,
        )
        for guard in ("waiting", "saying-again")
    ),
    *(
        Scenario(
            f"stock-{kind}",
            partial(stocks.known_bad, kind),
            ci=0 if kind in stocks.LUCKY else 1,
            nightly=6,
            bad=True,
        )
        for kind in ("edge", "level", "plus")
    ),
)
