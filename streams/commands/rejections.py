"""`results rejections`: what could not be accepted, and what is done about it."""

import asyncio
import sys
from typing import Annotated

import typer

rejections = typer.Typer(
    help="Records that could not be accepted: list, show, replay, discard.", no_args_is_help=True
)

Id = Annotated[
    str, typer.Argument(metavar="ID", help="The rejection's id, or as much of its end as is enough.")
]
By = Annotated[str, typer.Option("--by", help="Who you are; stands in the record of what was done.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; stands in the record of what was done.")]


@rejections.command("list")
def list_rejections(
    everything: Annotated[bool, typer.Option("--all", help="Also those replayed or discarded.")] = False,
    raw: Annotated[bool, typer.Option("--json", help="As JSON lines.")] = False,
) -> None:
    """List rejections that nobody has replayed or discarded, the oldest first."""
    from datetime import UTC, datetime

    import orjson

    from streams.ops import deeds
    from streams.ops.view import rejection
    from streams.settings import settings

    found = asyncio.run(deeds.rejections(settings()))
    shown = [one for one in found.values() if everything or one.action is None]
    if raw:
        for one in shown:
            action = one.action.model_dump(mode="json") if one.action else None
            sys.stdout.buffer.write(orjson.dumps({**rejection(one), "action": action}) + b"\n")
        return
    for one in shown:
        about = one.rejection
        when = datetime.fromtimestamp(one.at, UTC).strftime("%d %b %H:%M:%S UTC")
        typer.echo(f"{about.id}  {when}  {about.reason}  {about.council or 'no council known'}")
        typer.echo(f"    {printable(about.sentence.encode())}")
        if one.action:
            typer.echo(f"    {one.action.action} by {one.action.by}: {one.action.reason}")
    still = sum(one.action is None for one in found.values())
    typer.echo(f"{still} open, {len(found)} in all.")


@rejections.command()
def show(
    id: Id,
    raw: Annotated[bool, typer.Option("--raw", help="The rejected bytes alone, unchanged.")] = False,
) -> None:
    """Show one rejection and the record that was rejected."""
    from streams.ops import deeds
    from streams.settings import settings

    these = settings()
    found = deeds.one(asyncio.run(deeds.rejections(these)), id)
    value = asyncio.run(deeds.original(these, found))
    if raw:
        sys.stdout.buffer.write(value)
        return
    about = found.rejection
    typer.echo(f"{about.id}: {about.sentence} ({about.reason})")
    typer.echo(f"{about.topic}, partition {about.partition}, offset {about.offset}; {about.size} bytes")
    typer.echo(f"sha256 {about.sha256}")
    if found.action:
        typer.echo(f"{found.action.action} by {found.action.by} on {found.action.at}: {found.action.reason}")
    typer.echo(printable(value))


@rejections.command()
def replay(id: Id, by: By, reason: Reason) -> None:
    """Send a rejected record again, unchanged, to be judged by the state of now."""
    from streams.ops import deeds
    from streams.settings import settings

    these = settings()

    async def act() -> str:
        found = deeds.one(await deeds.rejections(these), id)
        done = await deeds.replay(these, found, by, reason)
        return f"{found.rejection.id} sent again: {done.topic}, partition {done.partition}, offset {done.offset}."

    typer.echo(asyncio.run(act()))


@rejections.command()
def discard(id: Id, by: By, reason: Reason) -> None:
    """Close a rejection without sending anything. Its bytes stay on the topic."""
    from streams.ops import deeds
    from streams.settings import settings

    these = settings()

    async def act() -> str:
        found = deeds.one(await deeds.rejections(these), id)
        await deeds.discard(these, found, by, reason)
        return f"{found.rejection.id} discarded."

    typer.echo(asyncio.run(act()))


def printable(value: bytes) -> str:
    """Bytes for a terminal: what a terminal would act on is written out."""
    text = value.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() or c in "\n\t" else f"\\x{ord(c):02x}" for c in text)
