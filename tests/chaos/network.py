"""A bad network between the workers and their broker."""

import random
import time
from collections import Counter
from collections.abc import Callable

from tests.chaos.proxy import FAULTS, Proxy
from tests.delivery import lives
from tests.delivery.evening import evening
from tests.delivery.night import Night
from tests.delivery.process import Worker


def bad_at_random(night: Night, between: Proxy, count: int, seed: int) -> Counter[str]:
    """Two workers behind a proxy that is bad in every way in turn, for a moment or longer than their session.

    A worker that ends is started again, as a supervisor would.
    """
    lot = random.Random(seed)
    done: Counter[str] = Counter()
    faults = list(FAULTS) * (count // len(FAULTS) + 1)
    lot.shuffle(faults)
    with night.workers(**lives.SLOW | {"patience": 3}) as start:
        living = [start(), start()]
        for number, fault in enumerate(faults[:count]):
            night.produce(evening(seed * 1000 + number, councils=3))
            living = _supervised(living, start, done)
            any(worker.ready(20) for worker in living)
            time.sleep(lot.uniform(0.1, 1.5))
            between.be(fault)
            time.sleep(lot.uniform(0.1, 6))
            between.calm()
            done[fault] += 1
        deadline = time.monotonic() + 60
        while night.committed() < night.produced and time.monotonic() < deadline:
            living = _supervised(living, start, done)
            time.sleep(0.5)
    lives.finish(night)
    return done


def _supervised(living: list[Worker], start: Callable[..., Worker], done: Counter[str]) -> list[Worker]:
    ended = [worker for worker in living if not worker.running()]
    done[lives.ENDED] += len(ended)
    return [worker for worker in living if worker.running()] + [start() for _ in ended]
