"""Rejections: what was wrong, where it lay, what to do, and the original bytes."""

import hashlib
from base64 import b64encode
from datetime import UTC, datetime, timedelta

from schemas import cloudevents, topics
from schemas.area import AreaEvent, Contribution
from schemas.contract import Mode
from schemas.reading import InputEvent
from schemas.rejection import BEGINNING_BYTES, ORIGINAL_BYTES, Rejection
from streams.delivery.keeper import Output, Record
from streams.rules.admission import Refusal
from streams.rules.notices import Notice
from streams.rules.take import Taken

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MS = int((datetime(9999, 12, 31, tzinfo=UTC) - _EPOCH).total_seconds()) * 1000


def rejected(record: Record, why: Refusal, mode: Mode, event: InputEvent | None = None) -> Output:
    """A record refused for good, with its bytes."""
    return _rejected(
        record, why, mode, (event.council, event.id) if event is not None else (None, None), "council"
    )


def rejected_of_area(record: Record, why: Refusal, mode: Mode, event: AreaEvent | None = None) -> Output:
    """A record of an area refused for good, with its bytes."""
    if isinstance(event, Contribution):
        return _rejected(record, why, mode, (event.council, event.cause), "area")
    return _rejected(record, why, mode, (None, event.id if event is not None else None), "area")


def too_large(key: str) -> Refusal:
    """Why an event is refused by which a row would pass what Kafka takes."""
    return Refusal(
        "too-large",
        f"with this event the row of {key} would pass its limit: send fewer revisions, or a smaller map",
        "council",
    )


def _rejected(
    record: Record, why: Refusal, mode: Mode, named: tuple[str | None, str | None], agent: str
) -> Output:
    council, event = named
    return _say(
        id=f"{record.topic}-{record.partition}-{record.offset}",
        status="rejected",
        why=why,
        record=record,
        original=record.value or b"",
        mode=mode,
        council=council,
        event=event,
        agent=agent,
    )


def noticed(record: Record, event: InputEvent, notice: Notice, taken: Taken, mode: Mode) -> Output:
    """A change in what waits for a map, caused by the ``event`` in a record.

    The original is that of the event that waits: the record's own bytes, or the event written anew when another
    record, such as a map, caused the change.
    """
    council = taken.council
    waiting = council.book.find(notice.event) if council is not None else None
    if notice.event == event.id:
        original = record.value or b""
    else:
        original = waiting.model_dump_json().encode() if waiting is not None else b""
    return _say(
        id=f"{notice.event}:{notice.status}:{record.topic}-{record.partition}-{record.offset}",
        status=notice.status,
        why=Refusal(notice.reason, notice.sentence, notice.field),
        record=record,
        original=original,
        mode=mode,
        council=council.book.map.council if council is not None else None,
        event=notice.event,
    )


def _say(
    *,
    id: str,
    status: str,
    why: Refusal,
    record: Record,
    original: bytes,
    mode: Mode,
    council: str | None,
    event: str | None,
    agent: str = "council",
) -> Output:
    cut = len(original) > ORIGINAL_BYTES
    rejection = Rejection(
        id=id,
        status=status,  # type: ignore[arg-type]
        reason=why.reason,
        field=why.field,
        sentence=why.sentence,
        mode=mode,
        council=council,
        event=event,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        size=len(original),
        sha256=hashlib.sha256(original).hexdigest(),
        cut=cut,
        original=b64encode(original[:BEGINNING_BYTES] if cut else original).decode(),
    )
    headers = cloudevents.output_headers(
        "Rejection",
        rejection,
        id=id,
        mode=mode,
        subject=council or "unknown",
        time=_time(record),
        agent=agent,
    )
    key = council.encode() if council is not None else None
    return Output(
        topics.rejections(mode), key, rejection.model_dump_json().encode(), headers + _place(record)
    )


def _place(record: Record) -> tuple[tuple[str, bytes], ...]:
    return (
        ("dlq_topic", record.topic.encode()),
        ("dlq_partition", str(record.partition).encode()),
        ("dlq_offset", str(record.offset).encode()),
    )


def _time(record: Record) -> str:
    """When the record was written, by the log's own stamp: a rejected record may have no time of its own.

    The stamp is whatever its producer set; one that is no time of the calendar is told as the nearest that is.
    """
    milliseconds = min(max(record.timestamp_ms or 0, 0), _LAST_MS)
    written = _EPOCH + timedelta(milliseconds=milliseconds)
    return written.isoformat(timespec="milliseconds").replace("+00:00", "Z")
