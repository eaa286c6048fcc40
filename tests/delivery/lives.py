"""Ways for workers to die, as functions of a night; each leaves the night drained by a last worker that may live."""

import random
import signal
import time

from tests.delivery.evening import evening
from tests.delivery.night import Night
from tests.delivery.process import Worker

#: Small batches and slow writes, so that every window between two writes is open for a while.
SLOW = {"batch": 4, "delay": 0.05}

STEPS = ("refuse", "attach", "keep", "say")


def points(step: str, lives: int) -> list[str]:
    """That many points of one step in turn, the narrowest window first."""
    turn = [f"{when}-{step}" for when in ("after", "half", "before")]
    return [turn[number % 3] for number in range(max(1, lives // 2))]


POINTS = [point for step in STEPS for point in points(step, 6)]


def killed_at_random(night: Night, lives: int, seed: int) -> None:
    """SIGKILL at a random moment, again and again, with declarations waiting all the time."""
    lot = random.Random(seed)
    night.produce(evening(seed))
    for life in range(lives):
        with night.worker(**SLOW) as worker:
            worker.ready()
            time.sleep(lot.uniform(0.0, 1.0))
        if night.committed() == night.produced:
            night.produce(evening(seed * 1000 + life))
    finish(night)


def terminated_at_random(night: Night, lives: int, seed: int) -> list[int]:
    """SIGTERM at a random moment, with declarations waiting; the exit codes."""
    lot = random.Random(seed)
    night.produce(evening(seed))
    codes = []
    for life in range(lives):
        with night.worker(**SLOW) as worker:
            worker.ready()
            time.sleep(lot.uniform(0.0, 1.0))
            codes.append(worker.leave(lot.choice([signal.SIGTERM, signal.SIGINT])))
        if night.committed() == night.produced:
            night.produce(evening(seed * 1000 + life))
    finish(night)
    return codes


def crashed_at(night: Night, points: list[str], seed: int, chance: float = 0.5) -> list[str]:
    """A worker for each point, which ends itself there; the points that were reached."""
    reached = []
    for number, point in enumerate(points):
        night.produce(evening(seed * 1000 + number, councils=3))
        with night.worker(**SLOW, point=point, chance=chance) as worker:
            deadline = time.monotonic() + 20
            while worker.running() and time.monotonic() < deadline and night.committed() < night.produced:
                time.sleep(0.05)
            if not worker.running():
                reached.append(point)
    finish(night)
    return reached


def joining_and_leaving(night: Night, turns: int, seed: int) -> dict[str, int]:
    """One to three workers that start, are killed, terminated, frozen beyond their session; how often each."""
    lot = random.Random(seed)
    living: list[Worker] = []
    frozen: list[tuple[float, Worker]] = []
    done: dict[str, int] = {}
    with night.workers(**SLOW) as start:
        living += [start(), start()]
        for turn in range(turns):
            night.produce(evening(seed * 1000 + turn, councils=2))
            living = [worker for worker in living if worker.running()]
            for entry in [entry for entry in frozen if entry[0] < time.monotonic()]:
                entry[1].process.send_signal(signal.SIGCONT)
                frozen.remove(entry)
                living.append(entry[1])
            what = lot.choice(["start", "kill", "leave", "freeze", "rest"]) if living else "start"
            if what == "start" and len(living) + len(frozen) > 2:
                what = "rest"
            done[what] = done.get(what, 0) + 1
            if what == "start":
                living.append(start())
            elif what == "kill":
                living.pop(lot.randrange(len(living))).kill()
            elif what == "leave":
                living.pop(lot.randrange(len(living))).leave()
            elif what == "freeze":
                worker = living.pop(lot.randrange(len(living)))
                worker.process.send_signal(signal.SIGSTOP)
                frozen.append((time.monotonic() + lot.uniform(2, 5), worker))
            time.sleep(lot.uniform(0.5, 2.5))
        for _, worker in frozen:
            worker.process.send_signal(signal.SIGCONT)
        time.sleep(1)
    finish(night)
    return done


def finish(night: Night, lives: int = 3) -> None:
    """A worker left alone drains the night; if it ends for a fault it is started again, as a supervisor would."""
    for _ in range(lives):
        with night.worker() as worker:
            if worker.ready(20) and night.drained():
                worker.leave()
                return
            if worker.running() and night.profile == "embedded":
                # The embedded broker can wait for ever for a group leader that left between joining and
                # syncing.  Without its group the worker reads everything again, and nothing may change.
                night.forget_group()
    raise AssertionError(f"not drained: {night.committed()} of {night.produced}\n{worker.words()[-5000:]}")
