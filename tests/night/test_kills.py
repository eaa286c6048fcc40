"""The real night with a worker that is killed again and again: what is on the topics is what the log demands."""

import os
import random
import sys
import time
from pathlib import Path

import pytest

from schemas import topics
from schemas.rejection import Rejection
from streams.rehearsal.broker import embedded_broker
from tests.chaos.real import RealNight
from tests.chaos.story import STRANGERS, the_night

KILLS = int(os.environ.get("KILLS", "20"))
SEED = int(os.environ.get("SEED", "1"))


@pytest.mark.timeout(900)
@pytest.mark.night
def test_twenty_kills_lose_nothing_change_nothing_and_repeat_only_what_is_the_same(tmp_path: Path) -> None:
    lot = random.Random(SEED)
    with embedded_broker() as address:
        night = RealNight(tmp_path, the_night(), broker=address, profile="embedded")
        night.create_topics()
        with night.declaring(2.2 * KILLS):
            for life in range(KILLS):
                # Every other one in small batches: on a busy machine it gets through some, however short its life is.
                with night.worker(slow=bool(life % 2)) as worker:
                    assert night.ready(), night.log().read_text()[-2000:]
                    time.sleep(lot.uniform(0, 0.6))
                    assert worker.poll() is None, night.log().read_text()[-2000:]
        with night.worker(slow=False):
            found = night.verdict()
        declared = night.read(topics.declarations("replay"))
        demanded = night.demanded()

    assert len(declared) == len(night.events)
    assert found.clean, found
    statuses = [Rejection.model_validate_json(value).status for value in demanded.refused.values()]
    assert (statuses.count("parked"), statuses.count("fitted")) == (len(STRANGERS), len(STRANGERS))
    told = (
        f"{KILLS} kills: {found.headlines + found.copies} records said, {found.headlines} of them different"
    )
    sys.stdout.write(told + chr(10))
