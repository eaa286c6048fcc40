"""Workers that freeze with a row on its way, and wake when another has long taken over."""

import random
from collections import Counter

from streams.delivery.envelope import ROW, rank
from streams.delivery.table import changelog_topic
from tests.chaos.until import until
from tests.delivery import lives
from tests.delivery.evening import evening
from tests.delivery.night import Night

#: Frozen before the row reaches the client, and frozen with the row in the client's own buffer.
POINTS = ("asleep-keep", "buffered-keep")


def waking_late(night: Night, count: int, seed: int, **options: object) -> Counter[str]:
    """As many zombies, one after the other; counted where its row fell behind a newer one of the same council.

    Each round declares on for the same councils, so that a worker which took a zombie's row for the latest would go
    on from it.
    """
    lot = random.Random(seed)
    done: Counter[str] = Counter()
    rounds = 0
    while done["zombie"] < count and rounds < 2 * count + 4:
        rounds += 1
        night.produce(evening(seed, councils=4, later=rounds))
        with night.workers(**lives.SLOW, **options) as start:
            zombie = start(point=lot.choice(POINTS), chance=0.3)
            if not until(zombie.frozen, 40):
                continue
            heir = start()
            if not (heir.ready(20) and night.drained()):
                raise AssertionError(f"nobody takes over from a frozen worker\n{heir.words()[-3000:]}")
            before = fallen_behind(night)
            zombie.wake()
            landed = until(lambda before=before: fallen_behind(night) > before, 10)  # type: ignore[misc]
            done["zombie" if landed else "too late to matter"] += 1
    night.produce(evening(seed, councils=4, later=rounds + 1))
    lives.finish(night, done, **options)
    return done


def fallen_behind(night: Night) -> int:
    """How many rows lie on the changelog behind a newer one of their key."""
    newest: dict[bytes | None, tuple[int, int]] = {}
    behind = 0
    for _, _, key, value in night.read(changelog_topic(night.names.app)):
        if value and value[:1] == ROW:
            found = rank(value)
            behind += found < newest.get(key, found)
            newest[key] = max(found, newest.get(key, found))
    return behind
