"""What is done to the real night: its workers killed, its broker lost with all data and filled again."""

import random
import time
from contextlib import ExitStack

from streams.rehearsal.broker import embedded_broker
from tests.chaos.outcome import Outcome
from tests.chaos.real import RealNight
from tests.chaos.stage import Stage
from tests.chaos.until import until
from tests.delivery.oracle import Verdict
from tests.kafka.server import free_ports

#: About what a life takes, from the start of a worker to its end.
LIFE_SECONDS = {"embedded": 3.0, "kafka": 3.5}


def killed(stage: Stage, count: int, seed: int) -> Outcome:
    """Two real council workers, one of which is killed at a random moment, again and again."""
    lot = random.Random(seed)
    outcome = Outcome()
    with ExitStack() as stack:
        night = _own_night(stage, stack, seed)
        night.create_topics()
        with night.declaring(LIFE_SECONDS[stage.profile] * count), night.worker("two"):
            for _ in range(count):
                with night.worker("one") as worker:
                    night.ready("one")
                    time.sleep(lot.uniform(0, 1))
                    outcome.restarts += worker.poll() is not None
                    outcome.done["kill"] += 1
        with night.worker("one"):
            outcome.verdict = night.verdict()
    return outcome


def _own_night(stage: Stage, stack: ExitStack, seed: int) -> RealNight:
    folder = stage.new_folder(f"real{seed}")
    if stage.profile == "embedded":
        address = stack.enter_context(embedded_broker(log=folder / "broker.log"))
    else:
        address = stack.enter_context(stage.kafka()).address
    return RealNight(folder, seed, broker=address, profile=stage.profile, session_timeout_seconds=2.0)


def reseeded(stage: Stage, count: int, seed: int) -> Outcome:
    """The embedded broker ends under a worker and everything is lost; the recording brings the same bytes back."""
    outcome = Outcome()
    for number in range(count):
        folder = stage.new_folder(f"reseeded{seed}-{number}")
        [port] = free_ports(1)
        night = RealNight(folder, seed + number, broker=f"127.0.0.1:{port}", profile="embedded")
        with ExitStack() as stack:
            with embedded_broker(port, log=folder / "broker.log"):
                before, found = _recorded(night)
                outcome.verdict += found
                left = stack.enter_context(night.worker("left"))
                assert night.ready("left")
            left.terminate()  # with no broker: else it would make topics of its own by asking the next one for them
            if not until(lambda left=left: left.poll() is not None, 15):  # type: ignore[misc]
                outcome.troubles.append("a worker whose broker is gone does not leave")
            with embedded_broker(port, log=folder / "broker.log"):
                after, found = _again(night)
                outcome.verdict += found
        outcome.done["broker lost"] += 1
        if before != after:
            changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
            outcome.troubles.append(f"{len(changed)} headlines are not the same again: {changed[:3]}")
    return outcome


def _recorded(night: RealNight) -> tuple[dict[bytes, bytes], Verdict]:
    night.create_topics()
    with night.worker():
        with night.declaring(5):
            pass
        found = night.verdict()
    night.results("record", str(night.folder / "recording"))
    return _headlines(night), found


def _again(night: RealNight) -> tuple[dict[bytes, bytes], Verdict]:
    night.results("topics")
    night.results("reseed", str(night.folder / "recording"))
    with night.worker(slow=False):
        found = night.verdict()
    return _headlines(night), found


def _headlines(night: RealNight) -> dict[bytes, bytes]:
    return {dict(record.headers)["ce_id"]: record.value or b"" for record in night.said().headlines}
