"""Known-bad nights: stock Faust under the kills that delivery survives."""

import time

from tests.delivery.evening import evening
from tests.delivery.night import Night


def killed(night: Night, kind: str, lives: int) -> None:
    """Kill a stock worker while headlines come, again and again; then let one drain what it can."""
    night.produce(evening(5))
    for _ in range(lives):
        said = len(night.read(night.names.headlines))
        with night.worker(script="tests.delivery.stock_worker", kind=kind, delay=0.3) as worker:
            deadline = time.monotonic() + 40
            while len(night.read(night.names.headlines)) < said + 5:
                assert worker.running(), worker.words()
                assert time.monotonic() < deadline, worker.words()
                time.sleep(0.1)
    with night.worker(script="tests.delivery.stock_worker", kind=kind):
        night.drained(8)  # or never: stock Faust also leaves holes that it does not commit over
