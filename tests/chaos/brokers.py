"""A broker that dies, freezes, or is away for a while, under workers that should outlast it."""

import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.chaos.outcome import Outcome
from tests.chaos.stage import Stage
from tests.chaos.until import until
from tests.delivery import lives
from tests.delivery.evening import evening
from tests.delivery.night import Night
from tests.delivery.oracle import verdict
from tests.kafka.server import Kafka

#: How long a broker is away, and by when after its return workers commit again.
AWAY_SECONDS, AGAIN_SECONDS = 20.0, 5.0

#: What a worker loses more than once while the broker is away.
PATIENCE_SECONDS = 6.0


def killed(stage: Stage, count: int, seed: int) -> Outcome:
    """Apache Kafka killed and started again on its data."""

    def kill(broker: Kafka, lot: random.Random) -> None:
        broker.kill()
        time.sleep(lot.uniform(0.2, 4))
        broker.start()

    return _disturbed(stage, count, seed, "broker killed", kill)


def frozen(stage: Stage, count: int, seed: int) -> Outcome:
    """Apache Kafka stopped by a signal for 5 to 18 s."""

    def freeze(broker: Kafka, lot: random.Random) -> None:
        broker.signal(signal.SIGSTOP)
        time.sleep(lot.uniform(5, 18))
        broker.signal(signal.SIGCONT)

    return _disturbed(stage, count, seed, "broker frozen", freeze)


def _disturbed(
    stage: Stage, count: int, seed: int, what: str, disturb: Callable[[Kafka, random.Random], None]
) -> Outcome:
    lot = random.Random(seed)
    outcome = Outcome()
    with stage.kafka() as broker:
        night = stage.night(broker.address)
        with night.workers(**lives.SLOW | {"patience": PATIENCE_SECONDS}) as start:
            worker = start()
            for number in range(count):
                night.produce(evening(seed * 1000 + number))
                if not worker.running():
                    outcome.restarts += 1
                    worker = start()
                worker.ready()
                time.sleep(lot.uniform(0.1, 1.5))
                disturb(broker, lot)
                outcome.done[what] += 1
            outcome.restarts += not worker.running()
        lives.finish(night)
        outcome.verdict = verdict(night)
    return outcome


def away(stage: Stage, count: int, seed: int) -> Outcome:
    """No broker for 20 s, with declarations waiting: no worker may end, and commits go on soon after its return.

    Apache Kafka is killed and started again; the embedded broker, which would forget everything, is cut off.
    """
    outcome = Outcome()
    with _going_away(stage) as (night, go_away):
        with night.workers(**lives.SLOW | {"patience": PATIENCE_SECONDS}) as start:
            workers = [start(), start()]
            for number in range(count):
                for part in range(4):
                    night.produce(evening(seed * 1000 + 10 * number + part))
                assert all(worker.ready() for worker in workers), workers[0].words()[-3000:]
                until(lambda: night.committed() > 0, 20)
                seconds = _until_commits(night, go_away())
                outcome.figures.setdefault("commits again", []).append(seconds)
                outcome.done["outage"] += 1
                if seconds > AGAIN_SECONDS:
                    outcome.troubles.append(f"{seconds:.1f} s from the broker's return to the next commit")
                outcome.troubles += [
                    f"a worker ended with {worker.process.returncode} while the broker was away"
                    for worker in workers
                    if not worker.running()
                ]
                workers = [worker if worker.running() else start() for worker in workers]
        lives.finish(night)
        outcome.verdict = verdict(night)
    return outcome


def _until_commits(night: Night, since: float) -> float:
    """Seconds until a commit comes after the first that is seen; 60 when none comes."""
    seen = -1
    while time.monotonic() - since < 60:
        now = night.committed()
        if 0 <= seen < now or now == night.produced:
            return time.monotonic() - since
        seen = max(seen, now)
        time.sleep(0.05)
    return 60.0


@contextmanager
def _going_away(stage: Stage) -> Iterator[tuple[Night, Callable[[], float]]]:
    """A night, and what takes its broker away for a while and tells when it came back."""
    if stage.profile == "embedded":
        with stage.behind_a_proxy() as (night, between):

            def cut_off() -> float:
                between.be("cut")
                time.sleep(AWAY_SECONDS)
                between.calm()
                return time.monotonic()

            yield night, cut_off
        return
    with stage.kafka() as broker:

        def down() -> float:
            broker.kill()
            time.sleep(AWAY_SECONDS)
            broker.start()
            return time.monotonic()

        yield stage.night(broker.address), down
