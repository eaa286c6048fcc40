"""What is done to the real night: its workers killed, its broker lost with all data and filled again."""

import itertools
import random
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from schemas.reading import InputEvent
from streams import app
from streams.delivery.leaving import EXIT_BROKEN
from streams.rehearsal.broker import embedded_broker
from tests.chaos.outcome import Outcome
from tests.chaos.real import RealNight
from tests.chaos.stage import Stage
from tests.chaos.story import story
from tests.chaos.until import until
from tests.delivery.oracle import Verdict
from tests.kafka.server import free_ports

#: About what a life takes, from the start of a worker to its end, with one of each agent beginning beside it.
LIFE_SECONDS = {"embedded": 5.0, "kafka": 3.0}

_numbers = itertools.count(1)

#: So many events of the night are sent in a life: a short run has a part of the night, a long one all of it.
LIFE_EVENTS = 100

AGENTS = (app.COUNCIL, app.AREA)


def ended(stage: Stage, count: int, seed: int, without: str = "") -> Outcome:
    """Two workers of each agent, of which one is ended at a random moment, again and again: every third with SIGTERM.

    ``without``: a guard that the area workers leave out.
    """
    with ExitStack() as stack:
        night = _own_night(stage, stack, story(seed)[: LIFE_EVENTS * count])
        night.create_topics()
        left_out = {app.COUNCIL: "", app.AREA: without}
        others = [
            stack.enter_context(night.worker("two", agent, without=left_out[agent])) for agent in AGENTS
        ]
        with (
            night.declaring(LIFE_SECONDS[stage.profile] * count),
            ThreadPoolExecutor(len(AGENTS)) as side_by_side,
        ):
            lives = side_by_side.map(lambda agent: _lives(night, agent, count, seed, left_out[agent]), AGENTS)
            outcome = sum(lives, Outcome())
        outcome.verdict = night.verdict(20 if without else 60)
        ended = [agent for agent, other in zip(AGENTS, others, strict=True) if other.poll() is not None]
        outcome.troubles += [f"the second {agent} worker ended by itself" for agent in ended]
    return outcome


def _lives(night: RealNight, agent: str, count: int, seed: int, without: str) -> Outcome:
    lot = random.Random(f"{seed} {agent}")
    outcome = Outcome()
    for number in range(count):
        with night.worker("one", agent, without=without) as worker:
            ready = night.ready("one", agent)
            time.sleep(lot.uniform(0, 1))
            if worker.poll() is not None:
                outcome.restarts += 1
                outcome.troubles.append(f"{agent} ended with {worker.returncode}, beside a healthy broker")
            elif ready and number % 3 == 1:
                worker.terminate()
                code = worker.wait(75)
                outcome.done[f"{agent} told to leave"] += 1
                if code:
                    outcome.troubles.append(f"{agent} left with {code}")
            else:
                outcome.done[f"{agent} killed" if ready else f"{agent} killed as it began"] += 1
    return outcome


def _own_night(stage: Stage, stack: ExitStack, events: Sequence[InputEvent]) -> RealNight:
    folder = stage.new_folder(f"real{next(_numbers)}")
    if stage.profile == "embedded":
        address = stack.enter_context(embedded_broker(log=folder / "broker.log"))
    else:
        address = stack.enter_context(stage.kafka()).address
    return RealNight(
        folder, events, AGENTS, broker=address, profile=stage.profile, session_timeout_seconds=2.0
    )


def reseeded(stage: Stage, count: int, seed: int) -> Outcome:
    """The embedded broker ends under two workers and everything is lost; the recording brings the same bytes back.

    One is told to leave while there is no broker; the other meets the next one, which is empty, and leaves by itself.
    """
    outcome = Outcome()
    for number in range(count):
        folder = stage.new_folder(f"reseeded{seed}-{number}")
        [port] = free_ports(1)
        night = RealNight(folder, story(seed + number), broker=f"127.0.0.1:{port}", profile="embedded")
        with ExitStack() as stack:
            with embedded_broker(port, log=folder / "broker.log"):
                before, found = _recorded(night)
                outcome.verdict += found
                told, untold = (stack.enter_context(night.worker(name)) for name in ("told", "untold"))
                assert night.ready("told")
                assert night.ready("untold")
            told.terminate()
            if not until(_ended(told), 15):
                outcome.troubles.append("a worker whose broker is gone does not leave")
            with embedded_broker(port, log=folder / "broker.log"):
                if not until(_ended(untold), 30) or untold.returncode != EXIT_BROKEN:
                    outcome.troubles.append("a worker whose topics are gone goes on")
                after, found = _again(night)
                outcome.verdict += found
        outcome.done["broker lost"] += 1
        if before != after:
            changed = [name for name in before.keys() | after.keys() if before.get(name) != after.get(name)]
            outcome.troubles.append(f"{len(changed)} headlines are not the same again: {changed[:3]}")
    return outcome


def _ended(worker: "subprocess.Popen[bytes]") -> Callable[[], bool]:
    return lambda: worker.poll() is not None


def _recorded(night: RealNight) -> tuple[dict[bytes, bytes], Verdict]:
    night.create_topics()
    with night.worker():
        with night.declaring(5):
            pass
        found = night.verdict()
    night.results("record", str(night.folder / "recording"))
    return _headlines(night), found


def _again(night: RealNight) -> tuple[dict[bytes, bytes], Verdict]:
    night.results("topics", "--repair")  # what a worker has asked the empty broker for is there, and unfit
    night.results("reseed", str(night.folder / "recording"))
    with night.worker(slow=False):
        found = night.verdict()
    return _headlines(night), found


def _headlines(night: RealNight) -> dict[bytes, bytes]:
    return {dict(record.headers)["ce_id"]: record.value or b"" for record in night.said().headlines}
