"""How long it takes until declarations are served again; figures, held against a loose limit."""

import time
from collections.abc import Callable

import confluent_kafka as client

from tests.chaos.outcome import Outcome
from tests.chaos.stage import Stage
from tests.delivery import lives
from tests.delivery.night import Night, loads
from tests.delivery.oracle import verdict
from tests.delivery.process import Worker

#: Apache Kafka's own shortest session is 6 s.
SESSIONS = (6.0, 10.0, 30.0)


def again(stage: Stage, count: int, seed: int) -> Outcome:
    """Seconds from the end of a worker to the headline of a declaration made at that moment on its partitions.

    ``taken over``: killed, and another worker serves.  ``same again``: killed, and started again under its name.
    ``planned``: told to leave, and started when it is gone.  Limits: a session and a second; 6 s; 3 s.
    """
    outcome = Outcome()
    for session in SESSIONS if stage.profile == "kafka" else (2.0,):
        night = stage.night(session=session)
        clock = _Clock(night)
        with night.workers() as start:
            one, other = start(instance="one"), start(instance="other")
            assert all([one.ready(), other.ready()])
            clock.serves()
            for _ in range(count):
                one = _measured(
                    outcome, f"same again, session {session:g}", 6.0, clock, one, _same_again(start)
                )
                one = _measured(outcome, f"planned, session {session:g}", 3.0, clock, one, _planned(start))
            limit = session + 1 if stage.profile == "kafka" else 6.0
            _measured(outcome, f"taken over, session {session:g}", limit, clock, one, _gone)
        lives.finish(night, instance="other")
        outcome.verdict += verdict(night)
    return outcome


def _same_again(start: Callable[..., Worker]) -> Callable[[Worker], Worker]:
    def act(worker: Worker) -> Worker:
        worker.kill()
        return start(instance="one")

    return act


def _planned(start: Callable[..., Worker]) -> Callable[[Worker], Worker]:
    def act(worker: Worker) -> Worker:
        worker.leave()
        return start(instance="one")

    return act


def _gone(worker: Worker) -> Worker:
    worker.kill()
    return worker


def _measured(
    outcome: Outcome,
    what: str,
    limit: float,
    clock: "_Clock",
    worker: Worker,
    act: Callable[[Worker], Worker],
) -> Worker:
    began = time.monotonic()
    worker = act(worker)
    clock.serves()
    seconds = time.monotonic() - began
    outcome.done[what.partition(",")[0]] += 1
    outcome.figures.setdefault(what, []).append(seconds)
    if seconds > 2 * limit:
        outcome.troubles.append(f"{what}: {seconds:.1f} s, more than twice {limit:g} s")
    return worker


class _Clock:
    """Declares on every partition and waits for the headlines."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self._turn = 0
        # As many councils as make sure that each partition has one.
        self._councils = [f"c{number}" for number in range(8 * night.partitions)]

    def serves(self) -> None:
        """Return once a declaration of this moment has its headline on every partition."""
        self._turn += 1
        events = [
            {
                "id": f"{c}:m{self._turn}",
                "kind": "map",
                "council": c,
                "version": self._turn,
                "wards": {"w": 1},
            }
            for c in self._councils
        ]
        topic = self._night.names.headlines
        reader = client.Consumer(self._night.reading(f"{self._night.names.prefix}-clock"))
        parts = [client.TopicPartition(topic, p) for p in range(self._night.partitions)]
        reader.assign(
            [
                client.TopicPartition(
                    topic, part.partition, reader.get_watermark_offsets(part, timeout=10)[1]
                )
                for part in parts
            ]
        )
        self._night.produce(events)
        waiting = {f"{event['id']}:map" for event in events}
        deadline = time.monotonic() + 120
        while waiting:
            assert time.monotonic() < deadline, f"no headline for {sorted(waiting)[:3]}"
            message = reader.poll(0.2)
            if message is not None and message.error() is None:
                waiting.discard(loads(message.value())["id"])
        reader.close()
