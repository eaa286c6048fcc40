"""Known-bad nights: stock Faust under the kills that delivery survives."""

import signal
import time

from tests.delivery.evening import plain_evening
from tests.delivery.night import Night

SCRIPT = "tests.delivery.stock_worker"
KINDS = ("edge", "level", "plus")


def undisturbed(night: Night, kind: str, seed: int) -> None:
    """A stock worker that nobody ends before it is through."""
    night.produce(plain_evening(seed))
    with night.worker(script=SCRIPT, kind=kind):
        assert night.drained(120)


def ended(night: Night, kind: str, lives: int, seed: int, number: int = signal.SIGKILL) -> None:
    """End a slow stock worker while headlines come, again and again; then let one drain what it can."""
    night.produce(plain_evening(seed))
    for _ in range(lives):
        said = len(night.read(night.names.headlines))
        with night.worker(script=SCRIPT, kind=kind, delay=0.3) as worker:
            # It may also say that it is ready, and never say anything else.
            deadline = time.monotonic() + 25
            while len(night.read(night.names.headlines)) < said + 5 and time.monotonic() < deadline:
                assert worker.running(), worker.words()
                time.sleep(0.1)
            worker.process.send_signal(number)
            time.sleep(1)  # long enough to stop as Faust stops; a worker with a stuck event never does
    with night.worker(script=SCRIPT, kind=kind):
        night.drained(8)  # or never: stock Faust also leaves holes that it does not commit over
