"""Follows the topics of a mode for as long as intake runs, so that what is known is what the log says."""

import asyncio
from collections.abc import Callable

import structlog
from aiokafka.errors import KafkaError

from schemas import topics
from schemas.reading import InputEvent
from streams.clients import at_end, lying, reader
from streams.intake.known import Known
from streams.settings import Settings
from streams.trouble import Trouble

#: Records taken before requests have their turn again.
AT_ONCE = 20
PAUSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def follow(
    settings: Settings, known: Known, tell: Callable[[InputEvent], None] = lambda event: None
) -> None:
    """Read everything from the beginning and then what comes; start over when the broker was away."""
    names = (topics.declarations, topics.headlines, topics.rejections)
    while True:
        try:
            async with reader(settings, *(name(settings.mode) for name in names)) as consumer:
                while True:
                    found = await consumer.getmany(timeout_ms=500, max_records=AT_ONCE)
                    for partition, records in found.items():
                        for record in records:
                            event = _take(known, settings, partition.topic, record)
                            if event is not None:
                                tell(event)
                    if not known.complete and not found:
                        known.complete = await at_end(consumer)
                    await asyncio.sleep(0)
        except (KafkaError, Trouble, OSError) as failed:
            log.warning("intake.log_away", error=str(failed)[:300])
            await asyncio.sleep(PAUSE_SECONDS)


def _take(known: Known, settings: Settings, topic: str, record: object) -> InputEvent | None:
    value: bytes | None = record.value  # type: ignore[attr-defined]
    if topic == topics.declarations(settings.mode):
        return known.take_record(value, record.partition, record.offset)  # type: ignore[attr-defined]
    if value is not None:
        take = known.take_headline if topic == topics.headlines(settings.mode) else known.take_rejection
        take(value)
    return None


async def read_once(settings: Settings) -> Known:
    """What the log says now, for a command; raises ``Trouble`` when no broker answers."""
    known = Known()
    for name in (topics.declarations, topics.headlines, topics.rejections):
        topic = name(settings.mode)
        async for record in lying(settings, topic):
            _take(known, settings, topic, record)
    known.complete = True
    return known
