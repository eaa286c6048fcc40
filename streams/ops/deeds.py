"""What an operator does about a rejection: find it, look at it, replay it or discard it, and say who and why."""

import hashlib
import uuid
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from pydantic import ValidationError

from schemas import topics
from schemas.action import RejectionAction
from schemas.cloudevents import event_headers, headers
from schemas.reading import Unreadable, read
from streams.clients import LARGEST_BYTES, connection, producer, reader
from streams.ops.ledger import Ledger, Rejected
from streams.settings import Settings
from streams.trouble import Trouble


async def rejections(settings: Settings) -> dict[str, Rejected]:
    """Every rejection by its id, with what was done about it; the oldest first."""
    ledger = Ledger(settings.mode)
    wanted = topics.rejections(settings.mode), topics.actions(settings.mode)
    async with reader(settings, *wanted) as consumer:
        while not await _at_end(consumer):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    place = (record.topic, record.partition, record.offset)
                    ledger.take(place, record.value, record.headers, record.timestamp / 1000)
    return dict(sorted({**ledger.rejected}.items(), key=lambda item: item[1].at))


def one(found: dict[str, Rejected], id: str) -> Rejected:
    """The rejection with that id, or the only one whose id ends so; Trouble when there is none or several."""
    if id in found:
        return found[id]
    ending = [name for name in found if name.endswith(id)]
    if len(ending) == 1:
        return found[ending[0]]
    if ending:
        raise Trouble(f"{len(ending)} rejections end in {id}: give more of the id.")
    raise Trouble(f"There is no rejection {id}: `results rejections list --all` shows what there is.")


async def original(settings: Settings, found: Rejected) -> bytes:
    """The bytes that were rejected, whole; those of a large record are fetched from where it lies."""
    about = found.rejection
    if not about.cut:
        return b64decode(about.original)
    partition = TopicPartition(about.topic, about.partition)
    async with _at(settings, partition, about.offset) as consumer:
        records = await consumer.getmany(partition, timeout_ms=10_000, max_records=1)
    value: bytes = next((record.value or b"" for run in records.values() for record in run), b"")
    if hashlib.sha256(value).hexdigest() != about.sha256:
        raise Trouble(
            f"The record at {about.topic}-{about.partition}, offset {about.offset}, is no longer the one that was "
            "rejected, and the rejection holds only its beginning: ask its producer to send it again."
        )
    return value


async def replay(settings: Settings, found: Rejected, by: str, reason: str) -> RejectionAction:
    """Send the original bytes again, to be judged by the state of now; Trouble when they can only be rejected again."""
    _not_yet(found)
    about = found.rejection
    if about.topic != topics.declarations(settings.mode):
        raise Trouble(
            f"{about.id} lay on {about.topic}, where workers write, not producers: nothing to replay there."
        )
    value = await original(settings, found)
    try:
        event = read(value)
    except Unreadable as why:
        raise Trouble(
            f"{about.id} cannot be read ({why.sentence}): the same bytes would only be rejected again. Save them "
            "with `results rejections show --raw`, mend them, and send them with `results declare --send`."
        ) from None
    action = _action(
        settings, found, "replayed", by, reason, placed=("-", 0, 0)
    )  # checked before anything is sent
    async with producer(settings, about.topic) as client:
        lies = await client.send_and_wait(
            about.topic, value, key=event.council.encode(), headers=list(event_headers(event))
        )
    action = action.model_copy(
        update={"topic": lies.topic, "partition": lies.partition, "offset": lies.offset}
    )
    await _say(settings, action)
    return action


async def discard(settings: Settings, found: Rejected, by: str, reason: str) -> RejectionAction:
    """Close a rejection without sending anything; its bytes stay where they are."""
    _not_yet(found)
    action = _action(settings, found, "discarded", by, reason, placed=(None, None, None))
    await _say(settings, action)
    return action


def _not_yet(found: Rejected) -> None:
    if done := found.action:
        raise Trouble(
            f"{found.rejection.id} was {done.action} already, by {done.by} on {done.at:%d %B at %H:%M} UTC: "
            f"{done.reason}"
        )


def _action(
    settings: Settings,
    found: Rejected,
    action: str,
    by: str,
    reason: str,
    placed: tuple[str | None, int | None, int | None],
) -> RejectionAction:
    about = found.rejection
    topic, partition, offset = placed
    try:
        return RejectionAction(
            id=f"action-{uuid.uuid4().hex}",
            mode=settings.mode,
            action=action,  # type: ignore[arg-type]
            rejection=about.id,
            council=about.council,
            sha256=about.sha256,
            by=by,
            reason=reason,
            at=datetime.now(UTC),
            topic=topic,
            partition=partition,
            offset=offset,
        )
    except ValidationError as refused:
        first = refused.errors(include_url=False, include_input=False)[0]
        raise Trouble(f"--{first['loc'][0]}: {first['msg']}.") from None


async def _say(settings: Settings, action: RejectionAction) -> None:
    topic = topics.actions(settings.mode)
    said = headers(
        id=action.id,
        source="/operators",
        type="uk.results.RejectionAction.v1",
        subject=action.rejection,
        time=action.at.isoformat().replace("+00:00", "Z"),
        schema="RejectionAction",
    )
    async with producer(settings, topic) as client:
        await client.send_and_wait(
            topic, action.model_dump_json().encode(), key=action.rejection.encode(), headers=list(said)
        )


async def _at_end(consumer: AIOKafkaConsumer) -> bool:
    for partition in consumer.assignment():
        high = consumer.highwater(partition)
        if high is None or await consumer.position(partition) < high:
            return False
    return bool(consumer.assignment())


@asynccontextmanager
async def _at(settings: Settings, partition: TopicPartition, offset: int) -> AsyncIterator[AIOKafkaConsumer]:
    client = AIOKafkaConsumer(
        **connection(settings), enable_auto_commit=False, max_partition_fetch_bytes=LARGEST_BYTES
    )
    await client.start()
    try:
        client.assign([partition])
        client.seek(partition, offset)
        yield client
    finally:
        await client.stop()
