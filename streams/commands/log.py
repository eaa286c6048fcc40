"""The declarations as the log has them: from the topic, or from a file of the same records."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from streams.commands.lines import lines

if TYPE_CHECKING:
    from schemas.reading import InputEvent

Logged = tuple[datetime, bytes]  # when it came into the log, and the record


def events(file: str | None) -> "Iterator[tuple[datetime, InputEvent]]":
    """Readable events in the order of the log, each with the time at which it was known.

    From the topic that is when the log took it; a file has no such time, so there it is when it was reported, or
    declared. What no reader accepts is passed over: it is among the rejections.
    """
    from schemas.reading import Unreadable, read

    records = ((None, line) for _, line in lines(file)) if file is not None else asyncio.run(_lying())
    for at, record in records:
        try:
            event = read(record)
        except Unreadable:
            continue
        yield at or event.reported_at or event.declared_at.at, event


async def _lying() -> list[tuple[datetime | None, bytes]]:
    from schemas import topics
    from streams.clients import lying
    from streams.settings import settings

    these = settings()
    return [
        (datetime.fromtimestamp(record.timestamp / 1000, UTC), record.value or b"")
        async for record in lying(these, topics.declarations(these.mode))
    ]
