"""The real night on a cluster of three whose leaders are killed, one after the other."""

import random
import time

from schemas import topics
from streams import app
from tests.chaos.cluster import cluster
from tests.chaos.outcome import Outcome
from tests.chaos.real import RealNight
from tests.chaos.stage import Stage
from tests.chaos.story import story

#: About what one turn takes, from the death of a leader until it is in sync again.
TURN_SECONDS = 22.0


def killed(stage: Stage, count: int, seed: int) -> Outcome:
    """The leader of a partition of declarations or headlines dies, comes back and is in sync, as often as that."""
    lot = random.Random(seed)
    outcome = Outcome()
    folder = stage.new_folder(f"cluster{seed}")
    with cluster(folder) as brokers:
        night = RealNight(
            folder,
            story(seed),
            broker=brokers.addresses,
            profile="kafka",
            replication=3,
            session_timeout_seconds=6.0,
        )
        night.create_topics(replication=3)
        every = [spec.name for spec in app.every_topic(night.these)]
        led = [topics.declarations("replay"), topics.headlines("replay")]
        assert brokers.in_sync(every)
        with night.worker("one") as one, night.worker("two") as two:
            assert night.ready("one")
            with night.declaring(TURN_SECONDS * count):
                for _ in range(count):
                    time.sleep(lot.uniform(1, 3))
                    node = brokers.leader(lot.choice(led), lot.randrange(night.these.partitions))
                    brokers.brokers[node].kill()
                    time.sleep(lot.uniform(1, 12))
                    brokers.brokers[node].start()
                    if not brokers.in_sync(every):
                        outcome.troubles.append(f"broker {node} is not in sync a minute after its return")
                    outcome.done["leader killed"] += 1
            outcome.verdict = night.verdict()
            outcome.restarts = sum(worker.poll() is not None for worker in (one, two))
    return outcome
