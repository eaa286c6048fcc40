"""Three hundred producers at once: how long until an event is safe?"""

import asyncio
import os
import statistics
import time
from datetime import date
from pathlib import Path

import pytest

from schemas.reading import InputEvent
from streams.rehearsal.broker import embedded_broker
from streams.rehearsal.synthetic.maps import invented
from streams.rehearsal.synthetic.results import declared
from tests.intake.running import NAME, Answers, push, running, tell

PRODUCERS = int(os.environ.get("INTAKE_PRODUCERS", "20"))
EACH = 20

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]


def lists() -> tuple[list[InputEvent], list[list[InputEvent]]]:
    """Maps, and for each producer so many declarations: wards of its own, and corrections where they run out."""
    maps = [m.model_copy(update={"producer": NAME}) for m in invented(1, 40, date(2023, 5, 4))]
    drawn = declared(maps, 1)
    found: list[list[InputEvent]] = []
    for number in range(PRODUCERS):
        own = drawn[number::PRODUCERS][:4]
        events: list[InputEvent] = []
        for revision in range(1, EACH + 1):
            event = own[(revision - 1) % len(own)]
            turn = (revision - 1) // len(own) + 1
            update = {
                "id": f"{event.ward}:r{turn}",
                "revision": turn,
                "reason": "transcription" if turn > 1 else None,
            }
            events.append(event.model_copy(update=update))
        found.append(events)
    return list(maps), found


async def test_hundreds_of_producers_are_answered_in_time(tmp_path: Path) -> None:
    maps, events = lists()
    answers, opening = Answers(), Answers()
    with embedded_broker(log=tmp_path / "broker.log") as address:
        feed = running(address, tmp_path, mode="rehearsal")
        feed.start()
        await push(feed, [maps], opening)
        await asyncio.to_thread(feed.drained)
        worker = feed.spawn("worker", "council")
        await asyncio.sleep(3)
        began = time.monotonic()
        await push(feed, events, answers, pause=float(os.environ.get("INTAKE_PAUSE", "0.5")), seed=1)
        took = time.monotonic() - began
        await asyncio.to_thread(feed.drained)
        drained = time.monotonic() - began
        assert feed.kill(15) == 0
        worker.terminate()
        worker.wait()
    assert set(answers.codes) == {202}
    assert len(answers.taken) == PRODUCERS * EACH
    cuts = statistics.quantiles(answers.seconds, n=100)
    tell({
        "producers": PRODUCERS, "events": len(answers.taken), "seconds": round(took, 2),
        "on the log after": round(drained, 2), "p50 ms": round(1000 * cuts[49], 1),
        "p99 ms": round(1000 * cuts[98], 1), "longest ms": round(1000 * max(answers.seconds), 1),
    })  # fmt: skip
