"""`results record` and `results reseed`: the declarations topic kept as a folder, and played into a fresh cluster."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.trouble import Trouble

if TYPE_CHECKING:
    from streams.intake.recording import Lain

Folder = Annotated[Path, typer.Argument(help="The recording's folder.")]


def record(folder: Folder) -> None:
    """Keep the declarations topic, in log order and whoever sent it, as a night's folder with every record in it."""
    asyncio.run(_record(folder))


def reseed(
    folder: Folder,
    again: Annotated[
        bool,
        typer.Option(
            "--again", help="Send although the topic is not empty; ids are counted once all the same."
        ),
    ] = False,
) -> None:
    """Play a recording into a fresh cluster: the same bytes under the same ids, hence the same headlines."""
    asyncio.run(_reseed(folder, again))


async def _record(folder: Path) -> None:
    from schemas import topics
    from streams.intake.recording import write_recording
    from streams.settings import settings

    these = settings()
    topic = topics.declarations(these.mode)
    records, events = write_recording(folder, topic, these.mode, await _lying(topic))
    typer.echo(f"{records} records of {topic} kept in {folder}; as a night it has {events} events.")


async def _lying(topic: str) -> "list[Lain]":
    from streams.clients import lying
    from streams.intake.recording import Lain
    from streams.settings import settings

    return [
        Lain(r.partition, r.offset, r.timestamp, r.key, r.value, tuple(r.headers))
        async for r in lying(settings(), topic)
    ]


async def _reseed(folder: Path, again: bool) -> None:
    from schemas import topics
    from streams.clients import producer
    from streams.intake.recording import by_partition, read_recording
    from streams.settings import settings

    these = settings()
    topic = topics.declarations(these.mode)
    recording = read_recording(folder, these.mode)
    lying = await _lying(topic)
    if lying and not again:
        raise Trouble(
            f"{topic} has {len(lying)} records already: a recording is for a fresh cluster. "
            "With --again it is sent all the same."
        )
    async with producer(these, topic) as client:

        async def send(records: "list[Lain]") -> None:
            for one in records:
                # Without a key nothing says where a record belongs, so it goes where it lay.
                where = one.partition if one.key is None and one.partition < these.partitions else None
                await client.send_and_wait(
                    topic, one.value, key=one.key, headers=list(one.headers), partition=where
                )

        await asyncio.gather(*(send(records) for records in by_partition(recording)))
    typer.echo(f"{len(recording)} records sent to {topic}.")
