"""Ways for workers to die, as functions of a night; each leaves the night drained by a last worker that may live."""

import random
import signal
import time
from collections import Counter

from tests.delivery.evening import evening
from tests.delivery.night import Night
from tests.delivery.process import Worker

#: Small batches and slow writes, so that every window between two writes is open for a while.
#: Patient, because a broker on a machine full of dying workers may take a while to answer the first question.
SLOW = {"batch": 4, "delay": 0.05, "patience": 30, "leave": 60}

STEPS = ("refuse", "attach", "keep", "say")

#: Where a worker ends itself: around each step, and between the acknowledgement of a batch and its commit.
POINTS = (
    *(f"{when}-{step}" for step in STEPS for when in ("after", "half", "before")),
    "after-acknowledge",
)

#: Counted beside what was done on purpose.
ENDED = "ended by itself"


def killed_at_random(night: Night, lives: int, seed: int, **options: object) -> Counter[str]:
    """SIGKILL at a random moment, again and again, with declarations waiting all the time.

    Every other worker has a name in its group, and comes back under it.
    """
    lot = random.Random(seed)
    done: Counter[str] = Counter()
    night.produce(evening(seed))
    for life in range(lives):
        with night.worker(**SLOW, **({"instance": "one"} if life % 2 else {}), **options) as worker:
            worker.ready()
            time.sleep(lot.uniform(0.0, 1.0))
            done["kill" if worker.running() else ENDED] += 1
        if night.committed() == night.produced:
            night.produce(evening(seed * 1000 + life))
    finish(night, done, **options)
    return done


def terminated_at_random(night: Night, lives: int, seed: int) -> Counter[str]:
    """SIGTERM or SIGINT at a random moment, with declarations waiting, by exit code."""
    lot = random.Random(seed)
    done: Counter[str] = Counter()
    night.produce(evening(seed))
    for life in range(lives):
        with night.worker(**SLOW) as worker:
            assert worker.ready(), worker.words()
            time.sleep(lot.uniform(0.0, 1.0))
            code = worker.leave(lot.choice([signal.SIGTERM, signal.SIGINT]), 75)
            done[f"left with {code}"] += 1
        if night.committed() == night.produced:
            night.produce(evening(seed * 1000 + life))
    finish(night, done)
    return done


def crashed_at(night: Night, points: list[str], seed: int, chance: float = 0.5) -> Counter[str]:
    """A worker for each point, which ends itself there; how often each point was reached."""
    done: Counter[str] = Counter()
    for number, point in enumerate(points):
        for attempt in range(3):
            night.produce(evening(seed * 1000 + 10 * number + attempt, councils=3))
            if _dies(night, point, chance):
                done[point] += 1
                break
    finish(night, done)
    return done


def _dies(night: Night, point: str, chance: float) -> bool:
    with night.worker(**SLOW, point=point, chance=chance) as worker:
        deadline = time.monotonic() + 60
        while worker.running() and time.monotonic() < deadline and night.committed() < night.produced:
            time.sleep(0.05)
        return worker.process.poll() == -signal.SIGKILL


def joining_and_leaving(night: Night, turns: int, seed: int) -> Counter[str]:
    """One to three workers that start, are killed, told to leave, frozen beyond their session; how often each."""
    lot = random.Random(seed)
    living: list[Worker] = []
    frozen: list[tuple[float, Worker]] = []
    done: Counter[str] = Counter()
    with night.workers(**SLOW) as start:
        living += [start(), start()]
        while done.total() - done[ENDED] < turns:
            night.produce(evening(seed * 1000 + done.total(), councils=2))
            done[ENDED] += sum(not worker.running() for worker in living)
            living = [worker for worker in living if worker.running()]
            for entry in [entry for entry in frozen if entry[0] < time.monotonic()]:
                entry[1].wake()
                frozen.remove(entry)
                living.append(entry[1])
            what = lot.choice(["start", "kill", "leave", "freeze"]) if living else "start"
            if what == "start" and len(living) + len(frozen) > 2:
                what = "kill"
            done[what] += 1
            if what == "start":
                living.append(start())
            else:
                worker = living.pop(lot.randrange(len(living)))
                _end(worker, what)
                if what == "freeze":
                    frozen.append((time.monotonic() + lot.uniform(2, 5), worker))
            time.sleep(lot.uniform(0.5, 2.5))
        for _, worker in frozen:
            worker.wake()
        time.sleep(1)
    finish(night, done)
    return +done


def _end(worker: Worker, what: str) -> None:
    if what == "kill":
        worker.kill()
    elif what == "leave":
        worker.leave(seconds=75)
    else:
        worker.freeze()


class NotDrained(AssertionError):
    """A night that no worker brings to its end; ``done`` is what was done to it."""

    done: Counter[str]


def finish(night: Night, done: Counter[str] | None = None, **options: object) -> None:
    """A worker left alone drains the night; if it ends for a fault it is started again, as a supervisor would."""
    for _ in range(3):
        with night.worker(**options) as worker:
            if worker.ready(45) and night.drained(45):
                worker.leave(seconds=75)
                return
            if worker.running() and night.profile == "embedded":
                # The embedded broker can wait for ever for a group leader that left between joining and
                # syncing.  Without its group the worker reads everything again, and nothing may change.
                (night.folder / "group-forgotten").touch()
                night.forget_group()
    stuck = NotDrained(f"not drained: {night.committed()} of {night.produced}\n{worker.words()[-2000:]}")
    stuck.done = done or Counter()
    raise stuck
